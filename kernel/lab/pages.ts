/** The two HTML pages of the lab: the list of files, and the frame that the notebook's script fills. */
import { readdir } from "node:fs/promises";
import { escapeHtml } from "../notebook/text.ts";
import type { Reply } from "./respond.ts";

/** Everything a page loads comes from this server. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const FIRST = "quickstart.ipynb";

/** Goes on to the quickstart where the folder has one, else lists the notebooks. */
export async function indexPage(folder: string, headers: Readonly<Record<string, string>>): Promise<Reply> {
  const names = await readdir(folder, { recursive: true });
  const notebooks = names
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".ipynb") && !/(^|\/)(\.|node_modules\/)/.test(name));
  if (notebooks.includes(FIRST)) return { status: 303, headers: { Location: `/notebooks/${FIRST}` } };
  return { status: 200, headers, body: listPage(notebooks.sort()) };
}

function listPage(notebooks: readonly string[]): string {
  const items = notebooks.map((name) => {
    const address = name.split("/").map(encodeURIComponent).join("/");
    return `<li><a href="/notebooks/${address}">${escapeHtml(name)}</a></li>`;
  });
  const list =
    items.length === 0 ? "<p>There is no notebook in this folder.</p>" : `<ul>${items.join("")}</ul>`;
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
