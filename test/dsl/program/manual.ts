/** The page of the language, from its grammar and its table of words. */
import { readFileSync } from "node:fs";
import { CONSTANTS, FUNCTIONS } from "../../../dsl/program/allowed.ts";
import { BEGINNING, MANUAL, type Word } from "../../../dsl/program/manual.ts";
import { HEADS } from "../../../dsl/syntax/words.ts";

/** Alternatives of a rule, each a row of symbols. */
type Rule = readonly (readonly string[])[];

/** The rules of grammar.ne without what they build. */
export function rulesOf(text: string): Map<string, Rule> {
  const plain = text
    .replace(/@\{%[^]*?%\}/g, "")
    .replace(/\{%[^]*?%\}/g, "")
    .replace(/^[@#].*$/gm, "");
  const rules = new Map<string, Rule>();
  for (const [, name = "", body = ""] of plain.matchAll(/^(\w+) -> ([^]*?)(?=^\w+ -> |$(?![^]))/gm)) {
    const symbols = [...body.matchAll(/"[^"]*"|%?\w+|\|/g)].map(([symbol]) => symbol);
    const alternatives: string[][] = [[]];
    for (const symbol of symbols)
      if (symbol === "|") alternatives.push([]);
      else if (symbol !== "null" && symbol !== "%end") alternatives.at(-1)?.push(symbol);
    rules.set(name, alternatives);
  }
  return rules;
}

/** A rule as it is read: lists without their recursion, what may be left out in brackets. */
function rightSide(name: string, rule: Rule): string {
  const again = rule.filter(([first]) => first === name);
  const once = rule.filter(([first]) => first !== name);
  const [one] = once;
  if (again.length > 0 && one !== undefined) {
    const tail = again.map((row) => written(row.slice(1))).join(" | ");
    return `${once.map(written).join(" | ")} { ${tail} }`.trim();
  }
  const full = rule.filter((row) => row.length > 0);
  const text = full.map(written).join(" | ");
  return full.length < rule.length ? `[ ${text} ]` : text;
}

const TOKENS: Readonly<Record<string, string>> = {
  "%name": "NAME",
  "%number": "NUMBER",
  "%string": "TEXT",
  "%family": "NAME_{",
  "%op": "OPERATOR",
  "%keyword": "KEYWORD",
  "%newline": "NEWLINE",
};

function written(row: readonly string[]): string {
  return row.map((symbol) => TOKENS[symbol] ?? symbol).join(" ");
}

/** Rules that one rule needs, itself first. */
function reached(rules: ReadonlyMap<string, Rule>, from: string): string[] {
  const found = [from];
  for (let k = 0; k < found.length; k += 1)
    for (const symbol of (rules.get(found[k] ?? "") ?? []).flat())
      if (rules.has(symbol) && !found.includes(symbol)) found.push(symbol);
  return found;
}

function syntaxOf(rules: ReadonlyMap<string, Rule>, names: readonly string[]): string {
  const width = Math.max(...names.map(({ length }) => length));
  const lines = names.map((name) => `${name.padEnd(width)} = ${rightSide(name, rules.get(name) ?? [])}`);
  return `\`\`\`text\n${lines.join("\n")}\n\`\`\``;
}

/** A `|` would end a cell. */
function tableOf(words: Readonly<Record<string, Word>>): string {
  const rows = Object.entries(words).map(
    ([word, { about, example }]) => `| \`${word}\` | ${about.replaceAll("|", "\\|")} | \`${example}\` |`,
  );
  return ["| word | meaning | example |", "| --- | --- | --- |", ...rows].join("\n");
}

const INTRODUCTION = `A program is a text of statements, a line each; a statement goes on while a bracket is open. \`#\` begins a comment. Ranges \`a..b\`
include both ends. Later cells see the names of earlier ones. What is wrong with a program is told all at once, as in [ERRORS.md](ERRORS.md).
This page is made from the grammar that the parser is compiled from, and from the table of words that \`%tn help WORD\` prints; every example
on it is compiled by the tests. In the syntax \`{ x }\` stands for any number of x, \`[ x ]\` for x or nothing, \`|\` for a choice.`;

export function languagePage(): string {
  const rules = rulesOf(readFileSync("dsl/syntax/grammar.ne", "utf8"));
  const needed = HEADS.map((head) => reached(rules, head));
  const shared = [...rules.keys()].filter(
    (name) => needed.filter((names) => names.includes(name)).length > 1,
  );
  const { Statements, ...groups } = MANUAL;
  const statements = HEADS.map((head, k) => {
    const { about, example } = (Statements as Readonly<Record<string, Word>>)[head] ?? {
      about: "",
      example: "",
    };
    const own = (needed[k] ?? []).filter((name) => !shared.includes(name));
    return [
      `### ${head}`,
      `${about[0]?.toUpperCase() ?? ""}${about.slice(1)}.`,
      fenced(example),
      syntaxOf(rules, own),
    ].join("\n\n");
  });
  const sections = [
    "# The language",
    INTRODUCTION,
    "The examples follow this beginning:",
    fenced(BEGINNING.trimEnd()),
    "## Statements",
    ...statements,
    "### Parts of several statements",
    syntaxOf(rules, shared),
    "An expression is a run of tokens that mathjs reads: its arithmetic, units (`16 GiB`, `3 us`, `450 GB/s`, `5 %`), complex numbers, lists, and the functions below.",
    ...Object.entries(groups).flatMap(([title, words]) => [`## ${title}`, tableOf(words)]),
    "## Functions and constants",
    `Of mathjs: ${[...FUNCTIONS].map((name) => `\`${name}\``).join(", ")}.`,
    `Constants: ${[...CONSTANTS].map((name) => `\`${name}\``).join(", ")}.`,
  ];
  return `${sections.join("\n\n")}\n`;
}

function fenced(text: string): string {
  return `\`\`\`tn\n${text}\n\`\`\``;
}
