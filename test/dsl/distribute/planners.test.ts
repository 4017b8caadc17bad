import { expect, test } from "vitest";
import { scheduleOf } from "../../../dsl/distribute/assemble.ts";
import { wholeCandidates } from "../../../dsl/distribute/candidates.ts";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { UserError } from "../../../dsl/base/diagnostic.ts";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { treeFacts, treeShape, type TreeFacts } from "../../../dsl/distribute/facts.ts";
import type { Machine } from "../../../dsl/distribute/machine.ts";
import { meshOf } from "../../../dsl/distribute/mesh.ts";
import { modeTree } from "../../../dsl/distribute/modes.ts";
import { placementsOf } from "../../../dsl/distribute/number.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import {
  contractionSeconds,
  moveSeconds,
  pricing,
  shardOf,
  type Pricing,
} from "../../../dsl/distribute/price.ts";
import { allSpreads, digitClasses, restricted, type Spread } from "../../../dsl/distribute/spread.ts";
import { placeTree, type Spreads, type State } from "../../../dsl/distribute/tree.ts";
import { METHODS, type Method, type Wanted } from "../../../dsl/distribute/wanted.ts";
import type { Network, ValuedNetwork } from "../../../dsl/network/network.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import { walkSteps } from "../../../dsl/schedule/arena.ts";
import type { Schedule } from "../../../dsl/schedule/schedule.ts";
import { verify } from "../../../dsl/schedule/verify.ts";
import { referenceEngine } from "../../../kernel/engine/reference.ts";
import { bruteForce, randomEntries, randomNetwork, randomPairs } from "../../support/networks.ts";

const GIB = 2 ** 30;
const DEVICES = [2, 3, 4, 6, 8];

/** Links so fast that every kind of placement pays now and then, even for small tensors. */
function machineOf(nodes: number, perNode: number, links: number): Machine {
  const base = threadsMachine(perNode, perNode * GIB);
  const tier = { bytesPerSecond: links, latencySeconds: 0 };
  return {
    ...base,
    name: "fast",
    device: { ...base.device, launchSeconds: 0 },
    node: { count: perNode, ...tier },
    ...(nodes > 1 && { cluster: { count: nodes, ...tier, bytesPerSecond: links / 4 } }),
  };
}

function treeOf(seed: number, network: Network, every: number): ContractionTree {
  const sliced = Object.keys(network.extents).filter((_, position) => (seed + position) % every === 0);
  return { leaves: network.tensors.length, pairs: randomPairs(seed, network.tensors.length), sliced };
}

function kindsOf(schedule: Schedule): Set<string> {
  const kinds = new Set<string>();
  walkSteps(schedule.steps, ({ kind }) => kinds.add(kind));
  return kinds;
}

/** Largest difference between what the reference engine makes of a schedule and the definition, relative to the largest entry. */
async function error(schedule: Schedule, valued: ValuedNetwork): Promise<number> {
  const { value } = await referenceEngine.run(schedule, valued.entries);
  const expected = bruteForce(valued);
  const scale = Math.max(1, ...expected.re.map(Math.abs), ...expected.im.map(Math.abs));
  const off = expected.re.map((re, at) =>
    Math.hypot((value?.re[at] ?? NaN) - re, (value?.im?.[at] ?? 0) - (expected.im[at] ?? NaN)),
  );
  return Math.max(...off) / scale;
}

test.each(DEVICES.flatMap((devices) => METHODS.map((method) => [method, devices] as const)))(
  "%s on %i devices keeps the value of random networks",
  async (method: Method, devices) => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 24; seed += 1) {
      const perNode = devices % 2 === 0 && seed % 2 === 0 ? devices / 2 : devices;
      const machine = machineOf(devices / perNode, perNode, 10 ** (6 + (seed % 5)));
      const shape = {
        tensors: 3 + (seed % 6),
        labels: 7,
        extents: [2, 3, 4, 6],
        dtype: "complex128",
      } as const;
      const valued = randomNetwork(seed * 31 + devices, shape);
      const groupSize = seed % 3 === 0 ? {} : { groupSize: devices };
      const tree = treeOf(seed, valued.network, seed % 3 === 0 ? 3 : 9);
      const schedule = distribute(valued.network, tree, machine, devices, { method, ...groupSize });
      expect(verify(schedule, machine.device.memoryBytes)).toEqual([]);
      kindsOf(schedule).forEach((kind) => seen.add(kind));
      expect(await error(schedule, valued)).toBeLessThan(1e-12);
    }
    if (method === "tree") expect([...seen]).toEqual(expect.arrayContaining(["reduce", "gather"]));
  },
);

