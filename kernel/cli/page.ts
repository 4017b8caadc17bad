/** Notebooks as pages, with the library that draws their figures. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../dsl/index.ts";
import { assetsFolder } from "../lab/server.ts";
import { notebookToHtml } from "../notebook/html.ts";
import type { Notebook } from "../notebook/nbformat.ts";

/** Throws UserError at once where the library was not built. */
export function pageWriter(title: string): (notebook: Notebook) => string {
  const file = path.join(assetsFolder(), "plotly.js");
  let plotlySource: string;
  try {
    plotlySource = readFileSync(file, "utf8");
  } catch {
    throw new UserError(`${file} is missing; build it with: npm run build`);
  }
  return (notebook) => notebookToHtml(notebook, { title, plotlySource });
}
