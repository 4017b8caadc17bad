/** What a reader of the lessons may count on; that every cell runs is checked where the notebooks are executed. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseNotebook } from "../../../kernel/notebook/parse.ts";
import { markdownToHtml } from "../../../kernel/notebook/text.ts";

const lessons = readdirSync("notebooks").filter((name) => /^\d\d-.*\.ipynb$/.test(name));

test("the lessons are numbered from one on", () => {
  expect(lessons.length).toBeGreaterThan(0);
  expect(lessons.map((name) => Number(name.slice(0, 2)))).toEqual(lessons.map((_, at) => at + 1));
});

describe.each(lessons)("%s", (name) => {
  const text = readFileSync(`notebooks/${name}`, "utf8");
  const { cells, metadata } = parseNotebook(text, name);
  const prose = cells.filter(({ cell_type }) => cell_type === "markdown").map(({ source }) => source);
  const code = cells.flatMap((cell) => (cell.cell_type === "code" ? [cell] : []));

  test("is a notebook of this kernel in a format whose cells have ids of their own", () => {
    const raw = JSON.parse(text) as { nbformat_minor: number; cells: { id?: string }[] };
    expect(raw.nbformat_minor).toBeGreaterThanOrEqual(5);
    expect(raw.cells.map(({ id }) => id)).toEqual(cells.map(({ id }) => id));
    expect(metadata).toMatchObject({ kernelspec: { name: "tnlab" } });
  });

  test("is kept without outputs, so that what is seen was computed here", () => {
    expect(code.flatMap(({ outputs }) => outputs)).toEqual([]);
    expect(code.every(({ execution_count }) => execution_count === null)).toBe(true);
  });

  test("begins with its title and number, speaks between experiments, and is short", () => {
    expect(cells[0]?.cell_type).toBe("markdown");
    expect(cells[0]?.source).toMatch(new RegExp(`^# ${Number(name.slice(0, 2))}\\. `));
    expect(cells.length).toBeGreaterThanOrEqual(12);
    expect(cells.length).toBeLessThanOrEqual(25);
    expect(prose.length).toBeGreaterThanOrEqual(code.length / 2);
  });

  test("answers as many questions as it asks", () => {
    const count = (word: string): number => prose.join("\n").split(`**${word}.**`).length - 1;
    expect(count("Question")).toBeGreaterThan(0);
    expect(count("Answer")).toBe(count("Question"));
  });

  test("is written in both languages", () => {
    expect(new Set(code.map(({ source }) => source.startsWith("%%tn")))).toEqual(new Set([true, false]));
  });

  test("ends with exercises whose hints and solutions are folded away", () => {
    const last = cells.at(-1);
    expect(last?.cell_type).toBe("markdown");
    expect(last?.source).toMatch(/^## Exercises\n/);
    const html = markdownToHtml(last?.source ?? "");
    const [asked = "", ...folded] = html.split("<details>");
    expect(folded.map((fold) => /^\s*<summary>(.*?)<\/summary>/.exec(fold)?.[1])).toEqual([
      "Hints",
      "Solutions",
    ]);
    // Each exercise has its hint and its solution.
    const items = (part: string): number => part.split("<li>").length - 1;
    expect(items(asked)).toBeGreaterThan(0);
    expect(folded.map(items)).toEqual([items(asked), items(asked)]);
    expect(folded.at(-1)?.trim().endsWith("</details>")).toBe(true);
  });

  test("names no place of one computer", () => {
    for (const { source } of code) expect(source).not.toMatch(/["'`](?:\/|~|[A-Za-z]:\\|file:)/);
  });
});
