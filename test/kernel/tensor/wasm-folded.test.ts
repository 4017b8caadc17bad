import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { kernelArithmetic } from "../../../kernel/engine/arithmetic.ts";
import { partOfKernels } from "../../../kernel/tensor/folded.ts";
import { widthOf } from "../../../kernel/tensor/floats.ts";
import type { Product } from "../../../kernel/tensor/product.ts";
import { inAllForms } from "./products.ts";
import { bytesOf, DTYPES, makeArena, run } from "./wasm.ts";

const shape = { batch: 4, m: 70, n: 3, k: 300, formA: "km", formB: "kn", shared: "a" } as const;

test("a product is folded where an operand would be packed again for few columns, and copies are little beside it", () => {
  const { shared, ...apart } = shape;
  const others: Product[] = [
    apart,
    { ...apart, shared: "b" },
    { ...shape, batch: 1 },
    { ...shape, n: 64 },
    { ...shape, k: 100 },
    { ...shape, m: 10 },
    { ...shape, m: 2 ** 17 },
  ];
  expect([shared, partOfKernels(shape, "float64")]).toEqual(["a", { entries: 4, depth: 300 }]);
  expect(others.map((other) => partOfKernels(other, "float64"))).toEqual(others.map(() => undefined));
});

/** All entries at once, and, of complex128, in two groups. */
const products: readonly Product[] = [
  ...inAllForms([[4, 70, 3, 300]]),
  { ...shape, batch: 17, m: 64, k: 1500 },
].map((product): Product => ({ ...product, shared: "a" }));

test.each(products)("it has the bits of each entry: $batch x $m x $n x $k, $formA $formB", (product) => {
  const { batch, m, n, k } = product;
  for (const dtype of DTYPES) {
    expect(partOfKernels(product, dtype)).toBeDefined();
    const arena = makeArena(2 ** 24);
    const random = mulberry32(k);
    const { a, b, out } = run(arena, product, dtype, () => random() - 0.5);
    const folded = arena.place(dtype, batch * m * n).floats.fill(NaN);
    kernelArithmetic(dtype, arena.kernels, arena.memory).multiply(folded, a, b, product);
    expect(out.length).toBe(batch * m * n * widthOf(dtype));
    expect(bytesOf(folded)).toEqual(bytesOf(out));
    expect(arena.broken()).toEqual([]);
  }
});
