import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import type { Dtype } from "../../../dsl/index.ts";
import type { Product } from "../../../kernel/tensor/product.ts";
import { allowRelaxedSimd } from "../../support/relaxed.ts";
import { inAllForms } from "./products.ts";
import { bytesOf, DTYPES, makeArena, run, shareOfBound, type Arena } from "./wasm.ts";

allowRelaxedSimd();

/** Every kernel: blocks with and without packed rows, thin products, rows, stretches; sums of one, several and many steps. */
const PRODUCTS = inAllForms([
  [1, 70, 131, 257],
  [1, 14, 9, 600],
  [1, 515, 4, 4],
  [3, 5, 3, 2],
  [1, 65, 1, 513],
  [2, 1, 9, 70],
]);

const relaxedArena = (bytes: number): Arena => makeArena(bytes, 0, true);

test.each(PRODUCTS)("relaxed: $batch x [$m, $k] ($formA) times [$k, $n] ($formB)", (product) => {
  for (const dtype of DTYPES) {
    const arena = relaxedArena(2 ** 22);
    const random = mulberry32(product.m + product.n + product.k);
    expect(
      shareOfBound(
        run(arena, product, dtype, () => random() - 0.5),
        product,
        dtype,
      ),
    ).toBeLessThan(1);
    expect(arena.broken()).toEqual([]);
  }
});

/** All elements of x y - (x y rounded), a sum of two terms. */
function remainders(arena: Arena, dtype: Dtype, extents: Pick<Product, "m" | "n">): number[] {
  const [x, y, rounded] =
    dtype === "float32"
      ? [1 + 2 ** -12, 1 + 2 ** -13, 1 + 2 ** -12 + 2 ** -13]
      : [1 + 2 ** -27, 1 + 2 ** -28, 1 + 2 ** -27 + 2 ** -28];
  const product: Product = { batch: 1, ...extents, k: 2, formA: "mk", formB: "nk" };
  // Rows of a are (rounded, x), columns of b (-1, y): the product of x and y comes last.
  let drawn = 0;
  const { out } = run(arena, product, dtype, () => {
    const isFirst = drawn % 2 === 0;
    const isA = drawn++ < 2 * extents.m;
    return isFirst ? (isA ? rounded : -1) : isA ? x : y;
  });
  return [...new Set(out)];
}

test.each(["float32", "float64"] as const)(
  "a product and a sum of %s round twice, or relaxed once on every way",
  (dtype) => {
    const shapes = [
      { m: 40, n: 40 },
      { m: 1, n: 50 },
      { m: 9, n: 3 },
    ];
    const lost = dtype === "float32" ? 2 ** -25 : 2 ** -55;
    for (const shape of shapes) expect(remainders(makeArena(2 ** 16), dtype, shape)).toEqual([0]);
    const relaxed = shapes.map((shape) => remainders(relaxedArena(2 ** 16), dtype, shape));
    // Where the processor has no fused multiply-add, they are the usual ones.
    expect([[0], [lost]]).toContainEqual(relaxed[0]);
    for (const one of relaxed) expect(one).toEqual(relaxed[0]);
  },
);

test("relaxed: the same product has the same bits, where a and b change places, too", () => {
  const product: Product = { batch: 1, m: 23, n: 13, k: 530, formA: "km", formB: "kn" };
  const changed: Product = { ...product, m: 13, n: 23 };
  for (const dtype of DTYPES) {
    const [first, again] = [1, 2].map(() => {
      const random = mulberry32(5);
      return run(relaxedArena(2 ** 20), product, dtype, () => random() - 0.5);
    });
    if (first === undefined || again === undefined) throw new RangeError("expected two runs");
    expect(Buffer.compare(bytesOf(first.out), bytesOf(again.out))).toBe(0);
    const values = [...first.b, ...first.a].values();
    const other = run(relaxedArena(2 ** 20), changed, dtype, () => values.next().value ?? NaN);
    const width = first.out.length / (23 * 13);
    const turned = first.out.map((_, lane) => {
      const element = Math.floor(lane / width);
      return first.out[((element % 23) * 13 + Math.floor(element / 23)) * width + (lane % width)] ?? NaN;
    });
    expect(Buffer.compare(bytesOf(turned), bytesOf(other.out))).toBe(0);
  }
});
