/** The two HTML pages of the lab: the list of files, and the frame that the notebook's script fills. */
import { readdir } from "node:fs/promises";
import { escapeHtml } from "../notebook/text.ts";
import { createModel, KERNELSPEC, writeModel, type Contents } from "./contents.ts";
import type { Reply } from "./respond.ts";

/** Everything a page loads comes from this server. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const FIRST = "quickstart.ipynb";

/** Goes on to the quickstart where the folder has one, else lists the notebooks. */
export async function indexPage(folder: string, headers: Readonly<Record<string, string>>): Promise<Reply> {
  const notebooks = await notebooksIn(folder);
  return notebooks.includes(FIRST) ? goOn(FIRST) : { status: 200, headers, body: listPage(notebooks) };
}

/** All notebooks of the folder, and the way to a new one. */
export async function allPage(folder: string, headers: Readonly<Record<string, string>>): Promise<Reply> {
  return { status: 200, headers, body: listPage(await notebooksIn(folder)) };
}

/** Goes on to a new notebook, with a first cell that can be run and changed. */
export async function newNotebook(contents: Contents): Promise<Reply> {
  const type = "notebook";
  const { path } = await createModel(contents, "", { type });
  const cell = { cell_type: "code", id: "first", metadata: {}, source: FIRST_CELL, outputs: [] };
  const metadata = { kernelspec: KERNELSPEC };
  const cells = [{ ...cell, execution_count: null }];
  await writeModel(contents, path, { type, content: { cells, metadata, nbformat: 4, nbformat_minor: 5 } });
  return goOn(path);
}

const FIRST_CELL = `%%tn
# Tensors, and how they join; Shift+Enter runs it. A cell with %tn help says what else there is.
tensor A[a: 40, b: 50], B[b: 50, c: 60], C[c: 60, d: 40] = normal(seed 1)
network E[a,d] = A B C
show network E, contraction E
run E`;

function goOn(notebook: string): Reply {
  return { status: 303, headers: { Location: addressOf(notebook) } };
}

function addressOf(notebook: string): string {
  return `/notebooks/${notebook.split("/").map(encodeURIComponent).join("/")}`;
}

async function notebooksIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".ipynb") && !/(^|\/)(\.|node_modules\/)/.test(name))
    .sort();
}

function listPage(notebooks: readonly string[]): string {
  const items = notebooks.map((name) => `<li><a href="${addressOf(name)}">${escapeHtml(name)}</a></li>`);
  const none = items.length === 0 ? "<p>There is no notebook in this folder.</p>" : "";
  const list = `${none}<ul>${items.join("")}</ul><p><a href="/new">New notebook</a></p>`;
  const style = ":root{color-scheme:light dark}body{font:16px system-ui;margin:3rem auto;max-width:40rem}";
  return page("tnlab", `<style>${style}</style>`, `<h1>Notebooks</h1>${list}`);
}

export function notebookPage(): string {
  const head =
    '<link rel="stylesheet" href="/static/page.css"><script type="module" src="/static/page.js"></script>';
  return page("tnlab", head, '<div id="loading" role="status">Loading the notebook ...</div>');
}

function page(title: string, head: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="icon" href="data:,">${head}</head>
<body>${body}</body></html>
`;
}
