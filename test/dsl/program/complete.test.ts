import { expect, test } from "vitest";
import { complete } from "../../../dsl/program/complete.ts";
import { hover } from "../../../dsl/program/hover.ts";
import { compiled } from "./language.ts";

const { definitions } = compiled(`
let L = 4, beta = 0.44, list = [1, 2]
index i: 5, s_{*}: 2, h_{*,*}: 3
tensor W[a: 2, b: 2] = exp(beta * (a == b))
tensor V[i] = 1
network Z[s_1] = product { W[s_x, s_{x+1}] for x in 1..L }
network R = V V
order Z by x
slice Z over s_2
machine two = threads(2)
machine dgx = preset "dgx-h100"
machine own { device { peak 60 TFLOP/s  memory 80 GB at 3.35 TB/s }
  node 2 devices over 450 GB/s; cluster 3 nodes over 50 GB/s }
require Z: memory <= 1 GB
import "pair.qsim" as C
`);

/** A program with `|` where the cursor is; matches among others, and what is not among them. */
test.each<[string, string, string?]>([
  ["|", "let tensor network order run", "W"],
  ["net|", "network", "tensor"],
  ["let x = 1\nor|", "order"],
  ["let x = (1 +\n b|", "beta", "network"],
  ["let x = sq|", "sqrt( square("],
  ["let x = lis|", "list"],
  ["order |", "Z R", "W"],
  ["order Z = |", "search greedy optimal path W(x=1)", "V"],
  ["order Z = search |", "minimizing within seed"],
  ["order Z = search minimizing w|", "writes", "within"],
  ["slice Z |", "to over fit"],
  ["slice Z to fit |", "two dgx threads("],
  ["slice Z over |", "i s_{ h_{ a b"],
  ["run Z on |", "two dgx threads(", "Z"],
  ["run Z on two d|", "dry"],
  ["show |", "network timeline speedup"],
  ["show timeline of |", "Z R"],
  ["show network Z, or|", "order"],
  ["distribute Z on dgx by |", "slicing greedy tree joint"],
  ["distribute Z on dgx over s|", "s_{", "i"],
  ["distribute Z on dgx |", "devices groups over by"],
  ["require Z: |", "memory time communication"],
  ["compare Z on dgx: sl|", "slicing"],
  ['machine m = preset "dgx|', "dgx-h100"],
  ["machine m = |", "threads( preset two"],
  ["machine m {\n  n|", "node nodes"],
  ["tensor X[|", "i s_{"],
  ["tensor X[q: |", "L"],
  ["tensor X[i]: |", "float64 complex64", "L"],
  ["tensor X[q: 2] = |", 'q normal(seed  data( file(" copy beta'],
  ["network N[|", "i s_{ a"],
  ["network N = |", "W V product einsum(", "L"],
  ["network N = product { W[s_{x|", "", "W"],
  ["network N = product { W[s_x] for x in 1..|", "L beta"],
  ["network N = amplitude(|", "C"],
  ["tensor New[i] = 1\nnetwork N = Ne|", "New"],
  ["# or|", "", "order"],
  ['import "or|', "", "order"],
])("%s offers %s", (marked, wanted, never) => {
  const offset = marked.indexOf("|");
  const source = marked.replace("|", "");
  const { matches, start, end } = complete(source, offset, definitions);
  const words = wanted
    .replaceAll("seed  ", "seed\u00a0 ")
    .split(" ")
    .filter((word) => word !== "");
  expect(matches).toEqual(expect.arrayContaining(words.map((word) => word.replace("seed\u00a0", "seed "))));
  if (never !== undefined) expect(matches).not.toContain(never);
  expect(end).toBe(offset);
  for (const match of matches) expect(match.startsWith(source.slice(start, end))).toBe(true);
  expect([...matches].sort()).toEqual(matches);
});

/** A program with `|` inside or at the end of a word, and what is said of it. */
test.each<[string, string | undefined]>([
  ["let x = be|ta", "let beta = 0.44"],
  ["let x = list|", "let list = [1, 2]"],
  ["network N = W|", "tensor W[a: 2, b: 2]: float64"],
  ["network N = W[s_|1, q]", "index s_1: 2, of s_{*}"],
  ["network N = W[s_{x|,y}, q]", "index s_{x,y}: 2, of s_{*}"],
  ["network N = W[h_{1,2|}, q]", "index h_{1,2}: 3, of h_{*,*}"],
  ["network N = V[|i]", "index i: 5"],
  ["network N = W[a|, b]", "index a: 2, of tensor W"],
  ["run R|", "network R: float64, 2 tensors, 1 index"],
  ["run Z on two|", "machine two: threads(2) of this computer"],
  ["run Z on ow|n", "machine own: 6 devices of 60 TFLOP/s in complex64, 80 GB at 3.35 TB/s; a model"],
  ["network amp = amplitude(C|)", "circuit C: 2 qubits, 3 gates"],
  ["let x = sqr|t(2)", "sqrt(...): a function of mathjs"],
  ["let x = pi|", "pi: a constant"],
  ["let x = unknown|", undefined],
  ["let x = 1 | + 2", undefined],
  ["# be|ta", undefined],
])("%s says %s", (marked, wanted) => {
  expect(hover(marked.replace("|", ""), marked.indexOf("|"), definitions)).toBe(wanted);
});

test("a network tells its order, slices, budgets and cost", () => {
  const cost = { log10Flops: 3, log2Size: 4, log2Slices: 1 } as const;
  const text = hover("run Z", 4, definitions, (name) => (name === "Z" ? cost : undefined));
  expect(text?.split("\n")).toEqual([
    "network Z[s_1: 2]: float64, 4 tensors, 5 indices",
    "order Z = 3 pairs, written",
    "slice Z over s_2",
    "require Z: memory <= 1 GB",
    "10^3 multiply-adds, largest intermediate 2^4 elements, 2^1 slices",
  ]);
});

test("every word that starts a statement is explained", () => {
  const heads = complete("", 0, new Map()).matches;
  expect(heads.length).toBeGreaterThan(10);
  expect(heads.filter((head) => hover(head, 1, new Map()) === undefined)).toEqual([]);
});
