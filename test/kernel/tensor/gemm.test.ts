import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import type { Floats } from "../../../kernel/tensor/floats.ts";
import { makeWorkspace, multiply } from "../../../kernel/tensor/gemm.ts";
import { definition, distance, EXTENTS, inAllForms } from "./products.ts";

const work = makeWorkspace();

test.each(inAllForms(EXTENTS))("$batch x [$m, $k] ($formA) times [$k, $n] ($formB)", (product) => {
  const { batch, m, n, k } = product;
  const random = mulberry32(m + n + k);
  for (const width of [1, 2] as const)
    for (const [Type, tolerance] of [
      [Float64Array, 1e-13],
      [Float32Array, 1e-7],
    ] as const) {
      const draw = (elements: number): Floats => new Type(elements * width).map(() => random() - 0.5);
      const [a, b] = [draw(batch * m * k), draw(batch * n * k)];
      const out = new Type(batch * m * n * width).fill(NaN);
      multiply(work, out, a, b, product, width);
      const worst = distance(out, definition(a, b, product, width));
      // Float64 sums whatever the operands are: the result is off by its own rounding alone.
      expect(worst / Math.max(1, Math.sqrt(k))).toBeLessThan(tolerance);
    }
});
