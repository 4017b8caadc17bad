import MarkdownIt from "markdown-it";
import { expect, test } from "vitest";
import { folds } from "../../../kernel/notebook/folds.ts";

const markdown = new MarkdownIt({ html: false }).use(folds);

/** HTML without the white space between elements. */
function rendered(...lines: readonly string[]): string {
  return markdown.render(lines.join("\n")).replace(/>\s+</g, "><").trim();
}

test("a fold is an element with a summary, and Markdown inside of both", () => {
  expect(
    rendered("<details><summary>A *hint*</summary>", "", "1. one", "2. `two`", "", "</details>", "", "after"),
  ).toBe(
    "<details><summary>A <em>hint</em></summary><ol><li>one</li><li><code>two</code></li></ol></details><p>after</p>",
  );
});

test("folds follow each other, and one ends the paragraph before it", () => {
  const fold = ["<details><summary>s</summary>", "", "text", "", "</details>"];
  expect(rendered("before", ...fold, ...fold)).toBe(
    `<p>before</p>${"<details><summary>s</summary><p>text</p></details>".repeat(2)}`,
  );
});

test("an empty fold is a fold", () => {
  expect(rendered("<details><summary>s</summary>", "</details>")).toBe(
    "<details><summary>s</summary></details>",
  );
});

test.each([
  ["a fold that is never closed", ["<details><summary>s</summary>", "", "text"]],
  ["a fold with an attribute", ['<details ontoggle="alert(1)"><summary>s</summary>', "", "</details>"]],
  ["a summary on a line of its own", ["<details>", "<summary>s</summary>", "", "</details>"]],
  ["a closing line alone", ["text", "", "</details>"]],
])("%s is shown as text", (_, lines) => {
  const html = rendered(...lines);
  expect(html).not.toMatch(/<\/?(?:details|summary)/);
  expect(html).toContain("details&gt;");
});

test.each([
  ["summary", ["<details><summary><script>alert(1)</script></summary>", "", "text", "", "</details>"]],
  ["text", ["<details><summary>s</summary>", "", "<script>alert(1)</script>", "", "</details>"]],
])("other tags inside of the %s are text", (_, lines) => {
  const html = rendered(...lines);
  expect(html).toMatch(/^<details>.*<\/details>$/s);
  expect(html).not.toContain("<script");
  expect(html).toContain("&lt;script&gt;");
});

test("the lines stand as they are in a block of code", () => {
  const html = rendered("```", "<details><summary>s</summary>", "</details>", "```");
  expect(html).not.toContain("<details>");
});
