import { expect, test } from "vitest";
import type { Notebook, NotebookCell } from "../../../kernel/notebook/nbformat.ts";
import { withParameters } from "../../../kernel/notebook/parameters.ts";

function cell(id: string, source: string, ...tags: readonly string[]): NotebookCell {
  return { cell_type: "code", id, metadata: { tags }, source, execution_count: null, outputs: [] };
}

const sourcesOf = ({ cells }: Notebook): string[] => cells.map(({ source }) => source);

const typescript = cell("b", 'let beta = 0.4;\nconst names = ["x"];', "parameters");
const tn = cell("b", "%%tn\nlet beta = 0.4\nlet sites = 8", "other", "parameters");

test.each([
  [typescript, { names: ["y", 'z"'] }, 'let names = ["y","z\\""];'],
  [typescript, { beta: 1e-7, names: null }, "let beta = 1e-7;\nlet names = null;"],
  [tn, { sites: 12, beta: -0.5 }, "%%tn\nlet sites = 12\nlet beta = -0.5"],
])("values are set after the defaults, in their language %#", (defaults, values, source) => {
  const notebook = { metadata: {}, cells: [cell("a", "1"), defaults, cell("c", "2")] };
  const given = withParameters(notebook, values);
  expect(sourcesOf(given)).toEqual(["1", defaults.source, source, "2"]);
  // Given anew, they take the place of those given before.
  expect(withParameters(given, values)).toEqual(given);
});

test("the cell gets an id that no other has", () => {
  const notebook = { metadata: {}, cells: [cell("injected-parameters", "1"), typescript] };
  const ids = withParameters(notebook, { beta: 1 }).cells.map(({ id }) => id);
  expect(new Set(ids).size).toBe(3);
});

test.each([
  [[cell("a", "let beta = 1")], { beta: 2 }, /no cell has the tag parameters; give it to the cell/],
  [[typescript], { bta: 2 }, /sets no bta; did you mean beta\?/],
  [[typescript], { q: 2 }, /sets no q; it has beta, names/],
  [[tn], { beta: "x" }, /the parameter beta of a %%tn cell is a number, got "x"/],
])("what cannot be set is said %#", (cells, values, message) => {
  expect(() => withParameters({ metadata: {}, cells }, values)).toThrow(message);
});
