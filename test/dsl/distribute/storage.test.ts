import { expect, test } from "vitest";
import {
  allows,
  anyOrder,
  exchanged,
  frontier,
  inLine,
  LEFT,
  ordered,
  setsOf,
  together,
  type OrderTree,
} from "../../../dsl/distribute/arrange.ts";
import { mulberry32, type Random } from "../../../dsl/base/random.ts";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { machineFrom, withDegradedLink, type Machine } from "../../../dsl/distribute/machine.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import { repriced, whatIf } from "../../../dsl/distribute/reprice.ts";
import { communicationShare, walkExecutions } from "../../../dsl/distribute/time.ts";
import type { Network } from "../../../dsl/network/network.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import type { Schedule } from "../../../dsl/schedule/schedule.ts";
import { verify } from "../../../dsl/schedule/verify.ts";
import { referenceEngine } from "../../../kernel/engine/reference.ts";
import { bruteForce, randomNetwork, randomPairs } from "../../support/networks.ts";

const GIB = 2 ** 30;

/** Every order of the modes. */
function permutations(modes: readonly number[]): number[][] {
  if (modes.length <= 1) return [[...modes]];
  return modes.flatMap((mode) =>
    permutations(modes.filter((other) => other !== mode)).map((rest) => [mode, ...rest]),
  );
}

/** By definition: the positions of the modes follow each other; the left end has position -1. */
function liesTogether(order: readonly number[], modes: ReadonlySet<number>): boolean {
  const places = [...modes].map((mode) => (mode === LEFT ? -1 : order.indexOf(mode)));
  return Math.max(...places) - Math.min(...places) + 1 === modes.size;
}

function randomSet(random: Random, modes: readonly number[]): Set<number> {
  return new Set([LEFT, ...modes].filter(() => random() < 0.45));
}

test("the orders of a tree are those in which each set lies together, all of them and no others", () => {
  const modes = [0, 1, 2, 3, 4, 5];
  const all = permutations(modes);
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = mulberry32(seed);
    let tree: OrderTree | undefined = inLine(...anyOrder(modes));
    let expected = all;
    for (let round = 0; round < 4 && tree !== undefined; round += 1) {
      const set = randomSet(random, modes);
      if (set.size < 2) continue;
      expected = expected.filter((order) => liesTogether(order, set));
      tree = together(tree, set);
      const found: number[][] = tree === undefined ? [] : all.filter((order) => allows(tree ?? LEFT, order));
      expect(found).toEqual(expected);
    }
  }
});

test.each<[string, OrderTree]>([
  ["free", { kind: "free", parts: [0, 1, 2, 3, 4] }],
  ["in line", { kind: "line", parts: [0, 1, 2, 3, 4] }],
  ["free, with a line", { kind: "free", parts: [0, { kind: "line", parts: [1, 2, 3] }, 4] }],
  [
    "in line, with free ones",
    { kind: "line", parts: [0, { kind: "free", parts: [1, 2] }, { kind: "free", parts: [3, 4] }] },
  ],
])("the sets of a part that is %s tell all that it asks for", (_, part) => {
  const all = permutations([0, 1, 2, 3, 4]);
  const allowed = all.filter((order) => allows(inLine(part), order));
  expect(all.filter((order) => setsOf(part).every((set) => liesTogether(order, set)))).toEqual(allowed);
});

test("an order near a wanted one is the wanted one where the tree allows it", () => {
  const tree = together(inLine(...anyOrder([0, 1, 2, 3])), new Set([1, 3])) ?? LEFT;
  const places = new Map([2, 3, 1, 0].map((mode, place) => [mode, place]));
  expect(ordered(tree, places)).toEqual([2, 3, 1, 0]);
  expect(allows(tree, [1, 2, 3, 0])).toBe(false);
});

