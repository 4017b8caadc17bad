/** Published networks, formulas and equations, as a program reads them from files; their values by other libraries. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { exactCount } from "../../../dsl/exact/count.ts";
import { decimalEntry, scaledContract, type Scaled } from "../../../dsl/exact/scaled.ts";
import type { ValuedNetwork } from "../../../dsl/network/network.ts";
import { plan } from "../../../dsl/plan/plan.ts";
import { compile } from "../../../dsl/program/compile.ts";
import { safetensorsFile } from "../formats/bytes.ts";

const DATA = new URL("../../../../shared/data/", import.meta.url);
const absent = !existsSync(DATA);
const because = absent ? " (left out: no ../shared/data)" : "";

interface Reference {
  readonly re: number;
  readonly data: string;
  readonly independent?: { readonly count?: string; readonly value?: number };
}

function text(name: string): string {
  return readFileSync(new URL(name, DATA), "utf8");
}

const references = absent
  ? {}
  : (JSON.parse(text("reference.json")) as { values: Record<string, Reference> }).values;

/** The numbers of tensor `position` as reference.json fills tensors that come without any. */
function filled(position: number, count: number): number[] {
  const random = mulberry32(((Math.imul(0x9e3779b9, position + 1) >>> 0) ^ 1) >>> 0);
  const scale = Math.sqrt(3) * count ** -0.25;
  return Array.from({ length: count }, () => (2 * random() - 1) * scale);
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, extent) => size * extent, 1);

/** Network N of a program that may name files of the data, and others. */
function network(source: string, others: Readonly<Record<string, Uint8Array | string>> = {}): ValuedNetwork {
  const read = (path: string): string => {
    const own = others[path];
    return typeof own === "string" ? own : text(path);
  };
  const readBytes = (path: string): Uint8Array => others[path] as Uint8Array;
  const outcome = compile(source, new Map(), {
    variable: () => undefined,
    read,
    readBytes,
    inflate: (bytes) => bytes,
  });
  if (!outcome.ok) throw new TypeError(outcome.diagnostics.map(({ message }) => message).join("\n"));
  const found = outcome.value.definitions.get("N");
  if (found?.kind !== "network") throw new TypeError("expected a network N");
  return found.valued;
}

function treeOf({ network: own }: ValuedNetwork, trials = 8) {
  const method = { kind: "search", objective: "flops" } as const;
  return plan(own, method, { expired: () => false, trials }, mulberry32(1));
}

function scaled(valued: ValuedNetwork, trials = 8): Scaled {
  return scaledContract(valued, treeOf(valued, trials));
}

interface Instance {
  readonly inputs: readonly (readonly string[])[];
  readonly sizes: Readonly<Record<string, number>>;
}

/** An instance with its data, the data from a safetensors file. */
function instance(name: string): ValuedNetwork {
  const { inputs, sizes } = JSON.parse(text(`instances/${name}.json`)) as Instance;
  const data = references[name]?.data ?? "fill";
  const listed =
    data === "fill"
      ? undefined
      : (JSON.parse(text(data)) as { readonly re: readonly (readonly number[])[] }).re;
  const tensors = inputs.map((labels, k) => {
    const shape = labels.map((label) => sizes[label] ?? 1);
    return [`T${k}`, [shape, listed?.[k] ?? filled(k, sizeOf(shape))]] as const;
  });
  const source = `import "instances/${name}.json" as E\nnetwork N = E with file("data.safetensors")`;
  return network(source, { "data.safetensors": safetensorsFile(Object.fromEntries(tensors)) });
}

test.skipIf(absent).each(["bfs_surfacecode_d9", "ctg_rtree_100_a", "gen_vc_3reg_n100"])(
  `%s, imported and filled from a file, has the value of the reference${because}`,
  (name) => {
    const { mantissa, exponent10 } = decimalEntry(scaled(instance(name))).re;
    expect((mantissa * 10 ** exponent10) / (references[name]?.re ?? NaN)).toBeCloseTo(1, 10);
  },
);

