/** Text as HTML: escaping, terminal colours, Markdown. */
import { katex } from "@mdit/plugin-katex";
import MarkdownIt from "markdown-it";
import { folds } from "./folds.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** JSON that is safe inside `<script>`: no `</script>`, no `<!--`, no line separators. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0");
  });
}

// eslint-disable-next-line no-control-regex -- escape sequences begin with a control character
const ESCAPE = /\u001b\[([0-9;]*)([A-Za-z])/g;

/** Eight colours and bold become classes; every other escape sequence is dropped. */
export function ansiToHtml(text: string): string {
  let html = "";
  let end = 0;
  let style: Style = {};
  for (const match of text.matchAll(ESCAPE)) {
    html += styled(text.slice(end, match.index), style);
    end = match.index + match[0].length;
    if (match[2] === "m") style = (match[1] ?? "").split(";").map(Number).reduce(restyle, style);
  }
  return html + styled(text.slice(end), style);
}

interface Style {
  readonly color?: number;
  readonly bold?: boolean;
}

/** The numbers of "select graphic rendition", ECMA-48 8.3.117. */
function restyle(style: Style, code: number): Style {
  if (code === 0) return {};
  if (code === 1) return { ...style, bold: true };
  if (code >= 30 && code <= 37) return { ...style, color: code - 30 };
  if (code >= 90 && code <= 97) return { ...style, color: code - 90 };
  if (code === 39) return style.bold === true ? { bold: true } : {};
  return style;
}

function styled(text: string, style: Style): string {
  const color = style.color === undefined ? [] : [`ansi${style.color}`];
  const classes = style.bold === true ? [...color, "bold"] : color;
  const html = escapeHtml(text);
  return classes.length === 0 || text === "" ? html : `<span class="${classes.join(" ")}">${html}</span>`;
}

/** Markdown as HTML. Raw HTML but folds is shown as text; pictures that are not inlined are replaced by their name. */
export function markdownToHtml(source: string): string {
  return MARKDOWN.render(source);
}

/** Drawn by the browser itself, so that a page needs no fonts; a formula that is none stays as it was written. */
const MATHML = { output: "mathml", throwOnError: false } as const;

const MARKDOWN = createMarkdown();

function createMarkdown(): MarkdownIt {
  const markdown = new MarkdownIt({ html: false, linkify: false }).use(folds).use(katex, MATHML);
  const image = markdown.renderer.rules.image;
  markdown.renderer.rules.image = (tokens, at, options, env, renderer) => {
    const token = tokens[at];
    const inline = token?.attrGet("src")?.startsWith("data:") === true;
    return inline && image
      ? image(tokens, at, options, env, renderer)
      : escapeHtml(`[${token?.content ?? ""}]`);
  };
  return markdown;
}
