import { describe, expect, it } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { simplify } from "../../../dsl/network/simplify.ts";
import { fromEquation, randomNetwork, costByDefinition } from "../plan/networks.ts";

const two = Object.fromEntries(Array.from("abcdefghxyz", (label) => [label, 2]));

describe("simplify", () => {
  it("absorbs vectors and matrices into their neighbours", () => {
    const { pairs, reduced, ids } = simplify(fromEquation("abc,ax,x,bcd,dy,y->", two));
    expect(reduced.tensors.length).toBe(1);
    expect(pairs.length).toBe(5);
    expect(ids).toEqual([10]);
  });

  it("counts parallel bonds once, but not an open index or a hyperedge beside a bond", () => {
    const left = (equation: string): number => simplify(fromEquation(equation, two)).reduced.tensors.length;
    // A chain, joined by three, two, two and one indices.
    expect(left("abc,abcde,dexy,xyz,z->")).toBe(1);
    // The middle is a matrix of extents four and four; the ends are of four and two, where two is open.
    expect(left("abx,abcd,cdy->xy")).toBe(2);
    // The hyperedge a is no part of the bond b beside it; c and d are one bond, but of another extent than f.
    expect(left("abcd,abe,cdf,aef->")).toBe(4);
  });

  it("keeps a matrix on two hyperedges, which would enlarge its neighbour", () => {
    const { reduced } = simplify(fromEquation("ac,ad,ab,be,bf,cdg,efg->g", two));
    const ranks = reduced.tensors.map((tensor) => tensor.labels.length);
    expect(Math.max(...ranks)).toBeLessThanOrEqual(3);
  });

  it("uses each id once, before the rest, and never makes a tensor larger than an operand", () => {
    const random = mulberry32(9);
    for (let round = 0; round < 50; round += 1) {
      const net = randomNetwork(random, 1 + (round % 9), 12);
      const { pairs, reduced, ids } = simplify(net);
      expect(new Set([...pairs.flat(), ...ids]).size).toBe(net.tensors.length + pairs.length);
      expect(ids.length).toBe(reduced.tensors.length);
      const largest = Math.max(
        ...net.tensors.map((t) => [...new Set(t.labels)].reduce((n, l) => n * (net.extents[l] ?? NaN), 1)),
      );
      expect(costByDefinition(net, pairs).size).toBeLessThanOrEqual(largest);
      for (const label of net.open)
        expect(reduced.tensors.flatMap((tensor) => tensor.labels)).toContain(label);
    }
  });
});
