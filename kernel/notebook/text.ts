/** Text as HTML: escaping, terminal colours, Markdown. */
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

const MARKDOWN = createMarkdown();

function createMarkdown(): MarkdownIt {
  const markdown = new MarkdownIt({ html: false, linkify: false }).use(folds);
  markdown.inline.ruler.before("escape", "math", (state, silent) => {
    const match = /^\$([^$\s](?:[^$\n]*[^$\s])?)\$(?!\d)/.exec(state.src.slice(state.pos));
    if (!match) return false;
    if (!silent) state.push("math", "", 0).content = match[1] ?? "";
    state.pos += match[0].length;
    return true;
  });
  markdown.renderer.rules.math = (tokens, at) => mathToHtml(tokens[at]?.content ?? "");
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

/** Subscripts and superscripts only: a page without a typesetter stays readable. */
function mathToHtml(tex: string): string {
  const html = escapeHtml(tex)
    .replace(
      /_\{([^{}]*)\}|_(\w)/g,
      (_, group?: string, single?: string) => `<sub>${group ?? single ?? ""}</sub>`,
    )
    .replace(
      /\^\{([^{}]*)\}|\^(\w)/g,
      (_, group?: string, single?: string) => `<sup>${group ?? single ?? ""}</sup>`,
    );
  return `<span class="math">${html}</span>`;
}
