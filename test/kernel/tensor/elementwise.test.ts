import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { isElementwise, multiplyElements } from "../../../kernel/tensor/elementwise.ts";
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