test.skipIf(absent).each(["to_cubic_vc_50_0", "gen_vc_3reg_n100"])(
  `%s, imported and filled from a file, has the count of the reference${because}`,
  (name) => {
    const valued = instance(name);
    expect(exactCount(valued, treeOf(valued))).toBe(references[name]?.independent?.count);
  },
);

test.skipIf(absent)(`the models of a formula are as many as the reference says${because}`, () => {
  const valued = network('import "cnf/cubic_vc_50_0.cnf" as F\nnetwork N = count(F)');
  expect(exactCount(valued, treeOf(valued))).toBe(references["to_cubic_vc_50_0"]?.independent?.count);
});

/** The instance's tensors as the factors of a graphical model. */
function asModel(name: string): string {
  const { inputs, sizes } = JSON.parse(text(`instances/${name}.json`)) as Instance;
  const { re } = JSON.parse(text(references[name]?.data ?? "")) as { re: readonly (readonly number[])[] };
  const numbers = new Map(Object.keys(sizes).map((label, variable) => [label, variable]));
  return [
    "MARKOV",
    numbers.size,
    Object.values(sizes).join(" "),
    inputs.length,
    ...inputs.map((labels) => [labels.length, ...labels.map((label) => numbers.get(label))].join(" ")),
    ...re.map((table) => `${table.length}\n${table.join(" ")}`),
  ].join("\n");
}

test.skipIf(absent)(
  `the partition function of an Ising model is the reference's${because}`,
  { timeout: 300_000 },
  () => {
    const name = "gen_ising2d_20x20";
    const valued = network('import "ising.uai" as G\nnetwork N = partition(G)', {
      "ising.uai": asModel(name),
    });
    const found = scaled(valued, 16);
    expect(decimalEntry(found).re.log).toBeCloseTo(Math.log(references[name]?.independent?.value ?? NaN), 9);
    expect(found.relativeError).toBeLessThan(1e-8);
  },
);

interface Item {
  readonly eq: string;
  readonly sizes: Readonly<Record<string, number>>;
  readonly shape: readonly number[];
  readonly first8: readonly number[];
  readonly sum: number;
}

const items = absent ? [] : (JSON.parse(text("small_einsums.json")) as { items: Item[] }).items;

test.skipIf(absent)(`equations have the values of the reference${because}`, () => {
  expect(items.length).toBeGreaterThan(60);
  for (const { eq, sizes, shape, first8, sum } of items) {
    const terms = (eq.split("->")[0] ?? "").split(",");
    const names = terms.map((_, k) => `T${k}`);
    const shapes = terms.map((term) => [...term].map((letter) => sizes[letter] ?? 1));
    const heads = shapes.map((own, k) => {
      const axes = own.map((_, axis) => `a_${axis}`).join(", ");
      return `tensor T${k}${own.length === 0 ? "" : `[${axes}]`} = file("data.safetensors", "T${k}")`;
    });
    const data = safetensorsFile(
      Object.fromEntries(shapes.map((own, k) => [`T${k}`, [own, filled(k, sizeOf(own))] as const])),
    );
    const source = [...heads, `network N = einsum("${eq}", ${names.join(", ")})`].join("\n");
    const valued = network(source, { "data.safetensors": data });
    expect(valued.network.open.map((label) => valued.network.extents[label])).toEqual(shape);
    const { entries, exponent2 } = scaled(valued);
    const values = Array.from(entries.re, (value) => value * 2 ** exponent2);
    const size = Math.max(...values.map(Math.abs), 1e-300);
    first8.forEach((value, k) => expect((values[k] ?? NaN) / size, eq).toBeCloseTo(value / size, 10));
    const total = values.reduce((so, value) => so + value, 0);
    expect((total - sum) / (size * values.length), eq).toBeCloseTo(0, 10);
  }
});
