/** `<details>` in Markdown: the one tag of HTML that a notebook of ours may use, for what a reader opens when ready. */
import type MarkdownIt from "markdown-it";

type BlockRule = Parameters<MarkdownIt["block"]["ruler"]["push"]>[1];

/** A line of its own, as the Markdown of Jupyter and of GitHub wants it too. */
const OPEN = /^<details><summary>(.+)<\/summary>$/;
const CLOSE = "</details>";

/** Teaches a parser that knows no HTML to fold what stands between these two lines; both are Markdown inside. */
export function folds(markdown: MarkdownIt): void {
  markdown.block.ruler.before("paragraph", "fold", fold, { alt: ["paragraph"] });
}

const fold: BlockRule = (state, first, last, silent) => {
  const lineAt = (line: number): string =>
    state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]).trim();
  const summary = OPEN.exec(lineAt(first))?.[1];
  if (summary === undefined) return false;
  let end = first + 1;
  while (end < last && lineAt(end) !== CLOSE) end += 1;
  if (end === last) return false;
  if (silent) return true;
  state.push("details_open", "details", 1).block = true;
  state.push("summary_open", "summary", 1);
  Object.assign(state.push("inline", "", 0), { content: summary, map: [first, first + 1], children: [] });
  state.push("summary_close", "summary", -1);
  state.md.block.tokenize(state, first + 1, end);
  state.push("details_close", "details", -1).block = true;
  state.line = end + 1;
  return true;
};
