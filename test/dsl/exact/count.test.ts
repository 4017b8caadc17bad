/** Exact values of integer networks. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { exactCount, exactCounts } from "../../../dsl/exact/count.ts";
import { joined, primesFor, type Residues } from "../../../dsl/exact/modular.ts";
import { parseInstance } from "../../../dsl/network/instance.ts";
import type { Label, ValuedNetwork } from "../../../dsl/network/network.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import { greedyTree } from "../../../dsl/plan/search.ts";
import { randomNetwork, randomPairs } from "../../support/networks.ts";

const DATA = new URL("../../../../shared/data/", import.meta.url);
const absent = !existsSync(DATA);
const because = absent ? " (left out: no ../shared/data)" : "";

/** Sums the products of all entries over every value of every index, in integers of any size. */
function bruteForce({ network, entries }: ValuedNetwork): string[] {
  const labels = [
    ...network.open,
    ...Object.keys(network.extents).filter((label) => !network.open.includes(label)),
  ];
  const extent = (label: Label): number => network.extents[label] ?? 1;
  const size = (some: readonly Label[]): number =>
    some.reduce((product, label) => product * extent(label), 1);
  const sums = new Array<bigint>(size(network.open)).fill(0n);
  for (let flat = 0; flat < size(labels); flat += 1) {
    const values = new Map<Label, number>();
    let rest = flat;
    for (const label of labels.toReversed()) {
      values.set(label, rest % extent(label));
      rest = Math.floor(rest / extent(label));
    }
    const place = Math.floor(flat / (size(labels) / sums.length));
    sums[place] =
      network.tensors.reduce((product, tensor, position) => {
        const at = tensor.labels.reduce((sum, label) => sum * extent(label) + (values.get(label) ?? 0), 0);
        return product * BigInt(entries[position]?.re[at] ?? 0);
      }, 1n) + (sums[place] ?? 0n);
  }
  return sums.map(String);
}

/** A random network of integers up to `most`; sliced over some of its indices. */
function integers(seed: number, most: number, negative: boolean): [ValuedNetwork, ContractionTree] {
  const random = mulberry32(seed);
  const { network } = randomNetwork(seed, { tensors: 5, labels: 5, extents: [1, 2, 3], dtype: "float64" });
  const entries = network.tensors.map(({ labels }) => {
    const length = labels.reduce((product, label) => product * (network.extents[label] ?? 1), 1);
    const draw = (): number => Math.floor(random() * most) * (negative && random() < 0.5 ? -1 : 1);
    return { re: Float64Array.from({ length }, () => (random() < 0.2 ? 0 : draw())) };
  });
  const sliced = Object.keys(network.extents).filter(() => random() < 0.2);
  return [
    { network, entries },
    { leaves: 5, pairs: randomPairs(seed, 5), sliced },
  ];
}

test.each([
  ["of one digit", 10, false],
  ["with signs", 10, true],
  ["near 2^25", 2 ** 25, true],
  ["near 2^53", 2 ** 53, false],
  ["near 2^53 with signs", 2 ** 53, true],
])("integers %s contract to their exact value", (_, most, negative) => {
  for (let seed = 1; seed <= 120; seed += 1) {
    const [valued, tree] = integers(seed, most, negative);
    expect(exactCounts(valued, tree)).toEqual(bruteForce(valued));
  }
});

/** Colourings of a path: k (k-1)^(n-1). */
test.each([
  [2, 3, "6"],
  [40, 3, String(3n * 2n ** 39n)],
  [60, 5, String(5n * 4n ** 59n)],
  [2000, 7, String(7n * 6n ** 1999n)],
])("a path of %i nodes has its number of colourings in %i colours", (nodes, colours, expected) => {
  const unequal = {
    re: Float64Array.from({ length: colours ** 2 }, (_, at) => (at % (colours + 1) === 0 ? 0 : 1)),
  };
  const tensors = Array.from({ length: nodes - 1 }, (_, k) => ({
    name: `E${k}`,
    labels: [`s_${k}`, `s_${k + 1}`],
  }));
  const extents = Object.fromEntries(Array.from({ length: nodes }, (_, k) => [`s_${k}`, colours]));
  const network = { name: "P", dtype: "float64" as const, tensors, open: [], extents };
  const pairs = Array.from({ length: nodes - 2 }, (_, k) => [k === 0 ? 0 : nodes - 2 + k, k + 1] as const);
  const valued = { network, entries: tensors.map(() => unequal) };
  expect(exactCount(valued, { leaves: nodes - 1, pairs, sliced: [] })).toBe(expected);
});

