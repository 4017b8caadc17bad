import { expect, test } from "vitest";
import { mulberry32, normal } from "../../../dsl/base/random.ts";
import { compiled, definition, entries, network } from "./language.ts";

const s = Math.SQRT1_2;

/** A tensor called A, its shape, dtype, and entries row-major: real parts, then imaginary ones where there are any. */
const rows: readonly (readonly [
  string,
  readonly number[],
  string,
  readonly number[],
  (readonly number[])?,
])[] = [
  ["A = 5", [], "float64", [5]],
  ["A[] = 5", [], "float64", [5]],
  ["A[i: 2] = 5", [2], "float64", [5, 5]],
  ["A[i: 3] = [1, 2, 3]", [3], "float64", [1, 2, 3]],
  ["A[i, j] = [[1, 2, 3], [4, 5, 6]]", [2, 3], "float64", [1, 2, 3, 4, 5, 6]],
  ["A[i: 2, j] = [[1, 2, 3], [4, 5, 6]] / 2", [2, 3], "float64", [0.5, 1, 1.5, 2, 2.5, 3]],
  ["A[a: 2, b: 2] = [[1, 1], [1, -1]] / sqrt(2)", [2, 2], "float64", [s, s, s, -s]],
  [
    "A[a: 2, b: 2, c: 2] = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]",
    [2, 2, 2],
    "float64",
    [1, 2, 3, 4, 5, 6, 7, 8],
  ],
  ["A[a: 3, b: 2] = 10*a + b", [3, 2], "float64", [0, 1, 10, 11, 20, 21]],
  [
    "A[a: 2, b: 2] = exp(0.5 * (1 - 2*(a != b)))",
    [2, 2],
    "float64",
    [Math.exp(0.5), Math.exp(-0.5), Math.exp(-0.5), Math.exp(0.5)],
  ],
  ["A[a: 2, b: 2] = a == b ? 7 : a - b", [2, 2], "float64", [7, -1, 1, 7]],
  ["A[a: 4] = a mod 2 == 0 and a > 1", [4], "float64", [0, 0, 1, 0]],
  ["A[s_1: 2, s_2: 3] = s_1 + s_2^2", [2, 3], "float64", [0, 1, 4, 1, 2, 5]],
  ["A[e: 2, i: 2] = 2*e + i", [2, 2], "float64", [0, 1, 2, 3]],
  ["A[a: 2, b: 2, c: 2] = copy", [2, 2, 2], "float64", [1, 0, 0, 0, 0, 0, 0, 1]],
  ["A[a: 3, b: 3] = copy", [3, 3], "float64", [1, 0, 0, 0, 1, 0, 0, 0, 1]],
  ["A[a: 3] = copy", [3], "float64", [1, 1, 1]],
  ["A[a: 3, b: 3] = identity(3)", [3, 3], "float64", [1, 0, 0, 0, 1, 0, 0, 0, 1]],
  ["A[a: 2]: float32 = [1, 2]", [2], "float32", [1, 2]],
  ["A[a: 2]: complex64 = [1, 2]", [2], "complex64", [1, 2]],
  ["A[a: 3] = exp(2i * pi * a / 4)", [3], "complex128", [1, 0, -1], [0, 1, 0]],
  ["A[a: 2, b: 2] = [[1, i], [-i, 2 + 3i]]", [2, 2], "complex128", [1, 0, 0, 2], [0, 1, -1, 3]],
  ["A[a: 2] = sqrt(-1 - a)", [2], "complex128", [0, 0], [1, Math.SQRT2]],
  ["A[a: 2]: complex64 = 1i", [2], "complex64", [0, 0], [1, 1]],
  ["A[a: 3]: float64 = re(sqrt(a - 1))", [3], "float64", [0, 0, 1]],
  ["A[a: 2, b: 2] = data(pairs)", [2, 2], "float64", [1, 2, 3, 4]],
  ["A[a: 2, b: 2] = data(rows)", [2, 2], "float64", [1, 2, 3, 4]],
  ["A[a: 2] = data(spins)", [2], "complex128", [1, 1], [2, 0]],
];

const named = rows.map(([text, shape, dtype, re, im]) => ({ text, shape, dtype, re, im }));

