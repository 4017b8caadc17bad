/** Views of tensors for tests of copies, and the definition that each must agree with. */

/** Extents, strides and start, in elements. */
export type Viewed = readonly [extents: readonly number[], strides: readonly number[], start: number];

/** The places of a view's elements: row-major over the extents. */
export function places([extents, strides, start]: Viewed): number[] {
  return extents.reduce<number[]>(
    (found, extent, axis) =>
      found.flatMap((place) =>
        Array.from({ length: extent }, (_, value) => place + value * (strides[axis] ?? 0)),
      ),
    [start],
  );
}

export function permuted(shape: readonly number[], axes: readonly number[]): Viewed {
  const stride = (axis: number): number =>
    shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  return [axes.map((axis) => shape[axis] ?? 1), axes.map(stride), 0];
}

const twos = new Array<number>(14).fill(2);

export const VIEWS: readonly (readonly [string, Viewed])[] = [
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
