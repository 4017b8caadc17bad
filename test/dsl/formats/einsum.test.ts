/** Einsum equations, and networks as JSON that use them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { einsumNetwork, parseEinsum } from "../../../dsl/formats/einsum.ts";
import { parseNetwork } from "../../../dsl/formats/json.ts";
import { complaints, isOrderly, valueOf } from "./outcome.ts";

test.each<readonly [string, string, string]>([
  ["ij,jk->ik", "ij jk", "ik"],
  [" i j , jk\t-> k i ", "ij jk", "ki"],
  ["ij,jk", "ij jk", "ik"],
  ["ba", "ba", "ab"],
  ["bA,cA", "bA cA", "bc"],
  ["zA", "zA", "Az"],
  ["ii", "ii", ""],
  ["ii->i", "ii", "i"],
  ["ij->", "ij", ""],
  ["->", "", ""],
  [",i->i", " i", "i"],
  ["αβ,β𝒳->α𝒳", "αβ β𝒳", "α𝒳"],
  ["\u00d7\u0301,\u0301k", "\u00d7\u0301 \u0301k", "k\u00d7"],
])("%j has the inputs %j and the output %j", (equation, inputs, output) => {
  expect(valueOf(parseEinsum(equation))).toEqual({
    inputs: inputs.split(" ").map((labels) => [...labels]),
    output: [...output],
  });
});

test.each([
  ["", "character 1: the equation is empty"],
  ["  ", "character 1: the equation is empty"],
  ["...ij->ij", "character 1: an ellipsis is not supported"],
  ["ij,j...->i", "character 5: an ellipsis is not supported"],
  ["ij->k", "character 5: the output has k, but no input has it"],
  ["ij->ii", "character 6: the output has i twice"],
  ["ij->i->j", "character 6: there is one output, so a second arrow cannot follow the arrow"],
  ["ij->i,j", "character 6: there is one output, so a comma cannot follow the arrow"],
  ["ij=ik", 'character 3: "=" means nothing in an equation'],
  ["i2->i", 'character 2: "2" means nothing in an equation'],
  ["𝒳(", 'character 2: "(" means nothing in an equation'],
  ["i-", 'character 2: "-" means nothing in an equation'],
  ["\ud800", 'character 1: "\\ud800" means nothing in an equation'],
])("refuses %j", (equation, message) => {
  expect(complaints(parseEinsum(equation))).toEqual([message]);
});

const matrix = { name: "R", dtype: "complex64" } as const;

test("an equation with shapes is a network", () => {
  const equation = valueOf(parseEinsum("ij,jk->ki"));
  const shapes = [
    [2, 3],
    [3, 4],
  ];
  expect(valueOf(einsumNetwork(equation, shapes, { ...matrix, names: ["A", "B"] }))).toEqual({
    name: "R",
    dtype: "complex64",
    tensors: [
      { name: "A", labels: ["i", "j"] },
      { name: "B", labels: ["j", "k"] },
    ],
    open: ["k", "i"],
    extents: { i: 2, j: 3, k: 4 },
  });
});

test.each<readonly [readonly (readonly number[])[], string]>([
  [[[2, 3]], "shapes: the equation has 2 inputs, but there are 1 shapes"],
  [[[2, 3], [3]], "shapes: input 2 is jk, but its tensor has 1 axes"],
  [
    [
      [2, 3],
      [4, 4],
    ],
    "shapes: index j is 3, but axis 1 of input 2 is 4",
  ],
])("refuses the shapes %j", (shapes, message) => {
  expect(complaints(einsumNetwork(valueOf(parseEinsum("ij,jk->ik")), shapes, matrix))).toEqual([message]);
});

test.each([
  '{"inputs": [["i","j"],["j","k"]], "output": ["i","k"], "sizes": {"i":2,"j":3,"k":4}}',
  '{"inputs": [["i","j"],["j","k"]], "output": ["i","k"], "size_dict": {"i":2,"j":3,"k":4}, "tree": 0}',
  '{"einsum": {"ixs": [["i","j"],["j","k"]], "iy": ["i","k"]}, "size": {"i":2,"j":3,"k":4}}',
  '{"equation": "ij,jk->ik", "shapes": [[2,3],[3,4]]}',
  '{"eq": "ij,jk", "sizes": {"i":2,"j":3,"k":4}, "name": "network"}',
])("reads %s", (text) => {
  expect(valueOf(parseNetwork(text))).toEqual({
    name: "network",
    dtype: "float64",
    tensors: [
      { name: "T0", labels: ["i", "j"] },
      { name: "T1", labels: ["j", "k"] },
    ],
    open: ["i", "k"],
    extents: { i: 2, j: 3, k: 4 },
  });
});

test("reads integer labels, as OMEinsum writes them", () => {
  const text = '{"label-type":"Int64","inputs":[[1,7],[7]],"output":[1],"size":{"1":2,"7":3}}';
  const { tensors, open, extents } = valueOf(parseNetwork(text));
  expect(tensors.map(({ labels }) => labels)).toEqual([["1", "7"], ["7"]]);
  expect([open, extents]).toEqual([["1"], { 1: 2, 7: 3 }]);
});

test.each([
  ["7", "document: expected an object, got a number"],
  ['{"eq": 3}', "eq: expected a text, got a number"],
  ['{"eq": "ij->k", "shapes": [[1,2]]}', "eq: character 5: the output has k, but no input has it"],
  ['{"eq": "ij", "shapes": [[1]]}', "eq: shapes: input 1 is ij, but its tensor has 1 axes"],
  ['{"eq": "ij", "shapes": [[1,0]]}', "shapes[0][1]: expected a positive integer, got 0"],
  ['{"eq": "ij", "shapes": [1]}', "shapes[0]: expected a list, got a number"],
  ['{"eq": "ij", "sizes": {"i": 2}}', "inputs[0][1]: index j has no extent in sizes"],
  ['{"einsum": [], "size": {}}', "einsum: expected an object, got a list"],
  ['{"einsum": {"ixs": [[1]], "iy": [2]}, "size": {"1": 2}}', "einsum.iy[0]: index 2 has no extent in size"],
  ['{"inputs":[["a"]],"output":[],\n"sizes":{"a":2,\n"\\u0061":3}}', "line 3: the key a is there twice"],
  [
    `{"sizes":{"i":2},"inputs":[[${"[".repeat(20000)}${"]".repeat(20000)}]],"output":[]}`,
    "inputs[0][0]: expected the name of an index, got a list",
  ],
])("refuses %.60s", (text, message) => {
  expect(complaints(parseNetwork(text))).toEqual([message]);
});

test("names as long as the file are cut", () => {
  const name = "a".repeat(100_000);
  for (const document of [
    { inputs: [[name]], sizes: { [name]: 2 }, output: [], dtype: name },
    { inputs: [[name]], sizes: {} },
    { inputs: [], sizes: { [name]: 0 } },
  ])
    expect(complaints(parseNetwork(JSON.stringify(document)))[0]?.length).toBeLessThan(700);
});

test("any text is read or refused", () => {
  const pieces = fc.constantFrom("i", "j", ",", "->", "...", " ", "é", "𝒳", "-", "3");
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(pieces).map((list) => list.join("")),
  );
  fc.assert(
    fc.property(texts, fc.jsonValue(), (text, value) => {
      const json = JSON.stringify({ eq: text, inputs: value, output: value, sizes: value, shapes: value });
      return [json, text, JSON.stringify(value), json.replace('"eq"', '"_"')].every(
        (each) => isOrderly(parseEinsum(each), each.length) && isOrderly(parseNetwork(each), each.length),
      );
    }),
    { numRuns: 2000 },
  );
});
