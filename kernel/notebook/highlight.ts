/** Colours of code: comments, strings, numbers and keywords, enough to read by. */
import { KEYWORDS, PATTERNS } from "../../dsl/index.ts";
import { escapeHtml } from "./text.ts";

const NUMBER = String.raw`\b\d[\w.]*`;
const STRING = String.raw`"(?:[^"\\\n]|\\.)*"`;

const TS_WORDS =
  "async await break case catch class const continue default delete do else export extends finally for from function " +
  "if import in instanceof interface let new null of readonly return switch this throw true false try type typeof " +
  "undefined var void while yield";

const TN = pattern([PATTERNS.comment.source, PATTERNS.string.source, PATTERNS.number.source], KEYWORDS);
const TYPESCRIPT = pattern(
  [
    String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`,
    String.raw`${STRING}|'(?:[^'\\\n]|\\.)*'|${"`"}(?:[^${"`"}\\]|\\.)*${"`"}`,
    NUMBER,
  ],
  TS_WORDS.split(" "),
);

type Tokens = readonly [comment: string, string: string, number: string];

/** A whole name that is no keyword is taken too, and the dots of a range, so that nothing is seen inside of them. */
function pattern([comment, string, number]: Tokens, words: readonly string[]): RegExp {
  const plain = `${PATTERNS.range.source}|${PATTERNS.name.source}`;
  const keyword = String.raw`(?:${words.join("|")})(?![\p{L}\p{N}_])`;
  return new RegExp(
    `(?<comment>${comment})|(?<string>${string})|(?<keyword>${keyword})|(?:${plain})|(?<number>${number})`,
    "gu",
  );
}

/** A code cell as HTML; one that begins with `%%tn` is in tnlab's language, any other in TypeScript. */
export function highlight(source: string): string {
  const magic = /^%%tn[^\n]*/.exec(source)?.[0];
  if (magic === undefined) return colour(source, TYPESCRIPT);
  return `<span class="magic">${escapeHtml(magic)}</span>` + colour(source.slice(magic.length), TN);
}

function colour(source: string, tokens: RegExp): string {
  let html = "";
  let end = 0;
  for (const match of source.matchAll(tokens)) {
    html += escapeHtml(source.slice(end, match.index));
    const kind = Object.keys(match.groups ?? {}).find((name) => match.groups?.[name] !== undefined);
    const text = escapeHtml(match[0]);
    html += kind === undefined ? text : `<span class="${kind}">${text}</span>`;
    end = match.index + match[0].length;
  }
  return html + escapeHtml(source.slice(end));
}
