import { expect, test } from "vitest";
import type { Dtype } from "../../../dsl/network/network.ts";
import { choicesOf, isNativeFaster } from "../../../kernel/tensor/blas/choice.ts";

const mk = { formA: "mk", formB: "kn" } as const;

test("a product goes as the nearest of those measured, each dtype and form for itself", () => {
  const asked: Dtype[] = [];
  const { float32, complex128 } = choicesOf((dtype, { n, k, formA, formB }) => {
    asked.push(dtype);
    return dtype === "float32" && k >= 16 && n >= 4 && formA === "mk" && formB === "nk";
  });
  expect(new Set(asked)).toEqual(new Set(["float32", "float64", "complex64", "complex128"]));
  expect(complex128).not.toContain("1");
  const faster = (m: number, n: number, k: number): boolean =>
    isNativeFaster(float32, { m, n, k, formA: "mk", formB: "nk" });
  expect([faster(128, 4, 16), faster(1024, 4, 8), faster(1024, 2, 16)]).toEqual([true, false, false]);
  // Halfway by ratio between 8 and 16 is 11.3, between 2 and 4 it is 2.8.
  expect([faster(1000, 3, 12), faster(1000, 3, 11)]).toEqual([true, false]);
  expect(isNativeFaster(float32, { m: 128, n: 4, k: 16, ...mk })).toBe(false);
});

test("a product that takes no longer than a call is left to the kernels", () => {
  const least: number[] = [];
  const { float64 } = choicesOf((_, { m, n, k }) => least.push(m * n * k) > 0);
  expect(Math.min(...least)).toBe(2 ** 13);
  expect(isNativeFaster(float64, { m: 16, n: 16, k: 32, ...mk })).toBe(true);
  expect(isNativeFaster(float64, { m: 16, n: 16, k: 16, ...mk })).toBe(false);
  expect(isNativeFaster(float64, { m: 1, n: 1, k: 1, ...mk })).toBe(false);
});

test("a product too large to be measured goes as a smaller one of its kind", () => {
  const most: number[] = [];
  const { float64 } = choicesOf((_, { m, n, k }) => {
    most.push(m * n * k);
    return m >= 128 && n >= 16 && k <= 4;
  });
  expect(Math.max(...most)).toBe(2 ** 18);
  expect(isNativeFaster(float64, { m: 2 ** 20, n: 64, k: 4, ...mk })).toBe(true);
  expect(isNativeFaster(float64, { m: 4, n: 64, k: 2 ** 20, ...mk })).toBe(false);
  expect(isNativeFaster(float64, { m: 4096, n: 4096, k: 4096, ...mk })).toBe(false);
});
