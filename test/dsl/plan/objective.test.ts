import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { describeObjective, objectiveValue } from "../../../dsl/plan/objective.ts";
import { plan } from "../../../dsl/plan/plan.ts";
import type { Objective } from "../../../dsl/plan/tree.ts";
import { costByDefinition, network, unlimited } from "./networks.ts";

/** A ring of 48 tensors with 24 random chords of unequal extents: too many for the best of all trees. */
function chords(seed: number): ReturnType<typeof network> {
  const random = mulberry32(seed);
  const inputs: string[][] = Array.from({ length: 48 }, () => []);
  const extents: Record<string, number> = {};
  const join = (label: string, a: number, b: number): void => {
    extents[label] = 2 + Math.floor(3 * random());
    inputs[a]?.push(label);
    inputs[b]?.push(label);
  };
  for (let k = 0; k < 48; k += 1) join(`r${k}`, k, (k + 1) % 48);
  for (let k = 0; k < 24; k += 1) join(`c${k}`, Math.floor(48 * random()), Math.floor(48 * random()));
  return network(inputs, [], extents);
}

const searched = (net: ReturnType<typeof network>, objective: Objective) =>
  plan(net, { kind: "search", objective }, unlimited(25), mulberry32(1));

test.each<Objective>(["size", "writes", "peak", "combo", { weight: 200 }])(
  "a search for %s finds no worse by it than a search for flops",
  (objective) => {
    let better = 0;
    for (let seed = 1; seed <= 3; seed += 1) {
      const net = chords(seed);
      const [own, other] = [searched(net, objective), searched(net, "flops")].map((tree) =>
        objectiveValue(net, tree, objective),
      );
      expect(own).toBeLessThanOrEqual((other ?? NaN) + 0.1);
      if ((own ?? NaN) < (other ?? NaN) - 1e-9) better += 1;
    }
    expect(better).toBeGreaterThan(0);
  },
);

test("values are sums over pairs by definition, times the slices", () => {
  const net = chords(4);
  const tree = searched(net, "flops");
  const { flops, written } = costByDefinition(net, tree.pairs);
  expect(2 ** objectiveValue(net, tree, "writes")).toBeCloseTo(written, 3);
  expect(2 ** objectiveValue(net, tree, { weight: 4 }) / (flops + 8 * written)).toBeCloseTo(1, 9);
  const cut = { ...net, extents: { ...net.extents, r0: 1 } };
  const own = costByDefinition(cut, tree.pairs);
  const slices = net.extents["r0"] ?? NaN;
  const sliced = { ...tree, sliced: ["r0"] };
  expect(
    2 ** objectiveValue(net, sliced, { weight: 4 }) / (slices * (own.flops + 8 * own.written)),
  ).toBeCloseTo(1, 9);
});

test("objectives survive a message, and are said in words", () => {
  expect(structuredClone({ weight: 2.5 } satisfies Objective)).toEqual({ weight: 2.5 });
  expect(describeObjective({ weight: 2.5 })).toBe("multiply-adds + 2.5 for each element moved");
  expect(describeObjective("peak")).toBe("peak");
});
