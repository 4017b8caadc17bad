/** `tnlab run FILE.ipynb`: a notebook without a front end; `tnlab run FILE.tn --to OUT`: a program as one. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { UserError } from "../../dsl/index.ts";
import { executeNotebook, type ExecuteOptions, type Execution } from "../notebook/execute.ts";
import { formatNotebook, type CellOutput, type Notebook } from "../notebook/nbformat.ts";
import { withParameters, type Parameters } from "../notebook/parameters.ts";
import { parseNotebook } from "../notebook/parse.ts";
import { startKernel } from "../session/process.ts";
import { FAILED, OK, type Run } from "./command.ts";
import { checkWritable, extensionOf, readText } from "./files.ts";
import { interruptible } from "./interrupt.ts";
import { pageWriter } from "./page.ts";
import { complain, print, printJson } from "./print.ts";
import { positiveNumber } from "./values.ts";

export const runNotebook: Run = (given) => {
  const { argument: file, values, flags } = given;
  const timeoutSeconds = positiveNumber(given, "timeout");
  const to = values.get("to");
  const format = to === undefined ? undefined : formatOf(to, path.basename(file));
  const text = readText(file);
  const parsed =
    extensionOf(file, [".tn", ".ipynb"]) === ".tn" ? programAlone(text) : parseNotebook(text, file);
  const parameters = parametersIn(values.get("parameters"));
  const notebook = parameters === undefined ? parsed : withParameters(parsed, parameters);
  const allowErrors = flags.has("allow-errors");
  const asJson = flags.has("json");
  return interruptible(async (signal) => {
    const options = { allowErrors, signal, ...(timeoutSeconds !== undefined && { timeoutSeconds }) };
    const executed = await execute(notebook, file, options);
    if (to !== undefined && format !== undefined) writeFileSync(to, format(executed.notebook));
    if (asJson) printJson(executionJson(executed));
    for (const output of outputsOf(executed.notebook)) printOutput(output, asJson || to !== undefined);
    if (to !== undefined && !asJson) print(`wrote ${to}`);
    return executed.ok || allowErrors ? OK : FAILED;
  });
};

function programAlone(text: string): Notebook {
  const cell = {
    cell_type: "code",
    id: "program",
    metadata: {},
    execution_count: null,
    outputs: [],
  } as const;
  const kernelspec = { name: "tnlab", display_name: "tnlab", language: "typescript" };
  return { metadata: { kernelspec }, cells: [{ ...cell, source: `%%tn\n${text.trimEnd()}` }] };
}

/** Values by name: JSON as it was typed, or in the file that was named. */
function parametersIn(typed: string | undefined): Parameters | undefined {
  if (typed === undefined) return undefined;
  const isTyped = typed.trimStart().startsWith("{");
  try {
    const value = JSON.parse(isTyped ? typed : readText(typed)) as unknown;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new UserError(
    `${isTyped ? "--parameters" : typed}: expected a JSON object of values by name, such as {"beta": 0.5}`,
  );
}

/** How `to` is written. Throws before anything has run: WrongUse for its extension, UserError for its folder. */
function formatOf(to: string, title: string): (notebook: Notebook) => string {
  const extension = extensionOf(to, [".html", ".ipynb"]);
  checkWritable(to);
  if (extension === ".ipynb") return formatNotebook;
  return pageWriter(title);
}

/** In a kernel of its own, whose files start from the folder of the notebook. */
async function execute(notebook: Notebook, file: string, options: ExecuteOptions): Promise<Execution> {
  const kernel = await startKernel({ folder: path.dirname(path.resolve(file)) });
  try {
    return await executeNotebook(notebook, kernel, options);
  } finally {
    await kernel.close();
  }
}

function executionJson({ notebook, ok }: Execution): object {
  const cells = notebook.cells.flatMap((cell) => {
    if (cell.cell_type !== "code") return [];
    return [{ id: cell.id, execution_count: cell.execution_count, outputs: cell.outputs }];
  });
  return { ok, cells };
}

function outputsOf({ cells }: Notebook): CellOutput[] {
  return cells.flatMap((cell) => (cell.cell_type === "code" ? cell.outputs : []));
}

/** Failures always go to stderr; all else is left out where `failuresOnly`. */
function printOutput(output: CellOutput, failuresOnly: boolean): void {
  if (output.output_type === "error") {
    const { ename, evalue, traceback } = output;
    complain(plain(traceback.length === 0 ? `${ename}: ${evalue}` : traceback.join("\n")));
  } else if (failuresOnly) return;
  else if (output.output_type === "stream") {
    const text = plain(output.text).replace(/\n$/, "");
    if (output.name === "stderr") complain(text);
    else print(text);
  } else print(plain(textOf(output.data)));
}

function textOf(data: Readonly<Record<string, unknown>>): string {
  const text = data["text/plain"];
  return typeof text === "string" ? text : `(no text: ${Object.keys(data).join(", ")})`;
}

/** Colours stay where someone looks at them. */
function plain(text: string): string {
  return process.stdout.isTTY ? text : stripVTControlCharacters(text);
}
