import { expect, test } from "vitest";
import { UserError } from "../../../dsl/base/diagnostic.ts";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import type { Wanted } from "../../../dsl/distribute/wanted.ts";
import { leftOut } from "../../../dsl/distribute/written.ts";
import type { Network } from "../../../dsl/network/network.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import { walkSteps } from "../../../dsl/schedule/arena.ts";
import type { BufferId, Schedule } from "../../../dsl/schedule/schedule.ts";
import { verify } from "../../../dsl/schedule/verify.ts";
import { referenceEngine } from "../../../kernel/engine/reference.ts";
import { bruteForce, randomNetwork, randomPairs } from "../../support/networks.ts";

const MACHINE = threadsMachine(8, 2 ** 30);

function networkOf(subscripts: string, open: string, extent: number): Network {
  const tensors = subscripts.split(" ").map((labels, at) => ({ name: `T${at}`, labels: [...labels] }));
  const extents = Object.fromEntries([...subscripts.replaceAll(" ", "")].map((label) => [label, extent]));
  return { name: "G", dtype: "float64", tensors, open: [...open], extents };
}

/** Each factor in turn. */
function inTurn(network: Network): ContractionTree {
  const leaves = network.tensors.length;
  const pairs = network.tensors.slice(1).map((_, at) => [at === 0 ? 0 : leaves + at - 1, at + 1] as const);
  return { leaves, pairs, sliced: [] };
}

/** Per pair: the indices that an operand is split over. */
function splitAt({ modes, buffers, steps }: Schedule): Map<number, Set<string>> {
  const found = new Map<number, Set<string>>();
  const labels = (buffer: BufferId): string[] =>
    (buffers[buffer]?.placement.split ?? []).flatMap((id) => (id === null ? [] : (modes[id]?.label ?? [])));
  walkSteps(steps, (step) => {
    if (step.kind === "contract") found.set(step.pair, new Set([...labels(step.a), ...labels(step.b)]));
  });
  return found;
}

test.each<[string, string, string, Wanted["over"] & object, [number, string][]]>([
  ["a contracted index of the only pair", "ab bc", "ac", [{ labels: ["b"], step: 0 }], [[0, "b"]]],
  ["an operand's own index", "ab bc", "ac", [{ labels: ["a"], step: 0 }], [[0, "a"]]],
  ["what the two share and keep", "zab zbc", "zac", [{ labels: ["z"], step: 0 }], [[0, "z"]]],
  [
    "a contracted index and an operand's own",
    "ab bc",
    "ac",
    [{ labels: ["b", "a"], step: 0 }],
    [
      [0, "b"],
      [0, "a"],
    ],
  ],
  [
    "one that is contracted at once, and one that comes later",
    "ab bc cd",
    "ad",
    [{ labels: ["b", "d"], step: 0 }],
    [
      [0, "b"],
      [1, "d"],
    ],
  ],
  [
    "one that is contracted where another distribution begins",
    "ab bc cd",
    "ad",
    [
      { labels: ["b"], step: 0 },
      { labels: ["c"], step: 1 },
    ],
    [
      [0, "b"],
      [1, "c"],
    ],
  ],
])("written over %s", (_, subscripts, open, over, expected) => {
  const network = networkOf(subscripts, open, 4);
  const schedule = distribute(network, inTurn(network), MACHINE, 8, { over });
  const split = splitAt(schedule);
  for (const [pair, label] of expected) expect(split.get(pair)).toContain(label);
  expect(verify(schedule)).toEqual([]);
});

test("an index of small tensors alone is split all the same", () => {
  // The first pair is too small to be placed for itself, were nothing written.
  const network = networkOf("xy yz zp pq qr", "xr", 2);
  const extents = { ...network.extents, p: 512, q: 512, r: 512 };
  const schedule = distribute({ ...network, extents }, inTurn(network), MACHINE, 2, {
    over: [{ labels: ["y"], step: 0 }],
  });
  expect(splitAt(schedule).get(0)).toContain("y");
  expect(verify(schedule)).toEqual([]);
});

