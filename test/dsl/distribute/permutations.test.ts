import { expect, test } from "vitest";
import { permutationRate, readTogether, unbrokenRun } from "../../../dsl/distribute/permutations.ts";

const twos = (count: number): number[] => new Array<number>(count).fill(2);
const reversed = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, position) => to - 1 - position);

test.each([
  [[4, 6], [1, 0], 1, 24],
  [[4, 6], [0, 1], 6, 24],
  [[5, 3, 7], [1, 0, 2], 7, 105],
  // The window of 2^12 elements of the result takes four of the 2^20 numbers that lie side by side.
  [[2 ** 10, 2 ** 20], [1, 0], 1, 4],
  [[2 ** 20, 8], [1, 0], 1, 1],
  [twos(22), reversed(0, 22), 1, 1],
  [twos(22), [...reversed(0, 11), ...reversed(11, 22)], 1, 2 ** 11],
  [[...twos(20), 4], [...reversed(0, 20), 20], 4, 4],
])("of %j to %j: elements that stay together, and that are read together", (shape, axes, run, together) => {
  expect(unbrokenRun({ shape, axes })).toBe(run);
  expect(readTogether({ shape, axes })).toBe(together);
});

/** What is read for one window of the result, element by element: the longest stretch around the first of them that is all in it. */
function walked(shape: readonly number[], axes: readonly number[], window: number): number {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const strides = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((product, extent) => product * extent, 1),
  );
  const source = (place: number): number => {
    let [rest, at] = [place, 0];
    for (const axis of [...axes].reverse()) {
      const extent = shape[axis] ?? 1;
      at += (rest % extent) * (strides[axis] ?? 0);
      rest = Math.floor(rest / extent);
    }
    return at;
  };
  const read = new Set(Array.from({ length: Math.min(size, window) }, (_, place) => source(place)));
  let stretch = 0;
  while (read.has(stretch)) stretch += 1;
  return stretch;
}

test("what is read together is a stretch that one window of the result reads", () => {
  const rows: [number[], number[]][] = [
    [twos(18), reversed(0, 18)],
    [twos(18), [...reversed(0, 9), ...reversed(9, 18)]],
    [twos(18), [...reversed(6, 18), ...reversed(0, 6)]],
    [
      [64, 16, 256],
      [2, 0, 1],
    ],
    [
      [64, 16, 256],
      [0, 2, 1],
    ],
    [
      [256, 1024],
      [1, 0],
    ],
  ];
  for (const [shape, axes] of rows)
    expect(readTogether({ shape, axes }), `${shape.join()} to ${axes.join()}`).toBe(
      walked(shape, axes, 2 ** 12),
    );
});

const rates = {
  fewAxes: 5,
  manyAxes: 6,
  runBytes: [8, 32, 128],
  bytesPerSecond: {
    few: [1, 4, 16],
    fewBeside: [4, 16, 16],
    many: [2, 8, 8],
    fewFar: [0.25, 1, 16],
    manyFar: [0.5, 2, 8],
  },
  transposedBytesPerSecond: 3,
};

test.each([
  ["a matrix transposed", [2 ** 10, 2 ** 10], [1, 0], 8, 3],
  ["few axes", [64, 64, 1024], [0, 2, 1], 8, 1],
  ["neighbours from close together", [1024, 64, 64], [0, 2, 1], 8, 4],
  ["half way between the two", [64, 64, 256], [0, 2, 1], 8, 2],
  ["half the element", [64, 64, 1024], [0, 2, 1], 4, 0.5],
  ["few axes, far", [64, 64, 1024], [2, 1, 0], 8, 0.25],
  ["few axes, far but cached", [64, 64, 512], [2, 1, 0], 8, 1],
  ["between two runs", [64, 1024, 2], [1, 0, 2], 8, 2],
  ["longer than all", [2 ** 10, 2 ** 11, 32], [1, 0, 2], 8, 16],
  ["many axes, far", twos(22), reversed(0, 22), 8, 0.5],
  // Four of the eight elements of a line are read together: two thirds of the way from 0.5 to 2.
  ["many axes, some way apart", twos(22), [...reversed(2, 20), 21, 20, 1, 0], 8, 0.5 * 4 ** (2 / 3)],
  ["many axes, near", twos(22), [...reversed(0, 11), ...reversed(11, 22)], 8, 2],
])("the rate of a permutation: %s", (_, shape, axes, elementBytes, expected) => {
  expect(permutationRate(rates, { shape, axes }, elementBytes)).toBeCloseTo(expected, 12);
});

test.each([
  [4, 4],
  [8, 4 * 2 ** -0.25],
  [20, 2],
  [21, 2],
])("rates that fall from few axes to many: of %i axes", (count, expected) => {
  const falling = {
    ...rates,
    fewAxes: 4,
    manyAxes: 20,
    bytesPerSecond: { ...rates.bytesPerSecond, few: [4, 4, 4] },
  };
  expect(permutationRate(falling, { shape: twos(count), axes: reversed(0, count) }, 8)).toBeCloseTo(
    expected,
    12,
  );
});
