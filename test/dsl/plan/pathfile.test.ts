/** Contraction orders as JSON. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromLinear } from "../../../dsl/plan/path.ts";
import { formatPath, parsePath } from "../../../dsl/plan/pathfile.ts";
import { randomPairs } from "../../support/networks.ts";

function complaint(text: string, leaves: number): string {
  const outcome = parsePath(text, leaves);
  return outcome.ok ? "none" : (outcome.diagnostics[0]?.message ?? "");
}

const leaf = (k: number): object => ({ isleaf: true, tensorindex: k });
const pair = (...args: readonly object[]): object => ({ isleaf: false, eins: { ixs: [], iy: [] }, args });

test.each<readonly [string, unknown, unknown]>([
  [
    "[[0,1],[0,1]]",
    [
      [0, 1],
      [2, 3],
    ],
    [],
  ],
  [
    '{"path": [[1,2],[0,1]]}',
    [
      [1, 2],
      [0, 3],
    ],
    [],
  ],
  [
    '{"ssa_path": [[1,2],[3,0]], "sliced": ["i"], "seconds": 2}',
    [
      [1, 2],
      [3, 0],
    ],
    ["i"],
  ],
  [
    JSON.stringify({ "label-type": "Int64", tree: pair(leaf(3), pair(leaf(1), leaf(2))), slices: [7] }),
    [
      [0, 1],
      [2, 3],
    ],
    ["7"],
  ],
  [
    JSON.stringify({ tree: pair(pair(leaf(1), leaf(3)), leaf(2)) }),
    [
      [0, 2],
      [3, 1],
    ],
    [],
  ],
])("reads %.60s", (text, pairs, sliced) => {
  expect(parsePath(text, 3)).toEqual({ ok: true, notices: [], value: { pairs, sliced } });
});

test.each([
  ["3", "document: expected an object, got a number"],
  ["{}", "document: has none of path, ssa_path and tree"],
  ["[[0,1],", "line 1: not valid JSON"],
  ["[[0,1],[0,2]]", "path: path step 2 is [0, 2], but 2 tensors are left (places 0 to 1)"],
  ["[[0,1,2]]", "path: path step 1 names 3 tensors; a step contracts two"],
  ["[[0,-1]]", "path[0][1]: expected a natural number, got -1"],
  ["[[0,null]]", "path[0][1]: expected a natural number, got null"],
  ["[0]", "path[0]: expected a list, got a number"],
  ['{"ssa_path": [[1]]}', "ssa_path[0]: names 1 tensors; a step contracts two"],
  ['{"ssa_path": [], "sliced": [null]}', "sliced[0]: expected the name of an index, got null"],
  [JSON.stringify({ tree: leaf(4) }), "tree.tensorindex: is 4, but the network has the tensors 1 to 3"],
  [JSON.stringify({ tree: leaf(0) }), "tree.tensorindex: is 0, but the network has the tensors 1 to 3"],
  [
    JSON.stringify({ tree: pair(leaf(1), pair(leaf(2))) }),
    "tree.args[1].args: has 1 tensors; a step contracts two",
  ],
  [
    JSON.stringify({ tree: pair(leaf(1), {}) }),
    "tree.args[1].tensorindex: expected a natural number, got nothing",
  ],
  ['{"tree": {"args": [1, 2]}}', "tree.args[0]: expected an object, got a number"],
])("refuses %.60s", (text, message) => {
  expect(complaint(text, 3)).toContain(message);
});

test("reads trees as deep as they have leaves", () => {
  const depth = 5000;
  const text = `${'{"args":['.repeat(depth)}{"tensorindex":1}${Array.from({ length: depth }, (_, k) => `,{"tensorindex":${k + 2}}]}`).join("")}`;
  const outcome = parsePath(`{"tree":${text}}`, depth + 1);
  expect(outcome.ok && outcome.value.pairs.at(-1)).toEqual([2 * depth - 1, depth]);
  const long = complaint(`{"tree":${text.replace('"tensorindex":1}', '"tensorindex":0}')}}`, depth + 1);
  expect(long).toContain("is 0, but the network has");
  expect(long.length).toBeLessThan(250);
});

test("any text is read or refused", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, text) => {
      const texts = [
        text,
        JSON.stringify(value),
        ...["path", "ssa_path", "tree", "slices"].map((key) => JSON.stringify({ path: [], [key]: value })),
      ];
      return texts.every((each) => parsePath(each, 3).ok || complaint(each, 3) !== "");
    }),
    { numRuns: 1000 },
  );
});

test("an order that is written is read back the same, in both forms", () => {
  for (const leaves of [1, 2, 3, 17, 400]) {
    const tree = { leaves, pairs: randomPairs(leaves, leaves), sliced: ["s_1", 'odd "name"'] };
    const text = formatPath(tree);
    expect(parsePath(text, leaves)).toMatchObject({
      ok: true,
      value: { pairs: tree.pairs, sliced: tree.sliced },
    });
    const { path, ssa_path } = JSON.parse(text) as Record<string, [number, number][]>;
    expect(fromLinear(leaves, path ?? [])).toEqual(ssa_path);
    // Places as a list that really shrinks has them.
    const left = Array.from({ length: leaves }, (_, id) => id);
    tree.pairs.forEach(([a, b], step) => {
      expect([left.indexOf(a), left.indexOf(b)]).toEqual(path?.[step]);
      for (const id of [a, b]) left.splice(left.indexOf(id), 1);
      left.push(leaves + step);
    });
  }
});
