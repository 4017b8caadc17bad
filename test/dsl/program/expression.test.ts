/** What an expression may not do, and that it says so soon. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluateAmount, type AmountUnit } from "../../../dsl/program/expression.ts";
import { definition, entries, mistakesOf } from "./language.ts";

/** Names of mathjs that define, load, print, draw lots, or reach into objects. */
test.each(
  (
    "createUnit evaluate parse import config typed chain compile parser simplify derivative print format help random " +
    "randomInt pickRandom range map filter forEach sort subset matrix sparse index resolve reviver splitUnit unit " +
    "string bignumber eval constructor toString hasOwnProperty valueOf require process"
  ).split(" "),
)("%s(1) is no function of the language", (name) => {
  const codes = mistakesOf(`let x = ${name}(1)`).map(({ code }) => code);
  expect(codes).toHaveLength(1);
  // Words that start a statement never get so far.
  expect(["unknown-name", "unexpected"]).toContain(codes[0]);
});

test.each([
  ["let x = y = 3", "unexpected"],
  ["let x = f(a) = a", "unexpected"],
  ["let x = 3; 4", "unexpected"],
  ['let x = "text"', "unexpected"],
  ["let x = {a: 1}", "unexpected"],
  ["let x = [1, 2][1]", "not-allowed"],
  ["let x = (1:3)", "not-allowed"],
  ["let x = pi.constructor", "bad-character"],
  ["let x = cos.constructor(1)", "bad-character"],
  ["let x = [1, 2][[1]]", "not-allowed"],
  ["let x = (cos)(1)", "unknown-name"],
  ["let x = constructor", "unknown-name"],
  ["let x = __proto__", "bad-character"],
  ["let x = null", "not-allowed"],
  ["let x = undefined", "not-allowed"],
])("%s", (source, code) => {
  expect(mistakesOf(source).map((one) => one.code)).toContain(code);
});

/** Values by hand or by JavaScript's own arithmetic. */
test.each<readonly [string, number | boolean]>([
  ["2 + 3 * 4", 14],
  ["-2^2", -4],
  ["2^3^2", 512],
  ["7 mod 3", 1],
  ["-7 mod 3", 2],
  ["7 / 2", 3.5],
  ["5!", 120],
  ["50 %", 0.5],
  ["2 * 25 %", 0.5],
  ["5 % 3", 2],
  ["1e-3", 0.001],
  [".5 + 2.", 2.5],
  ["sqrt(2)", Math.SQRT2],
  ["exp(1)", Math.E],
  ["log(8, 2)", 3],
  ["log2(8)", 3],
  ["cosh(1)", Math.cosh(1)],
  ["atan2(1, -1)", (3 * Math.PI) / 4],
  ["tanh(0.3) + erf(0)", Math.tanh(0.3)],
  ["gamma(5)", 24],
  ["combinations(6, 3)", 20],
  ["abs(3 + 4i)", 5],
  ["re(exp(1i * pi))", -1],
  ["im((1 + 2i) * (3 - 1i))", 5],
  ["conj(1 + 2i) * (1 + 2i)", 5],
  ["arg(1i)", Math.PI / 2],
  ["det([[1, 2], [3, 4]])", -2],
  ["trace([[1, 2], [3, 4]])", 5],
  ["sum([1, 2, 3]) + prod([2, 3]) + max(4, 1) + min([5, 2])", 18],
  ["dot([1, 2, 3], [4, 5, 6])", 32],
  ["norm([3, 4])", 5],
  ["1 < 2 and not (2 < 1)", true],
  ["1 < 2 < 3", true],
  ["true xor true", false],
  ["1 == 1 ? 7 : 8", 7],
  ["min(1, 2) == 1 or false", true],
  ["1 GiB / 1 MiB", 1024],
  ["1 hour / 1 min", 60],
  ["6 TFLOP / (60 TFLOP/s) / 1 ms", 100],
  ["80 GB / (3.35 TB/s) / 1 s", 80 / 3350],
])("let x = %s", (text, value) => {
  const found = definition(`let x = ${text}`, "x");
  if (found.kind !== "let") throw new Error(found.kind);
  const own = found.value as { readonly re?: number; readonly toNumber?: () => number };
  const plain = typeof own === "object" ? own.re : own;
  if (typeof value === "boolean") expect(Boolean(plain)).toBe(value);
  else expect(plain).toBeCloseTo(value, 12);
});

