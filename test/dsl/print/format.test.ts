import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { format } from "../../../dsl/print/format.ts";
import { lexer } from "../../../dsl/syntax/lexer.ts";
import { parse } from "../../../dsl/syntax/parse.ts";
import { tokenize } from "../../../dsl/syntax/statements.ts";
import { programText } from "../syntax/programs.ts";
import { statements } from "../syntax/statements.ts";

function formatted(source: string): string {
  const outcome = format(source);
  if (!outcome.ok)
    throw new Error(outcome.diagnostics.map(({ message }) => message).join("\n") + `\n${source}`);
  return outcome.value;
}

/** The tree without places; expressions as their tokens. */
function bare(node: unknown, key = ""): unknown {
  if (typeof node === "string") return key === "text" ? tokenize(node).map(({ text }) => text) : node;
  if (Array.isArray(node)) return node.map((child) => bare(child));
  if (typeof node !== "object" || node === null) return node;
  const kept = Object.entries(node).filter(([name]) => name !== "span");
  return Object.fromEntries(
    kept.map(([name, value]) => [name, bare(name === "arguments" ? withoutBreaks(value) : value, name)]),
  );
}

function withoutBreaks(value: unknown): unknown {
  return (value as readonly { readonly type: string }[]).filter(({ type }) => type !== "newline");
}

/** All that is said in comments, sorted: what stood in several may stand in one. */
function commentsOf(source: string): string[] {
  lexer.reset(source);
  const comments = [...lexer].flatMap(({ type, text }) => (type === "comment" ? text.split("#") : []));
  return comments
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .sort();
}

function checkFormat(source: string): void {
  const once = formatted(source);
  expect(bare(parse(once).readable)).toEqual(bare(parse(source).readable));
  expect(formatted(once)).toBe(once);
  expect(commentsOf(once)).toEqual(commentsOf(source));
}

test.each(statements)("%j keeps its meaning", checkFormat);

const folder = "test/golden/language";

test.each(readdirSync(folder).filter((name) => name.endsWith(".tn")))("%s keeps its meaning", (name) => {
  const source = readFileSync(`${folder}/${name}`, "utf8");
  if (parse(source).ok) checkFormat(source);
  else expect(format(source).ok).toBe(false);
});

test("the generated programs can be read", () => {
  const readable = fc.sample(programText, { numRuns: 200, seed: 1 }).filter((source) => parse(source).ok);
  expect(readable).toHaveLength(200);
});

test("random programs keep their meaning, and are printed alike when printed again", () => {
  fc.assert(
    fc.property(programText, (source) => {
      checkFormat(source);
    }),
    { numRuns: 300 },
  );
});

/** LANGUAGE's own layout is the canonical one. */
const canonical = `let L = 8, beta = 0.4406868, J = 1  # a comment
let budget = 16 GiB                 # another, in the same column
tensor W[a: 2, b: 2] = exp(beta * J * (1 - 2*(a != b)))

# Above a network.
network Z = product {
  W[s_{x,y}, s_{x+1,y}] for x in 1..L-1, y in 1..L
  # Inside.
  W[s_{x,y}, s_{x,y+1}] for x in 1..L, y in 1..L-1  # at the end
} A[i,j] B
network M[b_1, b_9] = product { D[b_t, b_{t+1}, e_t] for t in 1..8 if t != 4 } H[b_4, b_5]
tensor H[a: 2, b: 2] = [
  [1, 1],   # first row
  [1, -1]  # second row
] / sqrt(2)
machine eos {
  device { peak 60 TFLOP/s  memory 80 GB at 3.35 TB/s }
  node 8 devices over 450 GB/s latency 3 us
  cluster 128 nodes over 50 GB/s latency 8 us
}
machine hurt = eos with link(node 3, device 5) at 50 %
order R = search minimizing time on eos within 30 s seed 7
distribute Z on dgx over s_{1,1}, s_{1,2} then s_{5,5}, s_{1,2} at step 40
require Z: memory <= 80 GB, communication <= 20 %, extra speedup >= 7
`
  .replaceAll("],   #", "],  #")
  .replaceAll("]   #", "]   #");

test("the canonical form stays as it is", () => {
  expect(formatted(canonical)).toBe(canonical);
});

/** Loose, and canonical. */
test.each([
  ["let a=1,b = 2*3", "let a = 1, b = 2 * 3\n"],
  ["let a = 1-2*3", "let a = 1 - 2*3\n"],
  ["\n\n\n let a = 1\r\n\n\n\n\n# end", "let a = 1\n\n# end\n"],
  ["index s_{ * , * }:2", "index s_{*,*}: 2\n"],
  ["network R[ i ,j ]=A  B_{2}[ s_{x+1, y},k ]", "network R[i,j] = A B_2[s_{x+1,y}, k]\n"],
  ["network R = A_b_{2}", "network R = A_b_{2}\n"],
  [
    "network Z = product { A for x in 1..2 for y in x..3 if x!=y; B }",
    "network Z = product {\n  A for x in 1..2, y in x..3 if x != y\n  B\n}\n",
  ],
  ["order R=((A B)  C) , W( x = 1 )", "order R = ((A B) C), W(x=1)\n"],
  ["run  Z on threads( 2 )dry", "run Z on threads(2) dry\n"],
  ["", ""],
  ["# only a comment", "# only a comment\n"],
])("%j becomes %j", (loose, wanted) => {
  expect(formatted(loose)).toBe(wanted);
});

test("a list too long for a line is written one item a line", () => {
  const rows = Array.from({ length: 12 }, (_, row) => `[${row}, 0.123456789, 1]`);
  expect(formatted(`tensor T = [${rows.join(",")}]`)).toBe(`tensor T = [\n  ${rows.join(",\n  ")}\n]\n`);
});

test("a text with mistakes is not formatted", () => {
  const outcome = format("let a = (\nlet b = ]");
  expect(outcome.ok ? [] : outcome.diagnostics.map(({ code }) => code)).toEqual([
    "open-bracket",
    "stray-bracket",
  ]);
});
