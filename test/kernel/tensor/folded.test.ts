import { expect, test } from "vitest";
import type { Dtype } from "../../../dsl/index.ts";
import { kernelArithmetic, nativeArithmetic, plainArithmetic } from "../../../kernel/engine/arithmetic.ts";
import { partOfNative } from "../../../kernel/tensor/folded.ts";
import { elementBytes, floatBytes, widthOf, type Floats } from "../../../kernel/tensor/floats.ts";
import type { Product } from "../../../kernel/tensor/product.ts";
import { systemNative } from "./blas.ts";
import { DTYPES, makeArena } from "./wasm.ts";

const forms = { formA: "mk", formB: "kn" } as const;
const shape = { batch: 3, m: 3, n: 2, k: 60_001, shared: "a" } as const;

test("a product is folded where one large operand would be read again for few columns", () => {
  const { shared, ...apart } = { ...shape, ...forms };
  expect(shared).toBe("a");
  expect(partOfNative({ ...shape, ...forms }, "complex64")).toBeDefined();
  expect(partOfNative(apart, "complex64")).toBeUndefined();
  expect(partOfNative({ ...shape, ...forms, shared: "b" }, "complex64")).toBeUndefined();
  expect(partOfNative({ ...shape, ...forms, k: 100 }, "complex64")).toBeUndefined();
  expect(partOfNative({ ...shape, ...forms, n: 64 }, "complex64")).toBeUndefined();
  expect(partOfNative({ ...shape, ...forms, m: 2 ** 17 }, "complex64")).toBeUndefined();
  expect(partOfNative({ ...shape, ...forms, batch: 90, m: 2 ** 13 }, "complex64")).toBeDefined();
});

test("where numbers are complex, a small operand is enough if what is copied is used often", () => {
  const small = { batch: 1000, m: 16, n: 4, k: 16, shared: "a", ...forms } as const;
  const folded = DTYPES.filter((dtype) => partOfNative(small, dtype) !== undefined);
  expect(folded).toEqual(["complex64", "complex128"]);
  expect(partOfNative({ ...small, m: 8 }, "complex64")).toBeUndefined();
});

test("as many entries go at once as the scratch holds, shared out equally", () => {
  const product = { ...shape, ...forms, n: 8, k: 50_000 };
  // Of 2^20 bytes 16 entries hold the result; of the columns then a stretch of k.
  expect(partOfNative({ ...product, batch: 3, m: 2 ** 10 }, "float64")).toEqual({ entries: 3, depth: 5461 });
  expect(partOfNative({ ...product, batch: 17, m: 2 ** 10 }, "float64")).toEqual({ entries: 9, depth: 1820 });
  expect(partOfNative({ ...product, batch: 17, m: 2 ** 20 }, "float64")).toBeUndefined();
  // Where k is short it is whole, and where a is small, as much is copied as stays in the first caches.
  expect(partOfNative({ ...product, batch: 96, m: 16, n: 16, k: 16 }, "complex64")).toEqual({
    entries: 48,
    depth: 16,
  });
});

/** Small whole numbers, whose sums all are exact. */
function filled(floats: Floats, factor: number): Floats {
  for (let at = 0; at < floats.length; at += 1) floats[at] = ((at * factor) % 5) - 2;
  return floats;
}

/** The definition, float by float of the result. */
function direct(a: Floats, b: Floats, { batch, m, n, k, formA, formB }: Product, width: 1 | 2): number[] {
  const out: number[] = [];
  for (let entry = 0; entry < batch; entry += 1)
    for (let row = 0; row < m; row += 1)
      for (let column = 0; column < n; column += 1) {
        let [re, im] = [0, 0];
        for (let p = 0; p < k; p += 1) {
          const x = width * (formA === "mk" ? row * k + p : p * m + row);
          const y = width * (entry * k * n + (formB === "kn" ? p * n + column : column * k + p));
          const [xr, yr] = [a[x] ?? NaN, b[y] ?? NaN];
          const [xi, yi] = width === 1 ? [0, 0] : [a[x + 1] ?? NaN, b[y + 1] ?? NaN];
          re += xr * yr - xi * yi;
          im += xr * yi + xi * yr;
        }
        out.push(...(width === 1 ? [re] : [re, im]));
      }
  return out;
}

/** By a BLAS, with the operands in a memory of the kernels, or elsewhere. */
function folded(
  product: Product,
  dtype: Dtype,
  where: "in a memory" | "elsewhere",
): { got: Floats; wanted: number[] } | undefined {
  if (systemNative === undefined) return undefined;
  const { batch, m, n, k } = product;
  const width = widthOf(dtype);
  const arena = makeArena(2 ** 25);
  const plainFloats = (elements: number): Floats => {
    const block = new SharedArrayBuffer(elements * elementBytes(dtype));
    return floatBytes(dtype) === 8 ? new Float64Array(block) : new Float32Array(block);
  };
  const place = (elements: number): Floats =>
    where === "elsewhere" ? plainFloats(elements) : arena.place(dtype, elements).floats;
  const [a, b] = [filled(place(m * k), 7), filled(place(batch * k * n), 3)];
  const out = place(batch * m * n).fill(NaN);
  const own =
    where === "elsewhere" ? plainArithmetic(dtype) : kernelArithmetic(dtype, arena.kernels, arena.memory);
  nativeArithmetic(dtype, systemNative, own).multiply(out, a, b, product);
  expect(arena.broken()).toEqual([]);
  return { got: out, wanted: direct(a, b, product, width) };
}

const rows = (["float64", "complex64"] as const).flatMap((dtype) =>
  (["mk", "km"] as const).flatMap((formA) =>
    (["kn", "nk"] as const).map((formB) => ({ dtype, formA, formB })),
  ),
);

test.skipIf(systemNative === undefined).each(rows)(
  "with a long k it is as by definition: $dtype, $formA $formB",
  ({ dtype, formA, formB }) => {
    const product = { ...shape, n: 9, formA, formB };
    // Columns that are stored as such are not copied.
    if (formB === "kn") expect(partOfNative(product, dtype)?.depth).toBeLessThan(product.k);
    else expect(partOfNative(product, dtype)?.depth).toBe(product.k);
    for (const where of ["in a memory", "elsewhere"] as const) {
      const { got, wanted } = folded(product, dtype, where) ?? {};
      expect(Array.from(got ?? [])).toEqual(wanted);
    }
  },
);

const groups: readonly (readonly [Dtype, Product])[] = [
  ["float64", { batch: 11, m: 5000, n: 5, k: 14, formA: "km", formB: "kn", shared: "a" }],
  ["complex64", { batch: 150, m: 16, n: 8, k: 24, formA: "mk", formB: "kn", shared: "a" }],
  ["complex64", { batch: 150, m: 24, n: 8, k: 16, formA: "km", formB: "nk", shared: "a" }],
];

test.skipIf(systemNative === undefined).each(groups)(
  "in several groups of entries it is as by definition: %s, %o",
  (dtype, product) => {
    expect(partOfNative(product, dtype)?.entries).toBeLessThan(product.batch);
    for (const where of ["in a memory", "elsewhere"] as const) {
      const { got, wanted } = folded(product, dtype, where) ?? {};
      expect(Array.from(got ?? [])).toEqual(wanted);
    }
  },
);