/** In the scope s is 7 and GB is 3: a number with a unit means that unit all the same. */
test.each<readonly [string, AmountUnit, number]>([
  ["16 GiB", "B", 16 * 2 ** 30],
  ["80 GB", "B", 80e9],
  ["80GB", "B", 80e9],
  ["2 * chunk", "B", 2 ** 21],
  ["4096", "B", 4096],
  ["3.35 TB/s", "B/s", 3.35e12],
  ["450 GB/s", "B/s", 450e9],
  ["400 Gb/s", "B/s", 50e9],
  ["60 TFLOP/s", "flop/s", 60e12],
  ["60 TFLOPS", "flop/s", 60e12],
  ["1e12 flop/s", "flop/s", 1e12],
  ["half * 60 TFLOPS", "flop/s", 30e12],
  ["3 us", "s", 3e-6],
  ["5 s", "s", 5],
  ["0.5 s", "s", 0.5],
  ["1 hour", "s", 3600],
  ["2 min", "s", 120],
  ["20", "s", 20],
  ["20 %", "%", 0.2],
  ["50%", "%", 0.5],
  ["0.25", "%", 0.25],
  ["100 %", "%", 1],
])("%s in %s", (text, unit, amount) => {
  expect(amountOf(text, unit)).toBeCloseTo(amount, 12 - Math.log10(Math.abs(amount)));
});

test.each<readonly [string, AmountUnit, string]>([
  ["3 GiB", "s", "a time"],
  ["3 s", "B", "an amount of memory"],
  ["3 GB", "B/s", "a bandwidth"],
  ["60 TFLOP", "flop/s", "a rate of operations"],
  ["60 GB/s", "flop/s", "a rate of operations"],
  ["3 s", "%", "a share"],
  ["120 %", "%", "a share"],
  ["20", "%", "a share"],
  ["0 %", "%", "a share"],
  ["-3 us", "s", "a time"],
  ["0 s", "s", "a time"],
  ["GiB", "B", "an amount of memory"],
  ["(1 + 2i) GiB", "B", "an amount of memory"],
  ["[1, 2]", "B", "an amount of memory"],
  ["true", "s", "a time"],
  ["1e400 s", "s", "Infinity"],
  ["1 s / 0", "s", "Infinity"],
])("%s is no amount in %s: %s", (text, unit, wanted) => {
  expect(() => amountOf(text, unit)).toThrow(wanted);
});

function amountOf(text: string, unit: AmountUnit): number {
  const scope = new Map<string, unknown>([
    ["s", 7],
    ["GB", 3],
    ["half", 0.5],
    ["chunk", 2 ** 20],
  ]);
  return evaluateAmount({ text, span: { start: 0, end: text.length } }, scope, unit);
}

/** Work without end, memory without end, and depth that would overflow the stack. */
test.each([
  ["zeros(1e9, 1e9)", "cannot-evaluate"],
  ["zeros([1e5, 1e5])", "cannot-evaluate"],
  ["ones(1e12)", "cannot-evaluate"],
  ["identity(1e5)", "cannot-evaluate"],
  ["identity([1e5, 1e5])", "cannot-evaluate"],
  ["diag(zeros(10000))", "cannot-evaluate"],
  ["diag([1], 1e7)", "cannot-evaluate"],
  ["kron(zeros(2000, 1), zeros(1, 4000))", "cannot-evaluate"],
  ["zeros(4000, 1) + zeros(1, 4000)", "cannot-evaluate"],
  ["zeros(4000, 1) or zeros(1, 4000)", "cannot-evaluate"],
  ["zeros(4000, 1) * zeros(1, 4000)", "cannot-evaluate"],
  ["ones(1000, 1000) * ones(1000, 1000)", "cannot-evaluate"],
  ["ones(1000, 1000) ^ 1000", "cannot-evaluate"],
  ["det(ones(1000, 1000))", "cannot-evaluate"],
  ["combinations(1e9, 5e8)", "cannot-evaluate"],
  ["range(0, 1e12)", "unknown-name"],
  ["10000000!", "not-finite"],
  ["171!", "not-finite"],
  ["gamma(1e9)", "not-finite"],
  ["9^9^9", "not-finite"],
  ["[[2, 0], [0, 2]]^1e9", "not-finite"],
  ["nthRoot(2, 1e-300)", "not-finite"],
  ["prod(ones(2000, 2000) * 9)", "not-finite"],
  ["expm(ones(500, 500))", "cannot-evaluate"],
  ["reshape([1], [1e9, 1e9])", "cannot-evaluate"],
  ["1:1e12", "not-allowed"],
  ['"aaaa"', "unexpected"],
  ["2^2^2^2^2", "not-finite"],
  [`${"(".repeat(10_000)}1${")".repeat(10_000)}`, "bad-expression"],
  [`${"[".repeat(10_000)}1${"]".repeat(10_000)}`, "bad-expression"],
  [`${"-".repeat(20_000)}1`, "bad-expression"],
  [Array.from({ length: 20_000 }, () => "1").join("+"), "bad-expression"],
  [Array.from({ length: 20_000 }, () => "1").join("^"), "bad-expression"],
  [`${"cos(".repeat(5000)}1${")".repeat(5000)}`, "bad-expression"],
])("let x = %.40s is refused", (text, code) => {
  const found = mistakesOf(`let x = ${text}`);
  expect(found.map((one) => one.code)).toEqual([code]);
  expect(found[0]?.message.length).toBeLessThan(250);
});

