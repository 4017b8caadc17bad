import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import {
  isElementwise,
  isScaling,
  multiplyElements,
  multiplyScaled,
} from "../../../kernel/tensor/elementwise.ts";
import { makeWorkspace, multiply } from "../../../kernel/tensor/gemm.ts";
import type { Product } from "../../../kernel/tensor/product.ts";
import { definition } from "./products.ts";

const elements: Product = { batch: 35, m: 1, n: 1, k: 1, formA: "mk", formB: "kn" };

test.each([1, 2] as const)("elements of %d parts are multiplied one with one, in either order", (width) => {
  const random = mulberry32(width);
  const draw = (): Float64Array => Float64Array.from({ length: 35 * width }, () => random() - 0.5);
  const [a, b, out, turned] = [draw(), draw(), draw(), draw()];
  multiplyElements(out, a, b, width);
  multiplyElements(turned, b, a, width);
  const wanted = definition(a, b, elements, width);
  out.forEach((value, lane) => expect(value).toBeCloseTo(wanted[lane] ?? NaN, 15));
  expect(turned).toEqual(out);
});

test("what shares an operand, has gaps, or sums is a product of matrices", () => {
  const strided = { loops: [], a: 1, b: 1, out: 1 };
  const others: Partial<Product>[] = [
    { batch: 1 },
    { m: 2 },
    { n: 2 },
    { k: 2 },
    { shared: "a" },
    { strided },
  ];
  expect(isElementwise(elements)).toBe(true);
  expect(others.map((other) => isElementwise({ ...elements, ...other }))).toEqual(others.map(() => false));
});

/** Rows of a[i, j, r], with b[j], in out[j, i, r]; and rows of b in the same way. */
const loops = [
  { extent: 5, a: 12, b: 0, out: 4 },
  { extent: 3, a: 4, b: 1, out: 20 },
];
const turned = loops.map((loop) => ({ ...loop, a: loop.b, b: loop.a }));
const one = { batch: 1, k: 1, formA: "mk", formB: "kn" } as const;
const scalings: readonly (readonly [name: string, product: Product])[] = [
  ["a row of a", { ...one, m: 4, n: 1, strided: { loops, a: 1, b: 1, out: 1 } }],
  ["a column of a", { ...one, m: 4, n: 1, formA: "km", strided: { loops, a: 4, b: 1, out: 1 } }],
  ["every other element of a", { ...one, m: 2, n: 1, strided: { loops, a: 2, b: 1, out: 2 } }],
  ["a row of b", { ...one, m: 1, n: 4, strided: { loops: turned, a: 1, b: 4, out: 4 } }],
  ["a column of b", { ...one, m: 1, n: 4, formB: "nk", strided: { loops: turned, a: 1, b: 1, out: 4 } }],
];

test.each(scalings)("%s times an element is what the product is", (_, product) => {
  expect(isScaling(product)).toBe(true);
  for (const width of [1, 2] as const) {
    const random = mulberry32(3);
    const draw = (): Float64Array => Float64Array.from({ length: 60 * width }, () => random() - 0.5);
    const [a, b] = [draw(), draw()];
    const [out, wanted] = [new Float64Array(60 * width), new Float64Array(60 * width)];
    multiplyScaled(out, a, b, product, width);
    multiply(makeWorkspace(), wanted, a, b, product, width);
    expect(out).toEqual(wanted);
    expect(out.filter((value) => value !== 0)).toHaveLength(15 * product.m * product.n * width);
  }
});

test("longer rows, sums, and what has no gaps are products of matrices", () => {
  const strided = { loops, a: 1, b: 1, out: 1 };
  const scaling: Product = { ...one, m: 4, n: 1, strided };
  const others: Partial<Product>[] = [{ m: 65 }, { k: 2 }, { n: 2 }, { strided: { ...strided, loops: [] } }];
  expect(others.map((other) => isScaling({ ...scaling, ...other }))).toEqual(others.map(() => false));
  expect(isScaling(elements)).toBe(false);
});
