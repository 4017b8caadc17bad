/** Contraction that neither over- nor underflows. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { decimalOf, powerOfTwo } from "../../../dsl/exact/decimal.ts";
import { decimalEntry, scaledContract } from "../../../dsl/exact/scaled.ts";
import { parseInstance } from "../../../dsl/network/instance.ts";
import type { ValuedNetwork } from "../../../dsl/network/network.ts";
import { greedyTree } from "../../../dsl/plan/search.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import { bruteForce, randomNetwork, randomPairs } from "../../support/networks.ts";

const DATA = new URL("../../../../shared/data/", import.meta.url);
const absent = !existsSync(DATA);
const because = absent ? " (left out: no ../shared/data)" : "";

test.each(["float64", "complex128"] as const)(
  "random networks of %s have their value by brute force",
  (dtype) => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const tensors = 1 + (seed % 6);
      const valued = randomNetwork(seed, { tensors, labels: 6, extents: [1, 2, 3], dtype });
      const sliced = Object.keys(valued.network.extents).filter((_, k) => (seed + k) % 4 === 0);
      const tree = { leaves: tensors, pairs: randomPairs(seed, tensors), sliced };
      const { entries, exponent2 } = scaledContract(valued, tree);
      const [expected, scale] = [bruteForce(valued), 2 ** exponent2];
      const size = Math.max(1, ...expected.re.map(Math.abs), ...expected.im.map(Math.abs));
      expected.re.forEach((value, at) =>
        expect(Math.abs((entries.re[at] ?? NaN) * scale - value)).toBeLessThan(1e-11 * size),
      );
      expected.im.forEach((value, at) =>
        expect(Math.abs((entries.im?.[at] ?? 0) * scale - value)).toBeLessThan(1e-11 * size),
      );
    }
  },
);

/** A chain of matrices [[0, f], [f, 0]] between (1, 1) and (1, 0): the value is f^length. */
function chain(length: number, factor: number): [ValuedNetwork, ContractionTree] {
  const middle = Array.from({ length }, (_, k) => ({ name: `M${k}`, labels: [`i_${k}`, `i_${k + 1}`] }));
  const tensors = [{ name: "A", labels: ["i_0"] }, ...middle, { name: "B", labels: [`i_${length}`] }];
  const extents = Object.fromEntries(Array.from({ length: length + 1 }, (_, k) => [`i_${k}`, 2]));
  const step = { re: Float64Array.of(0, factor, factor, 0) };
  const entries = [{ re: Float64Array.of(1, 1) }, ...middle.map(() => step), { re: Float64Array.of(1, 0) }];
  const pairs = Array.from({ length: length + 1 }, (_, k) => [k === 0 ? 0 : length + 1 + k, k + 1] as const);
  return [
    { network: { name: "N", dtype: "float64", tensors, open: [], extents }, entries },
    { leaves: length + 2, pairs, sliced: [] },
  ];
}

test.each([
  [3e299, 500],
  [2e-300, 500],
  [3e-310, 100],
  [5e-324, 3000],
  [0.3, 3000],
  [7, 3000],
])("%d to the power of %i is in range", (factor, length) => {
  const scaled = scaledContract(...chain(length, factor));
  const { re, im } = decimalEntry(scaled);
  expect(re.log / (length * Math.log(factor))).toBeCloseTo(1, 13);
  expect(re.exponent10).toBe(Math.floor(re.log / Math.LN10));
  expect(Math.log(re.mantissa) + re.exponent10 * Math.LN10).toBeCloseTo(re.log, 8);
  expect(im).toEqual({ mantissa: 0, exponent10: 0, log: -Infinity });
  expect(scaled.relativeError).toBeLessThan(1e-11);
});

test("the bound of the error holds, and is there for entries that are not negative alone", () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const { network, entries } = randomNetwork(seed, {
      tensors: 5,
      labels: 6,
      extents: [2, 3],
      dtype: "float64",
    });
    const positive = { network, entries: entries.map(({ re }) => ({ re: re.map(Math.abs) })) };
    const tree = { leaves: 5, pairs: randomPairs(seed, 5), sliced: [] };
    const scaled = scaledContract(positive, tree);
    const expected = bruteForce(positive).re;
    expected.forEach((value, at) => {
      const error = Math.abs((scaled.entries.re[at] ?? NaN) * 2 ** scaled.exponent2 - value);
      // The oracle rounds as well.
      expect(error).toBeLessThanOrEqual(((scaled.relativeError ?? NaN) + 1e-13) * value);
    });
    const hasNegative = entries.some(({ re }) => re.some((value) => value < 0));
    expect(scaledContract({ network, entries }, tree).relativeError === undefined).toBe(hasNegative);
  }
});

test("entries that underflow beside their neighbours take the bound away", () => {
  const [{ network }, tree] = chain(1, 1);
  const entries = [
    [1, 1],
    [1, 1e-200, 1e-200, 1],
    [1, 0],
  ].map((re) => ({ re: Float64Array.from(re) }));
  expect(scaledContract({ network, entries }, tree).relativeError).toBeUndefined();
});