test.each([
  ["zeros(2000, 2000) + ".repeat(40) + "1", "let x = "],
  ["sum(zeros(2000, 1000)) + a", "tensor A[a: 1000] = "],
  ["i * combinations(10000, 9) + a", "tensor A[a: 100000] = "],
])("what a statement does in all is bounded too: %.40s", (text, head) => {
  const [only, ...others] = mistakesOf(head + text);
  expect([only?.code, others.length]).toEqual(["cannot-evaluate", 0]);
  expect(only?.message).toContain("the statement would take more than");
});

const atoms = fc.constantFrom(
  "1",
  "2.5",
  "0",
  "x",
  "pi",
  "i",
  "L",
  "kg",
  "[1, 2]",
  "[[1, 2], [3, 4]]",
  "true",
  "foo",
);
const { text } = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 4 },
    atoms,
    fc
      .tuple(tie("text"), fc.constantFrom(..."+ - * / ^ mod == < .* % to and".split(" ")), tie("text"))
      .map(([a, operator, b]) => `${a} ${operator} ${b}`),
    fc
      .tuple(
        fc.constantFrom("sqrt", "exp", "log", "det", "sum", "factorial", "zeros", "max", "kron", "norm"),
        tie("text"),
      )
      .map(([name, a]) => `${name}(${a})`),
    tie("text").map((a) => `(${a})`),
    tie("text").map((a) => `-${a}!`),
  ),
}));

test("an expression has a value or a mistake inside its own text, never an exception", () => {
  fc.assert(
    fc.property(text, (expression) => {
      const source = `let x = 3\nlet y = ${expression}\ntensor A[x: 2] = ${expression}`;
      for (const { span } of mistakesOf(source)) {
        expect(span.start).toBeGreaterThanOrEqual(18);
        expect(span.end).toBeLessThanOrEqual(source.length);
        expect(span.start).toBeLessThan(span.end);
      }
    }),
    { numRuns: 500 },
  );
});

/** The quick path of plain arithmetic against the same expression made too hard for it. */
test("plain arithmetic agrees with mathjs", () => {
  const number = fc.constantFrom("x", "y", "2", "3", "0.5", "(-x)", "pi");
  const plain = fc.letrec<{ text: string }>((tie) => ({
    text: fc.oneof(
      { maxDepth: 3 },
      number,
      fc
        .tuple(tie("text"), fc.constantFrom(..."+ - * / ^ mod == != < <= and or".split(" ")), tie("text"))
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      fc
        .tuple(fc.constantFrom("sqrt", "exp", "abs", "cos", "tanh", "log"), tie("text"))
        .map(([name, a]) => `${name}(${a})`),
      tie("text").map((a) => `(not ${a})`),
      fc.tuple(tie("text"), tie("text"), tie("text")).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    ),
  })).text;
  fc.assert(
    fc.property(plain, (expression) => {
      const quick = valuesOf(expression);
      // `xor` is nothing that the quick path knows, so that the whole is left to mathjs.
      const slow = valuesOf(`true xor false ? ${expression} : 0`);
      expect(quick).toEqual(slow);
    }),
    { numRuns: 500, examples: [["((x ? sqrt(-x) : x) ^ (not x))"]] },
  );
});

/** The values over x, y in 0..2, or what is wrong with them. */
function valuesOf(expression: string): unknown {
  const source = `tensor A[x: 3, y: 3]: complex128 = ${expression}`;
  const found = mistakesOf(source).map(({ code }) => code);
  if (found.length > 0) return found;
  const own = entries(source, "A");
  return [own.re, own.im ?? []].map((part) => [...part].map((value) => Number(value.toPrecision(12))));
}

/** A list by itself against the same list as a part of something more. */
test("a list of numbers is the same however it is read", () => {
  const number = fc.constantFrom(
    "1",
    "-2",
    "0",
    "2.5",
    ".5",
    "3.",
    "1e3",
    "1E-2",
    "+4",
    "-1e-300",
    "- 7",
    "1 - 2",
  );
  const { list } = fc.letrec<{ list: string }>((tie) => ({
    list: fc
      .array(fc.oneof({ maxDepth: 3 }, number, tie("list")), { maxLength: 4 })
      .map((items) => `[${items.join(", ")}]`),
  }));
  const valueOf = (text: string): unknown => {
    const source = `let x = ${text}`;
    const found = mistakesOf(source);
    return found.length > 0 ? found.map(({ code }) => code) : definition(source, "x");
  };
  fc.assert(
    fc.property(list, (text) => {
      expect(valueOf(text)).toEqual(valueOf(`true ? ${text} : 0`));
    }),
    { numRuns: 300 },
  );
});
