import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { isComplex } from "../../../dsl/index.ts";
import type { Product } from "../../../kernel/tensor/product.ts";
import { WORKSPACE_BYTES } from "../../../kernel/tensor/wasm/kernels.ts";
import { EXTENTS, inAllForms, type Extents } from "./products.ts";
import { bytesOf, DTYPES, makeArena, run, shareOfBound } from "./wasm.ts";

/** What tensor networks give: thin operands, tiny entries, depths that no block holds. */
const NETWORK_EXTENTS: readonly Extents[] = [
  [1, 1027, 2, 1],
  [1, 1027, 3, 2],
  [1, 515, 4, 4],
  [1, 131, 16, 8],
  [1, 3, 1029, 2],
  [1, 4, 517, 4],
  [1, 16, 133, 16],
  [1, 2, 131, 33],
  [37, 2, 2, 2],
  [41, 1, 1, 3],
  [43, 4, 1, 4],
  [19, 1, 3, 1],
  [11, 3, 3, 1],
  [5, 7, 5, 6],
  [1, 9, 11, 1100],
  [1, 1030, 9, 270],
  [1, 150, 530, 40],
  [1, 70, 1, 600],
  [1, 1, 1, 4],
  [1, 5, 1, 1027],
  [3, 40, 1, 70],
  [1, 2000, 33, 7],
];

const plain = inAllForms([...EXTENTS, ...NETWORK_EXTENTS]);
const shared = inAllForms([
  [7, 5, 3, 2],
  [3, 33, 18, 9],
  [3, 1, 40, 21],
  [64, 4, 4, 4],
]).flatMap((product) => (["a", "b"] as const).map((which): Product => ({ ...product, shared: which })));

test.each([...plain, ...shared])(
  "$batch x [$m, $k] ($formA) times [$k, $n] ($formB), shared: $shared",
  (product) => {
    for (const dtype of DTYPES) {
      const arena = makeArena(
        2 ** 20 + 64 * product.batch * (product.m + product.n) * (product.k + product.n),
      );
      const random = mulberry32(product.m + product.n + product.k);
      const result = run(arena, product, dtype, () => random() - 0.5);
      expect(shareOfBound(result, product, dtype)).toBeLessThan(1);
      expect(arena.broken()).toEqual([]);
    }
  },
);

test.each(DTYPES)("the error of a long sum of %s stays that of a short one", (dtype) => {
  for (const [m, n] of [
    [1, 1],
    [6, 9],
  ] as const) {
    const product: Product = { batch: 1, m, n, k: 2 ** 17 + 5, formA: "mk", formB: "kn" };
    const result = run(makeArena(2 ** 26), product, dtype, () => 0.1);
    expect(shareOfBound(result, product, dtype)).toBeLessThan(1);
  }
});

test.each(
  inAllForms([
    [1, 14, 19, 5],
    [1, 130, 4, 4],
    [1, 2, 90, 3],
    [6, 2, 2, 2],
  ]),
)("what is no number spreads along its row or column: $batch x $m x $n x $k, $formA, $formB", (product) => {
  for (const dtype of DTYPES)
    for (const odd of [NaN, Infinity]) {
      const arena = makeArena(2 ** 22);
      const random = mulberry32(1);
      const { m, n, k, batch, formA } = product;
      const width = isComplex(dtype) ? 2 : 1;
      // The real part of the last entry's a[m - 1, 0].
      const entry = (batch - 1) * m * k;
      const place = width * (entry + (formA === "mk" ? (m - 1) * k : m - 1));
      let drawn = 0;
      const { out } = run(arena, product, dtype, () => (drawn++ === place ? odd : random() + 0.5));
      const finite = Array.from({ length: batch * m * n }, (_, element) =>
        out.subarray(element * width, (element + 1) * width).every((part) => Number.isFinite(part)),
      );
      const lastRow = (batch * m - 1) * n;
      expect(finite).toEqual(finite.map((_, element) => element < lastRow));
    }
});

test("operands may lie above 2 GiB, up to the end of 4 GiB", () => {
  const product: Product = { batch: 1, m: 37, n: 21, k: 300, formA: "mk", formB: "nk" };
  const bytes = 2 ** 20;
  for (const dtype of DTYPES)
    for (const start of [2 ** 31 - WORKSPACE_BYTES - 2 ** 16, 2 ** 32 - WORKSPACE_BYTES - bytes]) {
      const arena = makeArena(bytes, start);
      const random = mulberry32(7);
      const result = run(arena, product, dtype, () => random() - 0.5);
      expect(shareOfBound(result, product, dtype)).toBeLessThan(1);
      expect(arena.broken()).toEqual([]);
    }
});

test.each([...plain, ...shared])(
  "a and b change places without changing a bit: $batch x $m x $n x $k, $formA, $formB, $shared",
  ({ batch, m, n, k, formA, formB, shared: which }) => {
    const product: Product = { batch, m, n, k, formA, formB, ...(which && { shared: which }) };
    const changed: Product = {
      ...{ batch, k, m: n, n: m },
      formA: formB === "kn" ? "km" : "mk",
      formB: formA === "mk" ? "nk" : "kn",
      ...(which && { shared: which === "a" ? "b" : "a" }),
    };
    for (const dtype of DTYPES) {
      const arena = makeArena(2 ** 20 + 64 * batch * (m + n) * (k + n + m));
      const random = mulberry32(m + n + k);
      const { a, b, out } = run(arena, product, dtype, () => random() - 0.5);
      const values = [...b, ...a].values();
      const other = run(arena, changed, dtype, () => values.next().value ?? NaN);
      const width = isComplex(dtype) ? 2 : 1;
      const turned = out.map((_, lane) => {
        const [element, part] = [Math.floor(lane / width), lane % width];
        const [entry, column, row] = [
          Math.floor(element / (m * n)),
          Math.floor(element / m) % n,
          element % m,
        ];
        return out[((entry * m + row) * n + column) * width + part] ?? NaN;
      });
      expect(Buffer.compare(bytesOf(turned), bytesOf(other.out))).toBe(0);
    }
  },
);

test("the same product has the same bits, wherever its operands lie", () => {
  const product: Product = { batch: 2, m: 23, n: 13, k: 530, formA: "km", formB: "kn" };
  for (const dtype of DTYPES) {
    const [arena, high] = [makeArena(2 ** 22), makeArena(2 ** 22, 2 ** 31)];
    const outs = [arena, arena, high].map((place) => {
      const random = mulberry32(3);
      return Array.from(run(place, product, dtype, () => random() - 0.5).out);
    });
    expect(outs[1]).toEqual(outs[0]);
    expect(outs[2]).toEqual(outs[0]);
  }
});
