import { describe, expect, it } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { fromLinear, toLinear } from "../../../dsl/plan/path.ts";
import { plan } from "../../../dsl/plan/plan.ts";
import { printTree } from "../../../dsl/plan/print.ts";
import { fromEquation, randomNetwork, unlimited } from "./networks.ts";

describe("linear paths", () => {
  it("are read as opt_einsum writes them", () => {
    // [a, b, c, d] -> contract b d -> [a, c, bd] -> contract a c -> [bd, ac] -> all.
    expect(
      fromLinear(4, [
        [1, 3],
        [0, 1],
        [0, 1],
      ]),
    ).toEqual([
      [1, 3],
      [0, 2],
      [4, 5],
    ]);
  });

  it("come back from a tree", () => {
    const tree = plan(randomNetwork(mulberry32(1), 12, 20), { kind: "greedy" }, unlimited(1), mulberry32(1));
    expect(fromLinear(12, toLinear(tree))).toEqual(tree.pairs);
  });

  it("are refused with the step where a place does not exist", () => {
    expect(() =>
      fromLinear(3, [
        [0, 1],
        [0, 2],
      ]),
    ).toThrow("path step 2 is [0, 2], but 2 tensors are left (places 0 to 1)");
    expect(() => fromLinear(3, [[0, 0]])).toThrow("path step 1");
    expect(() => fromLinear(3, [[0, 1, 2]])).toThrow("path step 1 names 3 tensors");
  });
});

describe("printTree", () => {
  it("is a table with a line of totals", () => {
    const net = fromEquation("ab,bc,cd->ad", { a: 2, b: 4, c: 8, d: 16 });
    const text = printTree(net, {
      leaves: 3,
      pairs: [
        [0, 1],
        [2, 3],
      ],
      sliced: ["c"],
    });
    expect(text.split("\n")).toEqual([
      "result  pair   indices  size  flops",
      "#3      T0 T1  a         2^1  2^3",
      "#4      T2 #3  a d       2^5  2^5",
      "total                    2^5  10^2.505 multiply-adds, 2^3 slices over c",
    ]);
  });
});
