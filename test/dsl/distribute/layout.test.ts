import { expect, test } from "vitest";
import { fusedPermutation, loadedPermutation } from "../../../dsl/distribute/layout.ts";
import type { Mode } from "../../../dsl/schedule/schedule.ts";

/** i in two parts, of which the first is the slower one, and j and k whole. */
const modes: readonly Mode[] = [
  { label: "i", extent: 2, stride: 4 },
  { label: "i", extent: 4, stride: 1 },
  { label: "j", extent: 3, stride: 1 },
  { label: "k", extent: 5, stride: 1 },
];

test("modes that stay neighbours are one axis", () => {
  expect(fusedPermutation(modes, [0, 1, 2, 3], [0, 1, 2, 3])).toEqual({ shape: [120], axes: [0] });
  expect(fusedPermutation(modes, [0, 1, 2, 3], [2, 3, 0, 1])).toEqual({ shape: [8, 15], axes: [1, 0] });
  expect(fusedPermutation(modes, [0, 1, 2], [1, 0, 2])).toEqual({ shape: [2, 4, 3], axes: [1, 0, 2] });
});

test("a load permutes what lies by the labels of its tensor, the parts of a label in their order", () => {
  expect(loadedPermutation(modes, ["j", "i", "k"], [2, 0, 1, 3])).toEqual({ shape: [120], axes: [0] });
  expect(loadedPermutation(modes, ["j", "i", "k"], [0, 1, 2, 3])).toEqual({
    shape: [3, 8, 5],
    axes: [1, 0, 2],
  });
  expect(loadedPermutation(modes, ["i", "j"], [2, 1, 0])).toEqual({ shape: [2, 4, 3], axes: [2, 1, 0] });
  // What another rank or slice takes is not there to be turned.
  expect(loadedPermutation(modes, ["i", "j", "k"], [1, 3])).toEqual({ shape: [20], axes: [0] });
  // A diagonal lies in the order of its first axis.
  expect(loadedPermutation(modes, ["k", "i", "k"], [3, 0, 1])).toEqual({ shape: [40], axes: [0] });
});