interface Posed {
  readonly pricing: Pricing;
  readonly facts: TreeFacts;
  readonly valued: ValuedNetwork;
  readonly schedule: (placed: Spreads | undefined) => Schedule;
}

/** A random contraction on a mesh, with every node placed for itself, and memory that moves at once. */
function problemOf(seed: number, devices: number): Posed {
  const nodes = devices % 2 === 1 ? 1 : devices / 2;
  const base = machineOf(nodes, devices / nodes, 10 ** (7 + (seed % 4)));
  const machine = { ...base, device: { ...base.device, memoryBytesPerSecond: Infinity } };
  const shape = { tensors: 4, labels: 6, extents: [2, 3, 4], dtype: "float64" } as const;
  const valued = randomNetwork(seed, shape);
  const { network } = valued;
  const tree = { ...treeOf(seed, network, 11), sliced: [] };
  const mesh = meshOf(machine, devices);
  const model = { machine, dtype: network.dtype, mesh };
  const modes = modeTree(network, tree, mesh);
  const found = treeFacts(treeShape(modes), model, 1, devices);
  const facts = { ...found, heavy: found.heavy.map((_, node) => (node < modes.leaves ? 0 : 1)) };
  const classes = digitClasses(mesh, []);
  const shared = { network, tree, modes, model, sliceDigits: [] };
  return {
    facts,
    valued,
    pricing: pricing(facts, model, classes, 1),
    schedule: (placed) =>
      scheduleOf(
        shared,
        placementsOf(facts, classes, mesh.length, placed ?? { seconds: 0, byNode: new Map() }),
        "tree",
      ),
  };
}

/** Every spread of every pair. */
function choicesOf({ facts, classes }: Pricing): Spread[][] {
  const { tree } = facts;
  return tree.pairs.map(
    (_, position) => allSpreads(tree, classes, facts.involved[tree.leaves + position] ?? [], Infinity) ?? [],
  );
}

/** What a combination of spreads, one a pair, makes of the values, and its modelled time. */
function combined(given: Pricing, spreads: readonly Spread[]): Spreads {
  const { facts, classes } = given;
  const { tree } = facts;
  const restrict = (node: number, spread: Spread): Spread => restricted(spread, new Set(tree.nodes[node]));
  const byNode = new Map<number, State>();
  let total = 0;
  tree.pairs.forEach((pair, position) => {
    const node = tree.leaves + position;
    const spread = spreads[position] ?? [];
    const split = restrict(node, spread);
    const owed = classes.map((_, place) => (spread[place]?.length ?? 0) - (split[place]?.length ?? 0));
    const elements = shardOf(given, node, split);
    const shards = pair.map((child) => shardOf(given, child, restrict(child, spread)));
    total += contractionSeconds(given, node, spread, (shards[0] ?? 0) + (shards[1] ?? 0), elements);
    for (const child of pair) {
      const below = byNode.get(child);
      if (below !== undefined) total += moveSeconds(given, below, restrict(child, spread));
    }
    byNode.set(node, { spread, split, owed, elements, seconds: 0, from: [] });
  });
  const last = byNode.get(tree.nodes.length - 1);
  const whole = classes.map(() => []);
  return { seconds: total + (last === undefined ? 0 : moveSeconds(given, last, whole)), byNode };
}

/** The least modelled time over every combination of spreads of all pairs. */
function leastSeconds(given: Pricing): number {
  const choices = choicesOf(given);
  const search = (chosen: readonly Spread[]): number => {
    const next = choices[chosen.length];
    if (next === undefined) return combined(given, chosen).seconds;
    return Math.min(...next.map((spread) => search([...chosen, spread])));
  };
  return search([]);
}

