import { describe, expect, it } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { cost } from "../../../dsl/plan/cost.ts";
import { plan } from "../../../dsl/plan/plan.ts";
import { slice } from "../../../dsl/plan/slice.ts";
import { fromEquation, randomNetwork, unlimited } from "./networks.ts";

describe("slice", () => {
  it("brings every intermediate under the limit and never lowers the flops", () => {
    const random = mulberry32(6);
    for (let round = 0; round < 30; round += 1) {
      const net = randomNetwork(random, 8, 14);
      const tree = plan(net, { kind: "greedy" }, unlimited(1), mulberry32(1));
      const whole = cost(net, tree);
      for (let limit = Math.floor(whole.log2Size); limit >= 0; limit -= 2) {
        const after = cost(net, slice(net, tree, limit));
        expect(after.log2Size).toBeLessThanOrEqual(limit + 1e-9);
        expect(after.log10Flops).toBeGreaterThanOrEqual(whole.log10Flops - 1e-9);
      }
    }
  });

  it("leaves a tree alone that fits", () => {
    const net = fromEquation("ab,bc->ac", { a: 4, b: 4, c: 4 });
    const tree = { leaves: 2, pairs: [[0, 1]], sliced: [] } as const;
    expect(slice(net, tree, 4)).toEqual(tree);
  });

  it("takes the index that repeats least work, open ones last", () => {
    // The largest intermediate has c, d and the open a; slicing c repeats the pair of tensors without it.
    const net = fromEquation("abc,bde,cdf,ef->a", { a: 2, b: 2, c: 2, d: 2, e: 2, f: 2 });
    const tree = {
      leaves: 4,
      pairs: [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
      sliced: [],
    } as const;
    const costs = ["c", "d", "e"].map((label) => cost(net, { ...tree, sliced: [label] }).log10Flops);
    const got = slice(net, tree, 3);
    expect(cost(net, got).log10Flops).toBeCloseTo(Math.min(...costs), 9);
    expect(slice(net, tree, 0).sliced).toContain("a");
    expect(slice(net, tree, 1).sliced).not.toContain("a");
  });

  it("keeps indices that are sliced already, and refuses less than one element", () => {
    const net = fromEquation("ab,bc->ac", { a: 4, b: 4, c: 4 });
    const tree = { leaves: 2, pairs: [[0, 1]], sliced: ["b"] } as const;
    expect(slice(net, tree, 2).sliced).toEqual(["b", "a"]);
    expect(() => slice(net, tree, -1)).toThrow("one element is the least");
  });
});
