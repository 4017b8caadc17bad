import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Span } from "../../../dsl/base/diagnostic.ts";
import { isComplete, parse } from "../../../dsl/syntax/parse.ts";
import { tokenize } from "../../../dsl/syntax/statements.ts";
import type { SyntaxTree } from "../../../dsl/syntax/tree.ts";
import { statements } from "./statements.ts";

/** Every span lies inside that of the node around it, and the text of a word is the text under its span. */
function checkSpans(source: string, { statements: all }: SyntaxTree): void {
  const visit = (node: unknown, outer: Span): void => {
    if (typeof node !== "object" || node === null) return;
    const { span = outer, text } = node as { readonly span?: Span; readonly text?: string };
    expect(span.start).toBeGreaterThanOrEqual(outer.start);
    expect(span.end).toBeLessThanOrEqual(outer.end);
    expect(span.start).toBeLessThanOrEqual(span.end);
    if (text !== undefined) {
      // Comments inside an expression are blanks; a "#" inside a string begins none.
      const written = source.slice(span.start, span.end).replaceAll(/("[^"\n]*")|#[^\n]*/g, "$1");
      expect(text.replaceAll(/["\s]/g, "")).toBe(written.replaceAll(/["\s]/g, ""));
    }
    for (const [key, child] of Object.entries(node)) if (key !== "span") visit(child, span);
  };
  let end = 0;
  for (const statement of all) {
    expect(statement.span.start).toBeGreaterThanOrEqual(end);
    end = statement.span.end;
    visit(statement, { start: 0, end: source.length });
  }
}

test.each(statements)("%j has one reading", (source) => {
  const parsed = parse(source);
  expect(parsed.ok).toBe(true);
  expect(parsed.readable.statements).toHaveLength(1);
  checkSpans(source, parsed.readable);
  // Layout and comments do not matter.
  const loose = `\n  ${source.replaceAll(/(?<=[,([])/g, " ").replaceAll("\n", "  # why\n")}  # end\r\n`;
  const again = parse(loose);
  expect(again.readable.statements.map(bare)).toEqual(parsed.readable.statements.map(bare));
  checkSpans(loose, again.readable);
});

/** The tree without places and layout. */
function bare(node: unknown): unknown {
  if (typeof node === "string") return node.replaceAll(/\s/g, "");
  if (Array.isArray(node)) return node.map(bare);
  if (typeof node !== "object" || node === null) return node;
  const kept = Object.entries(node).filter(([key]) => key !== "span" && key !== "more");
  return Object.fromEntries(
    kept.map(([key, value]) => [key, key === "arguments" ? bare(withoutBreaks(value)) : bare(value)]),
  );
}

function withoutBreaks(value: unknown): unknown {
  return (value as readonly { readonly type: string }[]).filter(({ type }) => type !== "newline");
}

test("a program is its statements", () => {
  const source = statements.join("\n");
  const parsed = parse(source);
  expect(parsed.readable.statements.map(({ kind }) => kind)).toEqual(
    statements.flatMap((statement) => parse(statement).readable.statements.map(({ kind }) => kind)),
  );
  checkSpans(source, parsed.readable);
});

test("the tree of a network says what was written", () => {
  const { readable } = parse("network R[i] = product { A[s_{x+1}] for x in 1..n if x != 2 } B");
  expect(bare(readable)).toEqual({
    statements: [
      {
        kind: "network",
        name: { text: "R" },
        open: [{ base: "i", subscripts: [] }],
        body: {
          kind: "product",
          terms: [
            {
              factors: [
                {
                  name: { base: "A", subscripts: [] },
                  indices: [{ base: "s", subscripts: [{ text: "x+1" }] }],
                },
              ],
              clauses: [
                { kind: "for", name: { text: "x" }, from: { text: "1" }, to: { text: "n" } },
                { kind: "if", condition: { text: "x!=2" } },
              ],
            },
            { factors: [{ name: { base: "B", subscripts: [] } }], clauses: [] },
          ],
        },
      },
    ],
  });
});

test.each([
  ["x in 1..n", { kind: "for", name: { text: "x" }, from: { text: "1" }, to: { text: "n" } }],
  ["x in [1, 3]", { kind: "each", names: [{ text: "x" }], list: { text: "[1,3]" } }],
  ["x in sites", { kind: "each", names: [{ text: "x" }], list: { text: "sites" } }],
  ["(x, y) in edges", { kind: "each", names: [{ text: "x" }, { text: "y" }], list: { text: "edges" } }],
  ["(x) in [[1]]", { kind: "each", names: [{ text: "x" }], list: { text: "[[1]]" } }],
])("a loop may run as %s", (loop, clause) => {
  const found = bare(parse(`network R = product { A for ${loop} }`).readable);
  expect(found).toMatchObject({ statements: [{ body: { terms: [{ clauses: [clause] }] } }] });
});

/** A text, the code of its mistake, the text under the span, and the sentence. */
test.each([
  ["let a = @", "bad-character", "@", "@ means nothing here"],
  ["let a = @@ + 1", "bad-character", "@@", "@@ means nothing here"],
  ['import "x', "open-text", '"x', 'the text "x has no closing quote on its line'],
  ["let a = (1 + 2", "open-bracket", "(", "this ( is never closed"],
  ["network Z = product {\n A", "open-bracket", "{", "this { is never closed"],
  ["network R = A[s_{x]", "wrong-bracket", "]", "this ] does not close s_{"],
  ["let a = 1)", "stray-bracket", ")", "this ) closes nothing"],
  ["let a = [1)", "wrong-bracket", ")", "this ) does not close ["],
  ["let 3 = a", "unexpected", "3", "found `3`, expected a name"],
  ["let for = 3", "unexpected", "for", "found the keyword for, expected a name"],
  ["let a 3", "unexpected", "3", "found `3`, expected `=`"],
  ["let a =", "ends-early", "", "the statement ends too early, expected an expression"],
  ["slice Z", "ends-early", "", "the statement ends too early, expected `to` or `over`"],
  ["network R = ", "ends-early", "", "the statement ends too early, expected a name or `product`"],
  [
    "network R = A,",
    "unexpected",
    ",",
    "found `,`, expected a name, `with`, `(`, `[`, `product` or the end of the line",
  ],
  ["show network Z extra", "unexpected", "extra", "found `extra`, expected `,` or the end of the line"],
  ["let a = { }", "unexpected", "{", "found `{`, expected an expression"],
  ["lett a = 3", "unknown-statement", "lett", "a statement cannot start with `lett`"],
  ["a = 3", "unknown-statement", "a", "a statement cannot start with `a`"],
  ["constructor", "unknown-statement", "constructor", "a statement cannot start with `constructor`"],
])("%j", (source, code, under, message) => {
  const parsed = parse(source);
  const [first, ...others] = parsed.ok ? [] : parsed.diagnostics;
  expect(others).toEqual([]);
  expect(first).toMatchObject({ code, message });
  expect(first && source.slice(first.span.start, first.span.end)).toBe(under);
});

test("every statement reports its own mistake", () => {
  const parsed = parse("let a = (\nlet b = 2\nlet 3\nnetwork = R\nlet c = 4 @");
  expect(parsed.ok ? [] : parsed.diagnostics.map(({ code }) => code)).toEqual([
    "open-bracket",
    "unexpected",
    "unexpected",
    "bad-character",
  ]);
  expect(parsed.readable.statements.map(({ kind }) => kind)).toEqual([
    "unreadable",
    "let",
    "unreadable",
    "unreadable",
    "unreadable",
  ]);
});

/** The names that a statement with a mistake may have meant to define. */
test.each([
  ["let a = 1, b = (2", ["a", "b"]],
  ["index i: 2, s_{*, *}: @", ["i", "s_{*,*}"]],
  ["tensor A[i], B[j] = @", ["A", "B"]],
  ["network R[i] = A[i] B[", ["R"]],
  ["machine m @", ["m"]],
  ['import "x" as C @', ["C"]],
  ["order R = (A", []],
  ["run R @", []],
  ["lett a = 1", ["a"]],
])("%j may define %j", (source, names) => {
  expect(parse(source).readable.statements).toMatchObject([{ kind: "unreadable", names }]);
});

describe("isComplete", () => {
  it.each([
    ["", "complete"],
    ["# nothing", "complete"],
    ["let a = 1", "complete"],
    ["let a = 1\r\nlet b = 2\r\n", "complete"],
    ["network Z = product {", "incomplete"],
    ["network Z = product {\n  A[s_x] for x in 1..3", "incomplete"],
    ["network R = A[s_{x", "incomplete"],
    ["let a = [[1, 2],\n", "incomplete"],
    ["let a = 1\nlet b = (", "incomplete"],
    ["let a =", "invalid"],
    ["let a = 1)", "invalid"],
    ["let a = @\nlet b = (", "invalid"],
    ["let a = (\nlet b = 2", "invalid"],
    ["foo", "invalid"],
  ])("%j is %s", (source, verdict) => {
    expect(isComplete(source)).toBe(verdict);
  });

  it("an unfinished text is incomplete where a bracket is open, and complete when its rest follows", () => {
    const source = "network Z = product {\n  W[s_{x,y}, t] for x in 1..3, y in 1..2\n}";
    for (let end = source.indexOf("{") + 1; end < source.length; end += 1)
      expect(isComplete(source.slice(0, end))).toBe("incomplete");
    expect(isComplete(source)).toBe("complete");
  });
});

/** Statements with tokens dropped, doubled, swapped, or strange text put in. */
const mangled = fc
  .tuple(
    fc.array(fc.constantFrom(...statements), { minLength: 1, maxLength: 4 }),
    fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.nat()), { maxLength: 5 }),
    fc.array(
      fc.constantFrom(
        ..."@ ( ] { } \" # \n s_{ .. , : = ' \u{1d538} é seed let constructor 1e9 ; \\".split(" "),
      ),
    ),
  )
  .map(([lines, edits, junk]) => {
    const pieces = lines.join("\n").match(/[\p{L}\p{N}_]+|\s+|./gu) ?? [];
    for (const [at, kind, other] of edits) {
      const place = at % Math.max(1, pieces.length);
      const piece = pieces[place] ?? "";
      if (kind === 0) pieces.splice(place, 1);
      else if (kind === 1) pieces.splice(place, 0, piece, " ");
      else if (kind === 2) pieces.splice(place, 0, junk[other % Math.max(1, junk.length)] ?? "");
      else [pieces[place], pieces[other % pieces.length]] = [pieces[other % pieces.length] ?? "", piece];
    }
    return pieces.join("");
  });

