/** The quickstart as it is shipped: what real clients check by running it is not repeated here. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { randomCircuit } from "../../../dsl/circuit/generate.ts";
import { formatQsim } from "../../../dsl/circuit/qsim.ts";
import { parseNotebook } from "../../../kernel/notebook/parse.ts";

test("is kept without outputs, so that what is seen was computed here", () => {
  const { cells } = parseNotebook(readFileSync("notebooks/quickstart.ipynb", "utf8"), "quickstart.ipynb");
  const code = cells.flatMap((cell) => (cell.cell_type === "code" ? [cell] : []));
  expect(code.length).toBeGreaterThan(0);
  expect(code.flatMap((cell) => cell.outputs)).toEqual([]);
});

test("its circuit is the one that the generator makes", () => {
  const circuit = randomCircuit({ rows: 4, columns: 5, cycles: 12, seed: 1 });
  expect(readFileSync("notebooks/random_4x5_12.qsim", "utf8")).toBe(formatQsim(circuit));
});
