import { expect, test } from "vitest";
import { addressOf } from "../../../kernel/tensor/blas/koffi.ts";
import { eachPortion, portionOf } from "../../../kernel/tensor/blas/portions.ts";
import { system, withoutBlas } from "./blas.ts";

const wholes = [
  { m: 3, n: 5, k: 7 },
  { m: 6144, n: 6144, k: 6144 },
  { m: 2 ** 28, n: 4, k: 4 },
  { m: 2 ** 14, n: 2 ** 14, k: 1 },
  { m: 2, n: 2 ** 20 + 1, k: 1000 },
  { m: 2, n: 3, k: 2 ** 29 + 5 },
  { m: 1, n: 1, k: 2 ** 31 - 1 },
  { m: 513, n: 511, k: 100_003 },
];

test.each(wholes)("a portion of $m x $n x $k takes some tens of milliseconds", (whole) => {
  for (const [letter, products] of [
    ["s", 2 ** 31],
    ["z", 2 ** 28],
  ] as const) {
    const { m, n, k } = portionOf(whole, letter);
    expect(m * n * k).toBeLessThanOrEqual(products);
    expect((m + n) * k).toBeLessThanOrEqual(2 ** 26);
    expect(m * n).toBeLessThanOrEqual(2 ** 21);
    expect(Math.min(m, n, k)).toBeGreaterThanOrEqual(1);
  }
});

test("a product that is small is one portion", () => {
  const whole = { m: 1024, n: 1024, k: 400 };
  expect(portionOf(whole, "s")).toEqual(whole);
});

test("a product that is long in all directions is cut evenly into what the caches hold", () => {
  expect(portionOf({ m: 1500, n: 600, k: 700 }, "d")).toEqual({ m: 750, n: 600, k: 350 });
  expect(portionOf({ m: 1024, n: 1024, k: 512 }, "d")).toEqual({ m: 1024, n: 1024, k: 512 });
});

test.each(wholes)("the portions of $m x $n x $k are the whole, each place from k = 0 on", (whole) => {
  let products = 0;
  let place = "";
  let next = 0;
  eachPortion(whole, "c", (begin, { m, n, k }) => {
    const own = `${begin.m} ${begin.n}`;
    expect(begin.k).toBe(own === place ? next : 0);
    [place, next] = [own, begin.k + k];
    expect([begin.m + m <= whole.m, begin.n + n <= whole.n, next <= whole.k]).toEqual([true, true, true]);
    products += m * n * k;
  });
  expect(products).toBe(whole.m * whole.n * whole.k);
});

function filled(length: number, value: (at: number) => number): Float32Array<SharedArrayBuffer> {
  const floats = new Float32Array(new SharedArrayBuffer(4 * length));
  for (let at = 0; at < length; at += 1) floats[at] = value(at);
  return floats;
}

const blas = system?.blas;

const forms = (["mk", "km"] as const).flatMap((formA) =>
  (["kn", "nk"] as const).map((formB) => ({ formA, formB })),
);

/** Larger than a portion: in the result, in what is summed. */
const shapes = [
  { m: 1100, n: 620, k: 3201 },
  { m: 501, n: 503, k: 8601 },
];

test.skipIf(blas === undefined).each(shapes.flatMap((shape) => forms.map((form) => ({ ...shape, ...form }))))(
  `$m x $n x $k in the forms $formA and $formB is its sums${withoutBlas}`,
  (product) => {
    const { m, n, k, formA, formB } = product;
    const portion = portionOf(product, "s");
    expect(portion.m * portion.n * portion.k).toBeLessThan(m * n * k);
    const [a, b, out] = [
      filled(m * k, (at) => ((at * 3) % 17) - 8),
      filled(k * n, (at) => ((at * 4) % 17) - 8),
      filled(m * n, () => NaN),
    ];
    blas?.multiply(addressOf(out.buffer), addressOf(a.buffer), addressOf(b.buffer), product, "float32");
    // Whole numbers so small that float32 adds them exactly.
    for (const [r, c] of [
      [0, 0],
      [m - 1, n - 1],
      [m >> 1, n - 2],
      [m - 2, n >> 1],
      [17, 258],
    ] as const) {
      let sum = 0;
      for (let p = 0; p < k; p += 1)
        sum +=
          (a[formA === "mk" ? r * k + p : p * m + r] ?? NaN) *
          (b[formB === "kn" ? p * n + c : c * k + p] ?? NaN);
      expect(out[r * n + c]).toBe(sum);
    }
    expect(out.some(Number.isNaN)).toBe(false);
  },
);