test.each([2, 4, 6])("on %i devices the tree's programme finds what brute force finds", (devices) => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const { pricing: given, facts } = problemOf(seed, devices);
    const placed = placeTree(given, wholeCandidates(facts, given.classes));
    expect((placed?.seconds ?? NaN) / leastSeconds(given)).toBeCloseTo(1, 9);
  }
});

test.each([2, 3, 4, 6, 8])(
  "on %i devices any spreads keep the value, and are priced as they are lowered",
  async (devices) => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 500; seed += 1) {
      const { pricing: given, valued, schedule } = problemOf(seed, devices);
      const random = mulberry32(seed);
      const spreads = choicesOf(given).map((all) => all[Math.floor(random() * all.length)] ?? []);
      const placed = combined(given, spreads);
      if (placed.seconds === Infinity) continue;
      const made = schedule(placed);
      kindsOf(made).forEach((kind) => kinds.add(kind));
      expect(verify(made)).toEqual([]);
      if (placed.seconds > 0) expect(made.modelledSeconds / placed.seconds).toBeCloseTo(1, 9);
      expect(await error(made, valued)).toBeLessThan(1e-12);
    }
    const moves = ["reduce-scatter", "redistribute", "reduce", "gather"];
    expect([...kinds]).toEqual(expect.arrayContaining(moves));
  },
);

/** A chain of four matrices a(8 x 8) each, all of whose indices are split evenly by 2, 4 and 8 devices. */
function chain(): { network: Network; tree: ContractionTree } {
  const tensors = Array.from({ length: 4 }, (_, k) => ({
    name: `M${k}`,
    labels: [`a_${k}`, `b_${k}`, `a_${k + 1}`, `b_${k + 1}`],
  }));
  const extents = Object.fromEntries(tensors.flatMap(({ labels }) => labels.map((label) => [label, 8])));
  const open = ["a_0", "b_0", "a_4", "b_4"];
  const pairs = [[0, 1] as const, [4, 2] as const, [5, 3] as const];
  return {
    network: { name: "chain", dtype: "float64", tensors, open, extents },
    tree: { leaves: 4, pairs, sliced: [] },
  };
}

/** Labels over which the result of a pair is split as it is made. */
function splitLabels(schedule: Schedule, pair: number): string[] {
  const found: string[] = [];
  walkSteps(schedule.steps, (step) => {
    if (step.kind !== "contract" || step.pair !== pair) return;
    for (const id of schedule.buffers[step.out]?.placement.split ?? [])
      if (id !== null) found.push(schedule.modes[id]?.label ?? "");
  });
  return [...new Set(found)].sort();
}

test.each<[string, Wanted["over"], readonly string[][]]>([
  ["one index that lasts", [{ labels: ["a_0"], step: 0 }], [["a_0"], ["a_0"], ["a_0"]]],
  [
    "another one later",
    [
      { labels: ["a_0"], step: 0 },
      { labels: ["b_0"], step: 1 },
    ],
    [["a_0"], ["b_0"], ["b_0"]],
  ],
])("written distribution over %s", async (_, over, expected) => {
  const { network, tree } = chain();
  const schedule = distribute(network, tree, machineOf(1, 8, 1e9), 8, { over: over ?? [] });
  expect([0, 1, 2].map((pair) => splitLabels(schedule, pair))).toEqual(expected);
  expect(verify(schedule)).toEqual([]);
  const random = mulberry32(3);
  const entries = network.tensors.map(({ labels }) => randomEntries(random, network, labels));
  const alone = distribute(network, tree, machineOf(1, 1, 1e9), 1);
  const values = await Promise.all([schedule, alone].map((one) => referenceEngine.run(one, entries)));
  const [split, whole] = values.map(({ value }) => Array.from(value?.re ?? []));
  split?.forEach((re, at) => expect(re).toBeCloseTo(whole?.[at] ?? NaN, 8));
});

