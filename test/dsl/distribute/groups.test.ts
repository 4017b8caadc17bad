import { expect, test } from "vitest";
import { sliceDigitChoices } from "../../../dsl/distribute/groups.ts";
import { movesBetween } from "../../../dsl/distribute/moves.ts";
import type { MeshDigit } from "../../../dsl/schedule/schedule.ts";

const mesh = (...radices: number[]): MeshDigit[] => radices.map((radix) => ({ radix, tier: "node" }));

test.each<[number[], number | undefined, number, number[][]]>([
  [[2, 2, 2], undefined, 1, [[]]],
  [[2, 2, 2], undefined, 4, [[], [0], [0, 1]]],
  [[2, 3], undefined, 100, [[], [0], [0, 1]]],
  [[2, 3], 3, 1, [[0]]],
  [[2, 3], 2, 1, [[1]]],
  [[2, 2, 3, 5], 6, 1, [[0, 3]]],
  [[2, 2], 4, 1, [[]]],
])("on %j with groups of %s, %i slices: digits %j take them", (radices, groupSize, slices, expected) => {
  expect(sliceDigitChoices(mesh(...radices), slices, groupSize)).toEqual(expected);
});

test.each([5, 0.5, 24])("groups of %i do not share 12 devices", (size) => {
  expect(() => sliceDigitChoices(mesh(2, 2, 3), 1, size)).toThrow(/possible sizes: 1, 2, 3, 4, 6, 12$/);
});

type Row = [
  what: string,
  before: (number | null)[],
  owed: number[],
  after: (number | null)[],
  kinds: [string, number[]][],
];

test.each<Row>([
  ["nothing", [1, null], [], [1, null], []],
  ["an exchange over both digits", [1, 2], [], [3, 4], [["redistribute", [0, 1]]]],
  ["a gather", [1, 2], [], [1, null], [["gather", [1]]]],
  ["a scattered sum", [null, 2], [0], [3, 2], [["reduce-scatter", [0]]]],
  [
    "a sum scattered before the rest",
    [null, 2, 5],
    [0],
    [3, 4, null],
    [
      ["reduce-scatter", [0]],
      ["redistribute", [1]],
      ["gather", [2]],
    ],
  ],
  ["a sum that all get", [null, 2], [0], [null, 2], [["reduce", [0]]]],
  [
    "a mode that changes its digit once it is free",
    [1, 2],
    [],
    [2, 3],
    [
      ["redistribute", [1]],
      ["redistribute", [0]],
    ],
  ],
  [
    "a mode that has to be gathered first",
    [1, 2],
    [],
    [2, null],
    [
      ["gather", [1]],
      ["redistribute", [0]],
    ],
  ],
])("moves: %s", (_, before, owed, after, kinds) => {
  expect(movesBetween(before, owed, after).map(({ kind, digits }) => [kind, digits])).toEqual(kinds);
});

test("a copied value cannot be split by moves", () => {
  expect(() => movesBetween([null], [], [1])).toThrow(/expected moves/);
});