test("what is far smaller than its neighbours is not lost", () => {
  // 2^800 + 1 as a matrix product of powers of two, and 0 where everything cancels.
  const diagonal = { re: Float64Array.of(2 ** 50, 0, 0, 1) };
  const product = (ends: readonly number[]): ValuedNetwork => {
    const middle = Array.from({ length: 16 }, (_, k) => ({
      name: `D${k}`,
      labels: [`i_${k}`, `i_${k + 1}`],
    }));
    const tensors = [{ name: "A", labels: ["i_0"] }, ...middle, { name: "B", labels: ["i_16"] }];
    const extents = Object.fromEntries(Array.from({ length: 17 }, (_, k) => [`i_${k}`, 2]));
    const entries = [
      { re: Float64Array.of(1, 1) },
      ...middle.map(() => diagonal),
      { re: Float64Array.from(ends) },
    ];
    return { network: { name: "N", dtype: "float64", tensors, open: [], extents }, entries };
  };
  const pairs = Array.from({ length: 17 }, (_, k) => [k === 0 ? 0 : 17 + k, k + 1] as const);
  const tree = { leaves: 18, pairs, sliced: [] };
  expect(exactCount(product([1, 1]), tree)).toBe(String(2n ** 800n + 1n));
  expect(exactCount(product([1, -1]), tree)).toBe(String(2n ** 800n - 1n));
  expect(exactCount(product([0, -1]), tree)).toBe("-1");
  expect(exactCount(product([0, 0]), tree)).toBe("0");
});

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, DATA), "utf8"));
}

test.skipIf(absent).each(["to_cubic_vc_50_0", "gen_vc_3reg_n100"])(
  `%s has the count of the reference${because}`,
  (name) => {
    const outcome = parseInstance(readFileSync(new URL(`instances/${name}.json`, DATA), "utf8"));
    if (!outcome.ok) throw new TypeError(JSON.stringify(outcome.diagnostics));
    const { re } = read(`tensors/${name}.json`) as { re: number[][] };
    const { values } = read("reference.json") as {
      values: Record<string, { independent: { count: string } }>;
    };
    const valued = {
      network: outcome.value,
      entries: re.map((entries) => ({ re: Float64Array.from(entries) })),
    };
    const expected = values[name]?.independent.count;
    expect(exactCount(valued, greedyTree(outcome.value, mulberry32(2)))).toBe(expected);
  },
);

const scalar = (value: number): ValuedNetwork => ({
  network: { name: "N", dtype: "float64", tensors: [{ name: "A", labels: [] }], open: [], extents: {} },
  entries: [{ re: Float64Array.of(value) }],
});
const alone = { leaves: 1, pairs: [], sliced: [] };

test.each([
  [0.5, "tensor A has the entry 0.5; an exact value needs integers below 2^53"],
  [2 ** 53, "tensor A has the entry 9007199254740992"],
  [NaN, "tensor A has the entry NaN"],
  [-Infinity, "tensor A has the entry -Infinity"],
])("refuses the entry %d", (value, message) => {
  expect(() => exactCount(scalar(value), alone)).toThrow(message);
});

test("refuses complex entries, open indices and trees of another network", () => {
  const { network } = scalar(1);
  const complex = { network, entries: [{ re: Float64Array.of(1), im: Float64Array.of(1) }] };
  expect(() => exactCount(complex, alone)).toThrow("tensor A has a complex entry");
  expect(exactCount({ network, entries: [{ re: Float64Array.of(3), im: Float64Array.of(0) }] }, alone)).toBe(
    "3",
  );
  const open = { ...network, tensors: [{ name: "A", labels: ["i"] }], open: ["i"], extents: { i: 2 } };
  const vector = { network: open, entries: [{ re: Float64Array.of(3, -4) }] };
  expect(() => exactCount(vector, alone)).toThrow("N has open indices (i)");
  expect(exactCounts(vector, alone)).toEqual(["3", "-4"]);
  expect(() => exactCount(scalar(1), { leaves: 2, pairs: [[0, 1]], sliced: [] })).toThrow(
    "the order is for 2 tensors",
  );
});

test("remainders by the largest primes give the integer back", () => {
  const value = 31n ** 40n;
  const primes = primesFor(Math.log2(31) * 40 + 1);
  expect(primes.slice(0, 3)).toEqual([16777213, 16777199, 16777183]);
  let residues: Residues = { values: [0n], modulus: 1n };
  for (const prime of primes)
    residues = joined(residues, Float64Array.of(Number(value % BigInt(prime))), prime);
  expect(residues.values).toEqual([value]);
});
