import { expect, test } from "vitest";
import { copyStrided, planCopy } from "../../../kernel/tensor/strided.ts";

/** The view element by element: row-major over the extents. */
function expected(extents: readonly number[], strides: readonly number[], start: number): number[] {
  return extents.reduce<number[]>(
    (places, extent, axis) =>
      places.flatMap((place) =>
        Array.from({ length: extent }, (_, value) => place + value * (strides[axis] ?? 0)),
      ),
    [start],
  );
}

function permuted(shape: readonly number[], axes: readonly number[]): [number[], number[], number] {
  const stride = (axis: number): number =>
    shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  return [axes.map((axis) => shape[axis] ?? 1), axes.map(stride), 0];
}

const twos = new Array<number>(14).fill(2);

/** Extents, strides and start of views. */
const views: readonly (readonly [string, readonly [readonly number[], readonly number[], number]])[] = [
  ["a scalar", [[], [], 3]],
  ["a row", [[7], [1], 2]],
  ["a column", [[7], [5], 1]],
  ["a diagonal", [[5, 3], [36, 1], 0]],
  ["a diagonal of the last axes", [[4, 6], [36, 7], 0]],
  ["extents of one", [[1, 3, 1, 2], [99, 2, 77, 1], 0]],
  ["the same order", permuted([4, 5, 6], [0, 1, 2])],
  ["a transposed matrix", permuted([130, 70], [1, 0])],
  ["a transposed matrix of powers of two", permuted([256, 512], [1, 0])],
  ["long runs kept", permuted([3, 5, 64], [1, 0, 2])],
  ["short runs kept", permuted([40, 6, 3], [1, 0, 2])],
  ["three axes turned", permuted([3, 100, 70], [2, 0, 1])],
  ["a prime extent larger than a block", permuted([521, 4], [1, 0])],
  ["many axes reversed", permuted(twos, [...twos.keys()].reverse())],
  ["many axes mixed", permuted(twos, [3, 1, 4, 9, 2, 6, 5, 13, 8, 7, 0, 10, 12, 11])],
];

test.each(views)("%s", (_, [extents, strides, start]) => {
  const places = expected(extents, strides, start);
  const size = places.reduce((most, place) => Math.max(most, place), 0) + 1;
  const plan = planCopy({ extents, strides });
  for (const Type of [Float64Array, Float32Array]) {
    const from = new Type(2 * size).map((_, lane) => lane);
    const real = new Type(places.length).fill(NaN);
    copyStrided(real, from, plan, start, 1);
    expect(Array.from(real)).toEqual(places);
    const complex = new Type(2 * places.length).fill(NaN);
    copyStrided(complex, from, plan, start, 2);
    expect(Array.from(complex)).toEqual(places.flatMap((place) => [2 * place, 2 * place + 1]));
  }
});
