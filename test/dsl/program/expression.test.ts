/** What an expression may not do, and that it says so soon. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { entries, mistakesOf } from "./language.ts";

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
        .tuple(tie("text"), fc.constantFrom(..."+ - * / ^ mod == != < <=".split(" ")), tie("text"))
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      fc
        .tuple(fc.constantFrom("sqrt", "exp", "abs", "cos", "tanh", "log"), tie("text"))
        .map(([name, a]) => `${name}(${a})`),
    ),
  })).text;
  fc.assert(
    fc.property(plain, (expression) => {
      const quick = valuesOf(expression);
      // `xor` is nothing that the quick path knows, so that the whole is left to mathjs.
      const slow = valuesOf(`true xor false ? ${expression} : 0`);
      expect(quick).toEqual(slow);
    }),
    { numRuns: 300 },
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
