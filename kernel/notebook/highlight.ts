/** Colours of code: comments, strings, numbers and keywords, enough to read by. */
import { escapeHtml } from "./text.ts";

const NUMBER = String.raw`\b\d[\w.]*`;
const STRING = String.raw`"(?:[^"\\\n]|\\.)*"`;

const TN_WORDS =
  "let index tensor network order slice distribute machine run show require import as with for in if then over on to " +
  "product preset threads search minimizing within seed path greedy optimal partition anneal dry devices groups of at " +
  "node cluster device peak memory latency";

const TS_WORDS =
  "async await break case catch class const continue default delete do else export extends finally for from function " +
  "if import in instanceof interface let new null of readonly return switch this throw true false try type typeof " +
  "undefined var void while yield";

const TN = pattern([String.raw`#[^\n]*`, STRING], TN_WORDS);
const TYPESCRIPT = pattern(
  [
    String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`,
    String.raw`${STRING}|'(?:[^'\\\n]|\\.)*'|${"`"}(?:[^${"`"}\\]|\\.)*${"`"}`,
  ],
  TS_WORDS,
);

function pattern([comment, string]: readonly [string, string], words: string): RegExp {
  const keyword = String.raw`\b(?:${words.split(" ").join("|")})\b`;
  return new RegExp(
    `(?<comment>${comment})|(?<string>${string})|(?<number>${NUMBER})|(?<keyword>${keyword})`,
    "g",
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
    const kind = Object.keys(match.groups ?? {}).find((name) => match.groups?.[name] !== undefined) ?? "";
    html += `<span class="${kind}">${escapeHtml(match[0])}</span>`;
    end = match.index + match[0].length;
  }
  return html + escapeHtml(source.slice(end));
}
