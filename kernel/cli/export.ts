/** `tnlab export`: a notebook as it stands, as one page. */
import path from "node:path";
import { parseNotebook } from "../notebook/parse.ts";
import { OK, type Run } from "./command.ts";
import { extensionOf, readText, writeText } from "./files.ts";
import { pageWriter } from "./page.ts";
import { complain, print } from "./print.ts";

export const run: Run = ({ argument: file, values }) => {
  extensionOf(file, [".ipynb"]);
  const to = values.get("to") ?? `${file.slice(0, -".ipynb".length)}.html`;
  extensionOf(to, [".html"]);
  const notebook = parseNotebook(readText(file), file);
  writeText(to, pageWriter(path.basename(file))(notebook));
  print(`wrote ${to}`);
  if (!notebook.cells.some((cell) => cell.cell_type === "code" && cell.outputs.length > 0))
    complain(`"${file}" has no outputs: tnlab run ${file} --to ${to} runs it first`);
  return Promise.resolve(OK);
};