test("modes that lie together are exchanged in their place", () => {
  let tree = inLine(...anyOrder([0, 1, 2, 3]));
  for (const set of [
    [LEFT, 0],
    [LEFT, 0, 1],
    [1, 2],
  ])
    tree = together(tree, new Set(set)) ?? LEFT;
  expect(frontier(exchanged(tree, new Set([1, 2]), [8, 9]))).toEqual([0, 8, 9, 3]);
});

/** Four devices on two nodes, so that both tiers are used. */
const twoNodes: Machine = machineFrom({
  name: "two-nodes",
  peak: 1e9,
  memoryBytes: GIB,
  memoryBytesPerSecond: 1e9,
  node: { count: 2, bytesPerSecond: 1e8, latencySeconds: 1e-6 },
  cluster: { count: 2, bytesPerSecond: 1e7, latencySeconds: 1e-5 },
});

function randomTree(seed: number, network: Network): ContractionTree {
  const sliced = Object.keys(network.extents).filter((_, position) => (seed + position) % 7 === 0);
  return { leaves: network.tensors.length, pairs: randomPairs(seed, network.tensors.length), sliced };
}

function contractions(schedule: Schedule): { shared: number; strided: number; permutes: number } {
  let [shared, strided, permutes] = [0, 0, 0];
  walkExecutions(schedule, (step) => {
    if (step.kind === "contract" && step.strided !== undefined) strided += 1;
    if (step.kind === "contract" && step.shared !== undefined) shared += 1;
    if (step.kind === "permute") permutes += 1;
  });
  return { shared, strided, permutes };
}

test("values stay what they are in the planned orders, shared operands and matrices with gaps included", async () => {
  let [sharedInAll, stridedInAll] = [0, 0];
  for (let seed = 1; seed <= 120; seed += 1) {
    const valued = randomNetwork(seed, {
      tensors: 3 + (seed % 6),
      labels: 9,
      extents: [2, 2, 3],
      dtype: "complex128",
    });
    const schedule = distribute(valued.network, randomTree(seed, valued.network), twoNodes, 4);
    expect(verify(schedule)).toEqual([]);
    sharedInAll += contractions(schedule).shared;
    stridedInAll += contractions(schedule).strided;
    const { value } = await referenceEngine.run(schedule, valued.entries);
    const expected = bruteForce(valued);
    const scale = Math.max(1, ...expected.re.map(Math.abs), ...expected.im.map(Math.abs));
    expected.re.forEach((re, place) =>
      expect(Math.abs((value?.re[place] ?? NaN) - re) / scale).toBeLessThan(1e-12),
    );
  }
  expect(sharedInAll).toBeGreaterThan(0);
  expect(stridedInAll).toBeGreaterThan(0);
});

/** A state of `sites` bits, on which gates act on two neighbours at a time, sweep by sweep; all bits open at the end. */
function sweeps(sites: number, count: number): { network: Network; tree: ContractionTree } {
  const time = new Array<number>(sites).fill(0);
  const wire = (site: number): string => `w_{${site},${time[site]}}`;
  const tensors = [{ name: "state", labels: time.map((_, site) => wire(site)) }];
  for (let sweep = 0; sweep < count; sweep += 1)
    for (let site = sweep % 2; site + 1 < sites; site += 2) {
      const before = [wire(site), wire(site + 1)];
      for (const own of [site, site + 1]) time[own] = (time[own] ?? 0) + 1;
      tensors.push({ name: `gate${sweep},${site}`, labels: [wire(site), wire(site + 1), ...before] });
    }
  const open = time.map((_, site) => wire(site));
  const extents = Object.fromEntries(tensors.flatMap(({ labels }) => labels.map((label) => [label, 2])));
  const leaves = tensors.length;
  const pairs = tensors.slice(1).map((_, k) => [k === 0 ? 0 : leaves + k - 1, k + 1] as const);
  return {
    network: { name: "sweeps", dtype: "complex64", tensors, open, extents },
    tree: { leaves, pairs, sliced: [] },
  };
}

