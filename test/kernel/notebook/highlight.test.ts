import { expect, test } from "vitest";
import { KEYWORDS } from "../../../dsl/syntax/words.ts";
import { tokenize } from "../../../dsl/syntax/statements.ts";
import { highlight } from "../../../kernel/notebook/highlight.ts";
import { statements } from "../../dsl/syntax/statements.ts";

/** Kinds and texts of what is coloured in a cell of the language, after its first line. */
function coloured(source: string): string[] {
  const html = highlight(`%%tn\n${source}`).replace(/^.*?\n/, "");
  return [...html.matchAll(/<span class="(\w+)">(.*?)<\/span>/gs)].map(
    ([, kind = "", text = ""]) => `${kind} ${text}`,
  );
}

test.each<[string, string[]]>([
  ["let x = 1.5e3  # why", ["keyword let", "number 1.5e3", "comment # why"]],
  ["order_1 s_1 a2 letter", []],
  ["for x in 1..L-1", ["keyword for", "keyword in", "number 1", "number 1"]],
  ['import "a # b.qsim" as C', ["keyword import", "string &quot;a # b.qsim&quot;", "keyword as"]],
  ["index s_{*}: 2", ["keyword index", "number 2"]],
])("%s", (source, wanted) => {
  expect(coloured(source)).toEqual(wanted);
});

test("every keyword is coloured, and nothing inside of longer names", () => {
  expect(KEYWORDS.length).toBeGreaterThan(20);
  for (const word of KEYWORDS) {
    expect(coloured(word)).toEqual([`keyword ${word}`]);
    expect(coloured(`${word}s9 my${word}`)).toEqual(KEYWORDS.includes(`${word}s9`) ? expect.anything() : []);
  }
});

test.each(statements)("the colours of %j are its tokens", (source) => {
  const wanted = tokenize(source).flatMap(({ type, text }) =>
    ["number", "string"].includes(type) ? [text] : [],
  );
  const found = coloured(source);
  const numbers = found.filter((one) => /^(number|string) /.test(one)).map((one) => one.replace(/^\w+ /, ""));
  expect(numbers.map((text) => text.replaceAll("&quot;", '"'))).toEqual(wanted);
});

test("a cell without the first line is TypeScript", () => {
  const html = highlight('const x = 1; // "no" order');
  expect(html).toContain('<span class="keyword">const</span>');
  expect(html).toContain('<span class="comment">// &quot;no&quot; order</span>');
});