test("slices of very different sizes add up", () => {
  const network = { name: "N", dtype: "float64" as const, open: [], extents: { i: 4 } };
  const tensors = [
    { name: "A", labels: ["i"] },
    { name: "B", labels: ["i"] },
  ];
  const entries = [
    [1e-300, 0, 1e200, 2e200],
    [1e-300, 1, 1e200, 1e200],
  ].map((re) => ({ re: Float64Array.from(re) }));
  const tree = { leaves: 2, pairs: [[0, 1] as const], sliced: ["i"] };
  const { re } = decimalEntry(scaledContract({ network: { ...network, tensors }, entries }, tree));
  expect(re.mantissa).toBeCloseTo(3, 13);
  expect(re.exponent10).toBe(400);
});

test.skipIf(absent).each(["bfs_surfacecode_d9", "ctg_mps_mpo_L100_chi64_D5"])(
  `%s has the value of the reference${because}`,
  (name) => {
    const text = (file: string): string => readFileSync(new URL(file, DATA), "utf8");
    const outcome = parseInstance(text(`instances/${name}.json`));
    if (!outcome.ok) throw new TypeError(JSON.stringify(outcome.diagnostics));
    const { values } = JSON.parse(text("reference.json")) as { values: Record<string, { re: number }> };
    // The reference's own fill: uniform numbers, seeded by the position of the tensor.
    const entries = outcome.value.tensors.map(({ labels }, k) => {
      const length = labels.reduce((size, label) => size * (outcome.value.extents[label] ?? 1), 1);
      const random = mulberry32((((0x9e3779b9 * (k + 1)) >>> 0) ^ 1) >>> 0);
      return { re: Float64Array.from({ length }, () => (2 * random() - 1) * Math.sqrt(3) * length ** -0.25) };
    });
    const tree = greedyTree(outcome.value, mulberry32(1));
    const { mantissa, exponent10 } = decimalEntry(
      scaledContract({ network: outcome.value, entries }, tree),
    ).re;
    expect((mantissa * 10 ** exponent10) / (values[name]?.re ?? NaN)).toBeCloseTo(1, 10);
  },
);

test.each([
  [0, 5, 0, 0],
  [1, 0, 1, 0],
  [-1, 10, -1.024, 3],
  [1, -1, 5, -1],
  [3, 1000, 3.214525821558802, 301],
  [1, -10000, 5.012372749206452, -3011],
  [5e-324, 0, 4.940656458412465, -324],
  [1.7976931348623157e308, 0, 1.7976931348623157, 308],
  [9.999999999999999e22, 0, 1, 23],
])("%d times 2^%i is %d e %i", (value, exponent2, mantissa, exponent10) => {
  expect(decimalOf(value, exponent2)).toMatchObject({ mantissa, exponent10 });
});

/** Against integers of any size: the first digits of 2^n. */
test("powers of two have the digits that integers have", () => {
  for (let n = 1; n < 20000; n = Math.floor(n * 1.7) + 1) {
    const digits = String(2n ** BigInt(n));
    const expected = {
      mantissa: Number(`${digits.slice(0, 1)}.${digits.slice(1, 40)}`),
      exponent10: digits.length - 1,
    };
    expect(decimalOf(1, n)).toMatchObject(expected);
    const small = String(5n ** BigInt(n));
    expect(decimalOf(1, -n)).toMatchObject({
      mantissa: Number(`${small.slice(0, 1)}.${small.slice(1, 40)}`),
      exponent10: small.length - 1 - n,
    });
  }
  expect([-1075, -1074, -1023, -1022, -1, 0, 1023, 1024].map(powerOfTwo)).toEqual([
    0,
    Number.MIN_VALUE,
    2 ** -1023,
    2 ** -1022,
    0.5,
    1,
    2 ** 1023,
    Infinity,
  ]);
});

test("refuses entries that are not finite, and more memory than it may take", () => {
  const [valued, tree] = chain(3, Infinity);
  expect(() => scaledContract(valued, tree)).toThrow("tensor M0 has an entry that is not finite");
  const labels = Array.from({ length: 40 }, (_, k) => `i_${k}`);
  const tensors = [...labels, ...labels].map((label, k) => ({ name: `T${k}`, labels: [label] }));
  const extents = Object.fromEntries(labels.map((label) => [label, 2]));
  const outer = {
    network: { name: "N", dtype: "float64" as const, tensors, open: [], extents },
    entries: tensors.map(() => ({ re: Float64Array.of(1, 1) })),
  };
  const pairs = Array.from({ length: 79 }, (_, k) => [k === 0 ? 0 : 79 + k, k + 1] as const);
  const order = { leaves: 80, pairs, sliced: [] };
  expect(() => scaledContract(outer, order, { bytes: 1.5 * 2 ** 20 })).toThrow(
    "the contraction would hold 2 MiB at once; the limit is 1.5 MiB: search a better order, or slice it",
  );
  expect(() => scaledContract(outer, order, { bytes: Infinity })).toThrow(
    "an intermediate would have 2^31.0 elements",
  );
  expect(() => scaledContract(outer, order)).toThrow("the limit is 2 GiB");
});