test("gates on neighbouring bits of a state are applied in place, whatever bits they act on", () => {
  const { network, tree } = sweeps(10, 6);
  const schedule = distribute(network, tree, threadsMachine(1, GIB), 1);
  expect(contractions(schedule).permutes).toBe(0);
});

/** Tensors by the letters of their indices, all of extent 2. */
function lettered(tensors: readonly string[], open: string): Network {
  const extents = Object.fromEntries(Array.from(tensors.join("")).map((label) => [label, 2]));
  const named = tensors.map((letters, place) => ({ name: `T${place}`, labels: [...letters] }));
  return { name: "lettered", dtype: "complex64", tensors: named, open: [...open], extents };
}

test("the largest product reads both operands as they were made, where a smaller one can be permuted in their stead", () => {
  // Two states meet in eight indices; of those, q and k are kept, and one of them comes with indices that the other state has not.
  const first = "abcdefghij ki lf mb nocd pj qh rseg ta".split(" ");
  const second = "uvwxyzABC qv DExB rsAy pFCw lkzu".split(" ");
  const network = lettered([...first, ...second], "qkontmFDE");
  const leaves = first.length + second.length;
  const chained = (begin: number, count: number, made: number): [number, number][] =>
    Array.from({ length: count }, (_, k) => [k === 0 ? begin : made + k - 1, begin + k + 1]);
  const [ofFirst, ofSecond] = [chained(0, 8, leaves), chained(9, 5, leaves + 8)];
  const pairs = [...ofFirst, ...ofSecond, [leaves + 7, leaves + 12] as const];
  const { steps } = distribute(network, { leaves, pairs, sliced: [] }, threadsMachine(1, GIB), 1);
  const permuted = steps.flatMap((step) => (step.kind === "permute" ? [step.out] : []));
  const largest = steps.findLast((step) => step.kind === "contract");
  expect(permuted).not.toEqual([]);
  expect(permuted).not.toContain(largest?.a);
  expect(permuted).not.toContain(largest?.b);
});

test("a plan costs on its own machine what it costs repriced for that machine, step by step", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const { network } = randomNetwork(seed, { tensors: 6, labels: 8, extents: [2, 4], dtype: "complex64" });
    const schedule = distribute(network, randomTree(seed, network), twoNodes, 4);
    expect(repriced(schedule, twoNodes)).toEqual(schedule);
  }
});

test("a slow link lengthens the moves alone, and planning for it is never worse than keeping the plan", () => {
  const hurt = withDegradedLink(twoNodes, { node: 0, device: 0, share: 0.5 });
  let moving = 0;
  for (let seed = 1; seed <= 60; seed += 1) {
    const { network } = randomNetwork(seed, { tensors: 6, labels: 8, extents: [2, 4], dtype: "complex64" });
    const tree = randomTree(seed, network);
    const schedule = distribute(network, tree, twoNodes, 4);
    const { kept, replanned, healthySeconds } = whatIf(schedule, hurt, () =>
      distribute(network, tree, hurt, 4),
    );
    const share = communicationShare(schedule);
    expect(kept.modelledSeconds).toBeLessThanOrEqual(healthySeconds * (1 + share) * (1 + 1e-9));
    expect(replanned.modelledSeconds).toBeLessThanOrEqual(kept.modelledSeconds);
    expect(kept.modelledSeconds > healthySeconds).toBe(share > 0);
    if (communicationShare(schedule) > 0) moving += 1;
  }
  expect(moving).toBeGreaterThan(0);
});

test("a machine without room or devices for a plan is refused", () => {
  const { network, tree } = sweeps(10, 2);
  const schedule = distribute(network, tree, twoNodes, 4);
  const device = { ...twoNodes.device, memoryBytes: 1024 };
  expect(() => repriced(schedule, { ...twoNodes, device })).toThrow(
    /sweeps takes .* and two-nodes has 1 KiB/,
  );
  expect(() => repriced(schedule, threadsMachine(4, GIB))).toThrow(/2 devices on each of 2 nodes.*4 on 1/);
});
