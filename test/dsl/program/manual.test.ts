/** The words of the language: every example is a program without mistakes, and the page is as grammar and table make it. */
import { format } from "prettier";
import { expect, test } from "vitest";
import { METHODS } from "../../../dsl/distribute/wanted.ts";
import { helpOn } from "../../../dsl/program/help.ts";
import { BEGINNING, MANUAL, type Word } from "../../../dsl/program/manual.ts";
import { FIGURES, QUANTITIES } from "../../../dsl/program/program.ts";
import { HEADS } from "../../../dsl/syntax/words.ts";
import { compiled } from "./language.ts";
import { languagePage, rulesOf } from "./manual.ts";

const words = Object.entries(MANUAL).flatMap(([group, entries]) =>
  Object.entries(entries as Readonly<Record<string, Word>>).map(([word, { example }]) => ({
    group,
    word,
    example,
  })),
);

test.each(words)("$group: the example of $word has no mistake, and uses the word", ({ word, example }) => {
  expect(example).toMatch(new RegExp(`\\b${word}\\b`));
  const before = compiled(BEGINNING).definitions;
  const { definitions, actions } = compiled(example, before);
  expect(actions.length > 0 || [...definitions].some(([name, own]) => before.get(name) !== own)).toBe(true);
});

test.each([
  ["Statements", HEADS],
  ["Figures of show", FIGURES],
  ["Methods of distribution", METHODS],
  ["Quantities of require", QUANTITIES],
] as const)("%s: none is left out", (group, all) => {
  expect(Object.keys(MANUAL[group]).sort()).toEqual([...all].sort());
});

test("help explains every word, a line a meaning", () => {
  for (const { word, example } of words) expect(helpOn(word)).toContain(`${example}: `);
  expect(helpOn("partition").split("\n")).toHaveLength(2);
  expect(helpOn("trafic")).toContain("did you mean %tn help traffic?");
});

test("rules are read without what they build", () => {
  const text = `# a comment
@lexer lexer
one -> "a" two %end {% (d) => [d] %} | null {% () => undefined %}
two -> three {% id %}
  | two "," three {% more %}
`;
  expect([...rulesOf(text)]).toEqual([
    ["one", [['"a"', "two"], []]],
    ["two", [["three"], ["two", '","', "three"]]],
  ]);
});

test("the page is up to date", async () => {
  const page = await format(languagePage(), { parser: "markdown", printWidth: 110 });
  await expect(page).toMatchFileSnapshot("../../../dsl/REFERENCE.md");
});