function checkParse(source: string): void {
  const parsed = parse(source);
  checkSpans(source, parsed.readable);
  const found = parsed.ok ? [] : parsed.diagnostics;
  for (const { span } of found) {
    expect(span.start).toBeGreaterThanOrEqual(0);
    expect(span.end).toBeLessThanOrEqual(source.length);
  }
  const places = found.map(({ span }) => span.start);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(parsed.ok).toBe(parsed.readable.statements.every(({ kind }) => kind !== "unreadable"));
}

test("a mangled program has a tree or mistakes, and all spans in order", () => {
  fc.assert(fc.property(mangled, checkParse), { numRuns: 500 });
});

test("so has any text at all", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), checkParse), { numRuns: 500 });
});

test("tokens, blanks and comments make up the text", () => {
  fc.assert(
    fc.property(mangled, (source) => {
      let end = 0;
      for (const { text, offset } of tokenize(source)) {
        expect(source.slice(end, offset)).toMatch(/^([ \t\r\u00a0\ufeff]|#[^\n]*)*$/);
        expect(source.slice(offset, offset + text.length)).toBe(text);
        end = offset + text.length;
      }
      expect(source.slice(end)).toMatch(/^([ \t\r\u00a0\ufeff]|#[^\n]*)*$/);
    }),
    { numRuns: 300 },
  );
});

test.each([
  "(".repeat(20_000),
  `let a = ${"(".repeat(20_000)}${")".repeat(20_000)}`,
  `network Z = product ${"{".repeat(20_000)}${"}".repeat(20_000)}`,
  `machine m = threads(${"[".repeat(20_000)}${"]".repeat(20_000)})`,
  `order R = ${"(".repeat(20_000)}A${")".repeat(20_000)}`,
  "@ ".repeat(20_000),
  '"'.repeat(20_000),
  `network R = ${"A[s_{x,y}] ".repeat(5000)}`,
])("a long text is read: %.30s", (source) => {
  expect(() => parse(source)).not.toThrow();
});