test.each<[Wanted, RegExp]>([
  [{ groupSize: 3 }, /groups of 3 do not share 8 devices equally; possible sizes: 1, 2, 4, 8/],
  [{ over: [{ labels: ["z"], step: 0 }] }, /over z: the network has no such index/],
  [{ over: [{ labels: ["a_0", "a_1"], step: 0 }] }, /over a_1: its extent has no factor of the devices/],
])("wishes that cannot be met are refused: %j", (wanted, message) => {
  const { network, tree } = chain();
  expect(() => distribute(network, tree, machineOf(1, 8, 1e9), 8, wanted)).toThrow(message);
  expect(() => distribute(network, tree, machineOf(1, 8, 1e9), 8, wanted)).toThrow(UserError);
});

test.each([1, 2, 4, 8])("groups of %i ranks each take slices of their own", (groupSize) => {
  const { network, tree } = chain();
  const sliced = { ...tree, sliced: ["a_2"] };
  const schedule = distribute(network, sliced, machineOf(1, 8, 1e9), 8, { groupSize });
  const loops = schedule.steps.flatMap((step) => (step.kind === "slice-loop" ? [step.digits] : []));
  expect(loops.map((digits) => 2 ** digits.length)).toEqual([8 / groupSize]);
});

test.each([
  ["i", 4],
  ["p", 32],
])(
  "slices over %s are added up in the time of reading them, and reading and writing their sums",
  (label, elements) => {
    const tensors = [
      { name: "A", labels: ["i", "p"] },
      { name: "B", labels: ["p", "j"] },
    ];
    const extents = { i: 8, p: 8, j: 4 };
    const network = { name: "product", dtype: "float64", tensors, open: ["i", "j"], extents } as const;
    const tree = { leaves: 2, pairs: [[0, 1] as const], sliced: [label] };
    const machine = machineOf(1, 1, 1e9);
    const { steps } = distribute(network, tree, machine, 1);
    const [slices, bytesOfOne] = [8, 3 * elements * 8];
    const [loop] = steps.filter((step) => step.kind === "slice-loop");
    expect(loop?.model).toMatchObject({ flops: 0, localBytes: slices * bytesOfOne });
    expect(loop?.model.seconds).toBeCloseTo((slices * bytesOfOne) / machine.device.memoryBytesPerSecond, 15);
  },
);

test("slicing slices further where devices would have nothing to do", () => {
  const { network, tree } = chain();
  const schedule = distribute(network, tree, machineOf(1, 8, 1e12), 8, { method: "slicing" });
  expect(schedule.slices).toBeGreaterThanOrEqual(8);
});

test("slicing slices further where devices would not share the slices equally", () => {
  // Every pair holds i, j and k, so that slicing them repeats no work.
  const labels = [
    ["i", "j", "k", "p"],
    ["i", "j", "k", "p", "q"],
    ["i", "j", "k", "q"],
  ];
  const tensors = labels.map((own, at) => ({ name: `T${at}`, labels: own }));
  const extents = { i: 4, j: 4, k: 4, p: 32, q: 32 };
  const network = { name: "stack", dtype: "float64", tensors, open: [], extents } as const;
  const pairs = [[0, 1] as const, [3, 2] as const];
  const tree = { leaves: 3, pairs, sliced: ["i"] };
  const { slices } = distribute(network, tree, machineOf(1, 3, 1e12), 3, { method: "slicing" });
  expect(slices / (3 * Math.ceil(slices / 3))).toBeGreaterThan(4 / 6);
});

test.each(DEVICES)("on %i devices no method is slower than those that it improves on", (devices) => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const shape = { tensors: 6, labels: 8, extents: [2, 3, 4], dtype: "float64" } as const;
    const { network } = randomNetwork(seed * 7 + devices, shape);
    const tree = treeOf(seed, network, 4);
    const seconds = (method: Method): number =>
      distribute(network, tree, machineOf(1, devices, 1e8), devices, { method }).modelledSeconds;
    const [slicing, greedy, prefix, whole] = METHODS.map(seconds) as [number, number, number, number];
    expect(greedy).toBeLessThanOrEqual(slicing);
    expect(prefix).toBeLessThanOrEqual(slicing);
    expect(whole).toBeLessThanOrEqual(Math.min(greedy, prefix));
  }
});
