import { existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseInstance } from "../../../dsl/index.ts";
import type { Network } from "../../../dsl/index.ts";
import { readFileSync } from "node:fs";
import { costByDefinition } from "../../dsl/plan/networks.ts";
import { folderWith, tnlab } from "./tnlab.ts";

const HYPER = JSON.stringify({
  inputs: [
    ["a", "b"],
    ["b", "c", "h"],
    ["c", "d", "h"],
    ["d", "a", "h"],
    ["h", "z"],
    ["loose", "a"],
  ],
  output: ["z"],
  sizes: { a: 2, b: 3, c: 4, d: 5, h: 6, z: 7, loose: 8 },
});
/** So many tensors in a ring, each also joined to one some places on. */
function rings(tensors: number, chord: number): string {
  const inputs = Array.from({ length: tensors }, (_, k) => {
    return [`r${k}`, `r${(k + 1) % tensors}`, `s${k}`, `s${(k + chord) % tensors}`];
  });
  return JSON.stringify({
    inputs,
    output: [],
    sizes: Object.fromEntries(inputs.flat().map((label) => [label, 4])),
  });
}
const RINGS = rings(8, 3);

const folder = folderWith({
  "hyper.json": HYPER,
  "rings.json": RINGS,
  "many.json": rings(70, 11),
  "one.json": '{"inputs": [["a"]], "output": [], "sizes": {"a": 3}}',
  "bell.qsim": "2\n0 h 0\n1 cnot 0 1\n2 rz 1 0.5\n",
  "chain.tn":
    "index i: 1000, j: 2, k: 1000, l: 2\ntensor A[i,j], B[j,k], C[k,l] = normal(seed 1)\n" +
    "network R[i,l] = A B C\norder R = (A B) C\nslice R over j\nnetwork S[i,l] = A B C\n",
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Order {
  readonly log10_flops: number | null;
  readonly log2_size: number;
  readonly log2_slices: number;
  readonly least_log10_flops: number | null;
  readonly least_log2_size: number;
  readonly sliced: readonly string[];
  readonly seconds: number;
  readonly ssa_path: readonly (readonly [number, number])[];
}

async function order(file: string, ...flags: readonly string[]): Promise<Order> {
  const { code, stdout, stderr } = await tnlab(["order", file, "--json", ...flags], folder);
  expect([code, stderr]).toEqual([0, ""]);
  const parsed = JSON.parse(stdout) as Order;
  // Where there are slices, and where a search was made.
  const optional = ["slicing", "unsliced_log10_flops", "history"];
  expect(Object.keys(parsed).filter((key) => !optional.includes(key))).toEqual([
    "log10_flops",
    "log2_size",
    "log2_slices",
    "least_log10_flops",
    "least_log2_size",
    "sliced",
    "seconds",
    "ssa_path",
  ]);
  return parsed;
}

/** The figures recomputed from the path and the file alone. */
function expectCost(network: Network, found: Order): void {
  const sliced = new Set(found.sliced);
  const extents = Object.fromEntries(
    Object.entries(network.extents).map(([label, extent]) => [label, sliced.has(label) ? 1 : extent]),
  );
  const slices = found.sliced.reduce((product, label) => product * (network.extents[label] ?? NaN), 1);
  const one = costByDefinition({ ...network, extents }, found.ssa_path);
  const ids = found.ssa_path.flat();
  expect(ids.toSorted((a, b) => a - b)).toEqual(ids.map((_, id) => id));
  expect(ids).toHaveLength(2 * network.tensors.length - 2);
  expect(found.log2_slices).toBeCloseTo(Math.log2(slices), 9);
  expect(found.log2_size).toBeCloseTo(Math.log2(one.size), 9);
  expect(found.log10_flops).toBeCloseTo(Math.log10(one.flops) + Math.log10(slices), 9);
  expect(found.least_log10_flops).toBeLessThanOrEqual((found.log10_flops ?? 0) + 1e-9);
  if (sliced.size === 0) expect(found.least_log2_size).toBeLessThanOrEqual(found.log2_size + 1e-9);
}

function networkIn(text: string): Network {
  const parsed = parseInstance(text);
  if (!parsed.ok) throw new Error(parsed.diagnostics[0]?.message);
  return parsed.value;
}

test.each([
  ["hyper.json", HYPER, []],
  ["hyper.json", HYPER, ["--minimize", "size", "--workers", "1"]],
  ["rings.json", RINGS, []],
  ["rings.json", RINGS, ["--max-size", "7", "--minimize", "combo"]],
])("%s: the figures are those of the path, with flags %#", async (file, text, flags) => {
  const found = await order(file, "--seconds", "0.3", ...flags);
  expectCost(networkIn(text), found);
  if (flags[0] === "--max-size") {
    expect(found.log2_size).toBeLessThanOrEqual(7);
    expect(found.sliced).not.toEqual([]);
  }
});

test("a count of trials gives one tree with any number of workers", async () => {
  const of = (...flags: readonly string[]): Promise<Order> => order("many.json", "--trials", "9", ...flags);
  const [one, three, other] = await Promise.all([
    of("--workers", "1"),
    of("--workers", "3"),
    of("--seed", "5"),
  ]);
  expect(three.ssa_path).toEqual(one.ssa_path);
  expect(other.ssa_path).not.toEqual(one.ssa_path);
});

test("a network of one tensor has nothing to multiply", async () => {
  expect(await order("one.json")).toMatchObject({ log10_flops: null, sliced: [], ssa_path: [] });
});

test("a circuit is ordered gate by gate, its qubits begun and ended", async () => {
  // in(0), in(1), three gates, then out(q) for each qubit that the dots leave closed
  expect((await order("bell.qsim", "--seconds", "0.1")).ssa_path).toHaveLength(7 - 1);
  expect((await order("bell.qsim", "--seconds", "0.1", "--bits", "1.")).ssa_path).toHaveLength(6 - 1);
});

test("a program's own order and slices are taken, unless flags ask for a search", async () => {
  const own = await order("chain.tn", "--network", "R");
  expect(own).toMatchObject({ ssa_path: [[0, 1], [3, 2]], sliced: ["j"], log2_slices: 1 }); // prettier-ignore
  expect(own.log10_flops).toBeCloseTo(Math.log10(2 * (1000 * 1000 + 1000 * 1000 * 2)), 9);
  const searched = await order("chain.tn", "--network", "R", "--seconds", "0.1");
  expect(searched.sliced).toEqual(["j"]);
  expect(searched.log10_flops).toBeCloseTo(Math.log10(2 * (1000 * 2 + 1000 * 2)), 9);
  const whole = await order("chain.tn", "--network", "S", "--seconds", "0.1");
  expect(whole).toMatchObject({ sliced: [], log2_slices: 0 });
  expect(whole.log10_flops).toBeCloseTo(Math.log10(8000), 9);
});

test("--max-size replaces the program's slices", async () => {
  const { log2_size, sliced } = await order("chain.tn", "--network", "R", "--max-size", "12");
  expect(log2_size).toBeLessThanOrEqual(12);
  expect(sliced).not.toEqual(["j"]);
});

test("a search begins from the order of a file, and is never worse", async () => {
  // One tensor after the other around the ring.
  const given = [0, 1, 2, 3, 4, 5, 6].map((k) => (k === 0 ? [0, 1] : [7 + k, k + 1]));
  writeFileSync(path.join(folder, "given.json"), JSON.stringify({ ssa_path: given }));
  const start = costByDefinition(networkIn(RINGS), given as [number, number][]);
  const found = await order("rings.json", "--seconds", "0.1", "--start", "given.json");
  expectCost(networkIn(RINGS), found);
  expect(found.log10_flops).toBeLessThanOrEqual(Math.log10(start.flops) + 1e-9);
  const { stdout } = await tnlab(
    ["order", "rings.json", "--start", "given.json", "--seconds", "0.1"],
    folder,
  );
  expect(stdout).toMatch(/^order +search within 0.1 s .*, from "given.json" on$/m);
});

test.each([
  ["[[0, 1], [0, 1]]", /"start.json" is no order of \S+: an order of 8 tensors has 7 pairs; this one has 2/],
  ["{", /^start.json: line 1: not valid JSON/],
  ["", /"start.json" is empty/],
])("a file that is no order to begin from, %j, is an error", async (text, message) => {
  writeFileSync(path.join(folder, "start.json"), text);
  const { code, stdout, stderr } = await tnlab(["order", "rings.json", "--start", "start.json"], folder);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(message);
});

test("without --json a person reads the same figures", async () => {
  const { code, stdout, stderr } = await tnlab(["order", "chain.tn", "--network", "R"], folder);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^network R\[i,l\]: 3 tensors, 4 indices, float64$/m);
  expect(stdout).toMatch(
    /^multiply-adds +10\^6.778, all slices together \(at least 10\^\d.\d{3} whatever the order\)$/m,
  );
  expect(stdout).toMatch(
    /^largest intermediate +2\^19.93 elements, 7.63 MiB in float64 \(at least 2\^[\d.]+ whatever the order without slices\)$/m,
  );
  expect(stdout).toMatch(/^slices +2\^1 over j$/m);
  expect(stdout).toMatch(/^time to find it .* measured$/m);
});

const INSTANCES = path.resolve("../shared/data/instances");
const absent = existsSync(INSTANCES) ? "" : ` (left out: there is no ${INSTANCES})`;

test.skipIf(absent !== "").each([
  ["oe_readme", []],
  ["chem_ccsd_t2", []],
  ["bfs_surfacecode_d9", []],
  ["eb_str_nw_mera_open_26", []],
  ["sycamore_m10", ["--max-size", "24"]],
])(`%s: the figures are those of the path${absent}`, async (name, flags) => {
  const file = path.join(INSTANCES, `${name}.json`);
  const found = await order(file, "--seconds", "0.5", "--seed", "3", ...flags);
  expectCost(networkIn(readFileSync(file, "utf8")), found);
});