test.each(named)("tensor $text", ({ text, shape, dtype, re, im }) => {
  const found = definition(`tensor ${text}`, "A");
  if (found.kind !== "tensor") throw new Error(found.kind);
  expect([found.shape, found.dtype]).toEqual([shape, dtype]);
  expect(found.entries.re).toHaveLength(re.length);
  re.forEach((value, position) => expect(found.entries.re[position]).toBeCloseTo(value, 14));
  re.forEach((_, position) => expect(found.entries.im?.[position] ?? 0).toBeCloseTo(im?.[position] ?? 0, 14));
});

test("data of one axis fills several, row-major", () => {
  const { re } = entries("tensor A[a: 8, b: 8] = data(v)", "A");
  expect([...re]).toEqual(Array.from({ length: 64 }, (_, position) => position / 2));
});

test("one stream of random numbers runs through the tensors of a statement", () => {
  const program = compiled(
    "tensor A[i: 3], B[i: 2, j: 2] = normal(seed 7)\ntensor C[i: 3] = normal(seed 3 + 4)",
  );
  const random = mulberry32(7);
  const expected = Array.from({ length: 7 }, () => normal(random));
  const values = ["A", "B", "C"].map((name) => {
    const own = program.definitions.get(name);
    return own?.kind === "tensor" ? [...own.entries.re] : [];
  });
  expect(values).toEqual([expected.slice(0, 3), expected.slice(3), expected.slice(0, 3)]);
});

test("random entries have the moments they should", () => {
  const moments = (text: string, name: "re" | "im" = "re"): [number, number] => {
    const values = [...(entries(`tensor A[i: 20000]${text}`, "A")[name] ?? [])];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length];
  };
  const near = ([mean, variance]: [number, number], wanted: [number, number]): void => {
    expect(mean).toBeCloseTo(wanted[0], 1);
    expect(variance).toBeCloseTo(wanted[1], 1);
  };
  near(moments(" = normal(seed 1)"), [0, 1]);
  near(moments(": complex64 = normal(seed 1)"), [0, 0.5]);
  near(moments(": complex64 = normal(seed 1)", "im"), [0, 0.5]);
  near(moments(" = uniform(seed 1)"), [0.5, 1 / 12]);
});

test.each([
  ["float32", "float32", "float32"],
  ["float32", "float64", "float64"],
  ["complex64", "float32", "complex64"],
  ["complex64", "float64", "complex128"],
  ["complex128", "float32", "complex128"],
])("a network of %s and %s is %s", (first, second, wanted) => {
  const source = `tensor A[i: 2]: ${first} = 1\ntensor B[i: 2]: ${second} = 1\nnetwork R = A B`;
  expect(network(source, "R").network.dtype).toBe(wanted);
  expect(network(`${source}\nnetwork S: complex64 = A B`, "S").network.dtype).toBe("complex64");
});

/** What a let means: a number, or a quantity as text. */
test.each<readonly [string, unknown]>([
  ["1 + 2 * 3 ^ 2", 19],
  ["2 pi", 2 * Math.PI],
  ["7 mod 3 + -7 mod 3", 3],
  ["5!", 120],
  ["abs(3 - 4i)", 5],
  ["3 > 2 ? 10 : 20", 10],
  ["max(1, 2, 3) + sum([1, 2])", 6],
  ["[1, 2] .* [3, 4]", [3, 8]],
  [
    "[[1, 2], [3, 4]]'",
    [
      [1, 3],
      [2, 4],
    ],
  ],
  ["det([[1, 2], [3, 4]])", -2],
  ["mean([[1, 2], [3, 4]], 1)", [2, 3]],
  ["1 < 2 < 3 and not (2 == 3)", true],
  ["(1 +\n  2)  # over two lines", 3],
])("let x = %s", (text, value) => {
  expect(definition(`let x = ${text}`, "x")).toEqual({ kind: "let", value });
});

test.each([
  ["16 GiB", "16 GiB"],
  ["5 km to m", "5000 m"],
  ["2 GB + 500 MB", "2.5 GB"],
  ["2 min + 30 sec", "2.5 min"],
  ["min(3, 2) sec", "2 sec"],
  ["3 + 4i", "3 + 4i"],
])("let x = %s keeps its unit", (text, printed) => {
  const own = definition(`let x = ${text}`, "x");
  expect(own.kind === "let" && String(own.value)).toBe(printed);
});
