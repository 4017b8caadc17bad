import { expect, test } from "vitest";
import { hexagonal, layeredNetwork, square, triangular } from "../../../dsl/circuit/layered.ts";

const lattices = { square, triangular, hexagonal };

test.each([
  // 2 L (L - 1) bonds, as many and a diagonal for each of (L - 1)^2 plaquettes, and rows with half of the rungs.
  ["square", 4, 4, 24],
  ["triangular", 6, 4, 33],
  ["hexagonal", 3, 4, 18],
] as const)("%s: %i classes of bonds, side %i, %i bonds", (name, classes, side, bonds) => {
  const found = lattices[name](side);
  expect([found.length, new Set(found.flat().map(String)).size, found.flat().length]).toEqual([
    classes,
    bonds,
    bonds,
  ]);
  for (const one of found) expect(new Set(one.flat()).size).toBe(2 * one.length);
});

test("a site of the brick wall has at most three neighbours", () => {
  const ends = hexagonal(6).flat(2);
  const degrees = Array.from({ length: 36 }, (_, site) => ends.filter((end) => end === site).length);
  expect(Math.max(...degrees)).toBe(3);
});

test("layers take the classes in turn, and every index joins two tensors", () => {
  const classes = [[[0, 1]], [[1, 2]]] as const;
  const { tensors, extents, open } = layeredNetwork("chain", 3, classes, 3);
  expect(tensors.map(({ name }) => name)).toEqual([
    ...["in(0)", "in(1)", "in(2)", "gate(0,0,1)", "gate(1,1,2)", "gate(2,0,1)", "out(0)", "out(1)", "out(2)"],
  ]);
  expect(tensors[4]?.labels).toEqual(["w_{1,2}", "w_{2,1}", "w_{1,1}", "w_{2,0}"]);
  const uses = tensors.flatMap(({ labels }) => labels);
  for (const label of Object.keys(extents)) expect(uses.filter((one) => one === label)).toHaveLength(2);
  expect(open).toEqual([]);
});