test.each<[string, string, Wanted["over"] & object, RegExp]>([
  [
    "ab bc",
    "ac",
    [{ labels: ["c"], step: 1 }],
    /over c: the steps written for it are none, .* step 0 has the index/,
  ],
  ["abd bc", "ac", [{ labels: ["d"], step: 0 }], /over d: no contraction has it: one tensor alone does/],
  ["ab", "ab", [{ labels: ["a"], step: 0 }], /over a: no contraction has it/],
  [
    "ab bc cd de",
    "ae",
    [
      { labels: ["a"], step: 0 },
      { labels: ["b"], step: 1 },
    ],
    /over b: the steps written for it are 1 to 2; of the order, step 0 has the index/,
  ],
  [
    "ab bc cd",
    "ad",
    [
      { labels: ["a"], step: 0 },
      { labels: ["b"], step: 0 },
    ],
    /over a: the steps written for it are none, since the next one begins with it/,
  ],
])("%s -> %s has no pair for %j", (subscripts, open, over, message) => {
  const network = networkOf(subscripts, open, 4);
  const plan = (): Schedule => distribute(network, inTurn(network), MACHINE, 8, { over });
  expect(plan).toThrow(UserError);
  expect(plan).toThrow(message);
});

test("an index that is contracted before its step is left out, and told; the others are taken", () => {
  const network = networkOf("ab bc cd de", "ae", 4);
  const over = [
    { labels: ["a"], step: 0 },
    { labels: ["b", "d"], step: 1 },
  ];
  const schedule = distribute(network, inTurn(network), MACHINE, 8, { over });
  expect(verify(schedule)).toEqual([]);
  const split = splitAt(schedule);
  expect(split.get(0)).toContain("a");
  expect(split.get(2)).toContain("d");
  expect([...split.values()].some((labels) => labels.has("b"))).toBe(false);
  expect(leftOut(network, inTurn(network), over)).toEqual([
    "G is not split over b from step 1 on: the steps written for it are 1 to 2; of the order, step 0 has the index: " +
      "begin among those, or name another index",
  ]);
  expect(leftOut(network, inTurn(network), over.slice(0, 1))).toEqual([]);
});

test("whatever is written over an index of random networks is done, and keeps the value", async () => {
  let done = 0;
  for (let seed = 1; seed <= 30; seed += 1) {
    const shape = { tensors: 2 + (seed % 5), labels: 5, extents: [2, 3, 4, 6], dtype: "complex128" } as const;
    const valued = randomNetwork(seed, shape);
    const { network, entries } = valued;
    const tree = { leaves: shape.tensors, pairs: randomPairs(seed, shape.tensors), sliced: [] };
    const expected = bruteForce(valued);
    const scale = Math.max(1, ...expected.re.map(Math.abs), ...expected.im.map(Math.abs));
    for (const label of Object.keys(network.extents)) {
      const plan = (): Schedule =>
        distribute(network, tree, MACHINE, 6, { over: [{ labels: [label], step: 0 }] });
      const holders = network.tensors.filter(({ labels }) => labels.includes(label)).length;
      if (holders < 2 && !network.open.includes(label)) {
        expect(plan).toThrow(`over ${label}: no contraction has it`);
        continue;
      }
      const schedule = plan();
      done += 1;
      expect([...splitAt(schedule).values()].some((labels) => labels.has(label))).toBe(true);
      expect(verify(schedule)).toEqual([]);
      const { value } = await referenceEngine.run(schedule, entries);
      const off = expected.re.map((re, at) => Math.abs((value?.re[at] ?? NaN) - re));
      expect(Math.max(...off) / scale).toBeLessThan(1e-12);
    }
  }
  expect(done).toBeGreaterThan(50);
});
