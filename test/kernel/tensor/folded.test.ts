import { expect, test } from "vitest";
import type { Dtype } from "../../../dsl/index.ts";
import { entriesAtOnce, foldedBy, isFolded } from "../../../kernel/tensor/blas/folded.ts";
import { addressOf } from "../../../kernel/tensor/blas/koffi.ts";
import { widthOf, type Floats } from "../../../kernel/tensor/floats.ts";
import type { Product } from "../../../kernel/tensor/product.ts";
import { system } from "./blas.ts";

const blas = system?.blas;
const shape = { batch: 3, m: 3, n: 2, k: 60_001, shared: "a" } as const;

test("a product is folded where one large operand would be read again for few columns", () => {
  const forms = { formA: "mk", formB: "kn" } as const;
  const { shared, ...apart } = { ...shape, ...forms };
  expect(shared).toBe("a");
  expect(isFolded({ ...shape, ...forms }, "complex64")).toBe(true);
  expect(isFolded(apart, "complex64")).toBe(false);
  expect(isFolded({ ...shape, ...forms, shared: "b" }, "complex64")).toBe(false);
  expect(isFolded({ ...shape, ...forms, k: 100 }, "complex64")).toBe(false);
  expect(isFolded({ ...shape, ...forms, n: 64 }, "complex64")).toBe(false);
  expect(isFolded({ ...shape, ...forms, m: 2 ** 15 }, "complex64")).toBe(false);
  expect(isFolded({ ...shape, ...forms, batch: 90, m: 2 ** 13 }, "complex64")).toBe(true);
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

test("as many entries go at once as the scratch holds, shared out equally", () => {
  const product = { ...shape, formA: "mk", formB: "kn", n: 8 } as const;
  expect(entriesAtOnce({ ...product, batch: 3, m: 2 ** 10 }, "float64")).toBe(3);
  expect(entriesAtOnce({ ...product, batch: 17, m: 2 ** 10 }, "float64")).toBe(9);
  expect(entriesAtOnce({ ...product, batch: 17, m: 2 ** 20 }, "float64")).toBe(1);
});

const rows = (["float64", "complex64"] as const).flatMap((dtype) =>
  (["mk", "km"] as const).flatMap((formA) =>
    (["kn", "nk"] as const).map((formB) => ({ dtype, formA, formB })),
  ),
);

test.skipIf(blas === undefined).each(rows)(
  "in several stretches of k it is as by definition: $dtype, $formA $formB",
  ({ dtype, formA, formB }: { dtype: Dtype } & Pick<Product, "formA" | "formB">) => {
    if (blas === undefined) return;
    const product = { ...shape, formA, formB };
    const { batch, m, n, k } = product;
    const width = widthOf(dtype);
    const place = (elements: number): Floats => {
      const block = new SharedArrayBuffer(8 * width * elements);
      return dtype === "float64" ? new Float64Array(block) : new Float32Array(block, 0, width * elements);
    };
    const [a, b] = [filled(place(m * k), 7), filled(place(batch * k * n), 3)];
    const out = place(batch * m * n).fill(NaN);
    foldedBy(blas, dtype)(out, addressOf(a.buffer), b, product);
    expect(Array.from(out)).toEqual(direct(a, b, product, width));
  },
);

test.skipIf(blas === undefined)("in several groups of entries it is as by definition", () => {
  if (blas === undefined) return;
  const product = { batch: 11, m: 5000, n: 5, k: 14, formA: "km", formB: "kn", shared: "a" } as const;
  const { batch, m, n, k } = product;
  expect(entriesAtOnce(product, "float64")).toBeLessThan(batch);
  const place = (elements: number): Floats => new Float64Array(new SharedArrayBuffer(8 * elements));
  const [a, b] = [filled(place(m * k), 7), filled(place(batch * k * n), 3)];
  const out = place(batch * m * n).fill(NaN);
  foldedBy(blas, "float64")(out, addressOf(a.buffer), b, product);
  expect(Array.from(out)).toEqual(direct(a, b, product, 1));
});
