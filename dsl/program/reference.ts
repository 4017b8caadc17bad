/** The reference of mistakes: the catalogue in words, with what is told of each example. */
import { UserError, type Diagnostic } from "../base/diagnostic.ts";
import { excerpt } from "../base/excerpt.ts";
import { onceFor } from "../base/memo.ts";
import type { Code } from "../base/messages.ts";
import { parseQsim } from "../circuit/qsim.ts";
import { parseDimacs } from "../formats/dimacs.ts";
import { CATALOGUE } from "./catalogue.ts";
import type { CatalogueEntry } from "./entry.ts";
import { compile } from "./compile.ts";
import type { CheckContext } from "./program.ts";

export function isCode(text: string): text is Code {
  return Object.hasOwn(CATALOGUE, text);
}

export const CODES = Object.keys(CATALOGUE) as readonly Code[];

/** Examples read the files of their entry and nothing else. */
function contextOf({ files = {} }: CatalogueEntry): CheckContext {
  const read = (path: string): string => {
    const text = Object.hasOwn(files, path) ? files[path] : undefined;
    if (text === undefined) throw new UserError(`cannot read "${path}": there is no such file`);
    return text;
  };
  return {
    variable: () => undefined,
    read,
    readBytes: (path) => new TextEncoder().encode(read(path)),
    inflate: (bytes) => bytes,
  };
}

/** What is told of failing examples: some take a second to fail. */
const toldOfFailing = onceFor((entry: CatalogueEntry) => toldOf(entry, "failing"));

/** Everything that is told of an example without running it: mistakes, or the notices of a program without any. */
export function toldOf(entry: CatalogueEntry, example: "failing" | "mended"): readonly Diagnostic[] {
  const text = entry[example];
  const outcome =
    entry.found === "qsim"
      ? parseQsim(text)
      : entry.found === "cnf"
        ? parseDimacs(text)
        : compile(text, new Map(), contextOf(entry));
  return outcome.ok ? outcome.notices : outcome.diagnostics;
}

/** Examples of very many lines are shown in part. */
const SHOWN_LINES = 12;

function shown(text: string): string {
  const lines = text.trimEnd().split("\n");
  return lines.length <= SHOWN_LINES
    ? lines.join("\n")
    : [...lines.slice(0, 3), "...", ...lines.slice(-2)].join("\n");
}

function ofCode(code: Code): (one: Diagnostic) => boolean {
  return (one) => one.code === code;
}

/** One mistake in plain text: what it means, an example with what is told of it, and the example mended. */
export function explanationOf(code: Code): string {
  const entry = CATALOGUE[code];
  const told = toldOfFailing(entry).find(ofCode(code));
  const marked = told === undefined ? [] : ["", excerpt(entry.failing, told)];
  return [
    `${code}: ${entry.about}`,
    "",
    ...indented(shown(entry.failing)),
    ...marked,
    "",
    "Mended:",
    "",
    ...indented(shown(entry.mended)),
  ].join("\n");
}

/** Every code with what it means, a line each. */
export function listOfCodes(): string {
  const width = Math.max(...CODES.map(({ length }) => length));
  return CODES.map((code) => `${code.padEnd(width)}  ${CATALOGUE[code].about}`).join("\n");
}

function indented(text: string): string[] {
  return text.split("\n").map((line) => `  ${line}`);
}

const WHERE: Readonly<Record<NonNullable<CatalogueEntry["found"]>, string>> = {
  run: "Found when the program runs.",
  qsim: "Found in a file, here of qsim's format.",
  cnf: "Found in a file, here of DIMACS' format.",
};

/** All of them as one page of Markdown. */
export function referencePage(): string {
  const sections = CODES.map((code) => {
    const entry = CATALOGUE[code];
    const told = toldOfFailing(entry).find(ofCode(code));
    const files = Object.entries(entry.files ?? {}).map(
      ([path, text]) => `\`${path}\` holds \`${JSON.stringify(text)}\`.`,
    );
    return [
      `## ${code}`,
      [entry.about, entry.found === undefined ? "" : WHERE[entry.found], ...files]
        .filter((part) => part !== "")
        .join(" "),
      fenced(shown(entry.failing)),
      ...(told === undefined ? [] : [fenced(excerpt(entry.failing, told))]),
      "Mended:",
      fenced(shown(entry.mended)),
    ].join("\n\n");
  });
  return `${["# Mistakes and what is told of them", INTRODUCTION, ...sections].join("\n\n")}\n`;
}

const INTRODUCTION =
  "Every mistake has a code, its place, the line with a caret, a sentence and, where the sentence does not say it, the way out. " +
  "All mistakes of a text are told at once, and nothing of a cell with a mistake takes effect. Notices (info) stop nothing. " +
  "This page is made from the table that the tests run; `tnlab help CODE` prints an entry.";

function fenced(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}
