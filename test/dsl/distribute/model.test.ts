import { expect, test } from "vitest";
import { collectiveStep, type CollectiveKind } from "../../../dsl/distribute/collective.ts";
import { avoidingShare, balancedReduceFactor, slowestShare } from "../../../dsl/distribute/links.ts";
import { machineFrom, withDegradedLink, type Machine } from "../../../dsl/distribute/machine.ts";
import { meshOf } from "../../../dsl/distribute/mesh.ts";
import {
  contractStep,
  loadStep,
  localStep,
  permuteStep,
  type CostModel,
} from "../../../dsl/distribute/model.ts";
import type { ProductExtents, ProductRates } from "../../../dsl/distribute/products.ts";
import type { Dtype } from "../../../dsl/network/network.ts";

/** Round figures: 1 TFLOP/s, 100 GB/s memory, 10 GB/s in the node, 1 GB/s between nodes. */
const machine: Machine = machineFrom({
  name: "round",
  peak: 1e12,
  memoryBytes: 1e9,
  memoryBytesPerSecond: 1e11,
  launchSeconds: 1e-6,
  halfExtent: 4,
  node: { count: 4, bytesPerSecond: 1e10, latencySeconds: 1e-6 },
  cluster: { count: 4, bytesPerSecond: 1e9, latencySeconds: 1e-5 },
});

function modelOn(devices: number, on: Machine = machine): CostModel {
  return { machine: on, dtype: "complex64", mesh: meshOf(on, devices) };
}

/** Seconds by hand: 1 us to start, then the longer of arithmetic (8 flops a multiply-add, at d / (d + 4) of 1 TFLOP/s) and memory. */
test.each([
  // 2097152 flops at 64/68 of the rate: 2.228 us; 98304 bytes: 0.983 us.
  [{ batch: 1, m: 64, n: 64, k: 64 }, 3.228224e-6],
  // 2097152 flops at half the rate: 4.19 us; (4096 + 256 + 65536) * 8 bytes: 5.59 us.
  [{ batch: 1, m: 1024, n: 64, k: 4 }, 6.59104e-6],
  // 2048 flops at half the rate: 4.1 ns; 4 * 3 * 16 * 8 bytes: 15.36 ns.
  [{ batch: 4, m: 4, n: 4, k: 4 }, 1.01536e-6],
  // 65536 batches that share b, which is read once: (1048576 + 4 + 262144) * 8 bytes.
  [{ batch: 65536, m: 4, n: 1, k: 4, shared: "b" as const }, 1.0585792e-4],
])("the product %j takes %d s", (extents, seconds) => {
  expect(contractStep(modelOn(1), extents).seconds).toBeCloseTo(seconds, 10);
});

/** Rates that a formula makes, on the grid: what lies between two extents has the mean of the logarithms. */
function measuredProducts(
  rate: (kind: string, forms: string, shape: readonly number[]) => number,
): ProductRates {
  const extents = [1, 16, 256];
  const grid = extents.flatMap((m) => extents.flatMap((n) => extents.map((k) => [m, n, k])));
  const table = (kind: string, forms: string): number[] => grid.map((shape) => rate(kind, forms, shape));
  const byForms = (kind: string) => ({
    "mk,kn": table(kind, "mk,kn"),
    "mk,nk": table(kind, "mk,nk"),
    "km,kn": table(kind, "km,kn"),
    "km,nk": table(kind, "km,nk"),
  });
  const flopsPerSecond = {
    one: byForms("one"),
    cached: byForms("cached"),
    batched: byForms("batched"),
    shared: byForms("shared"),
    long: byForms("long"),
  };
  const elements = { one: 2 ** 24, cached: 2 ** 20 };
  return { extents, elements, longSum: 4096, smallResult: 256, flopsPerSecond };
}

test("where products were measured by shape, their rate is what lies between the measured ones", () => {
  const slow: Record<string, number> = {
    one: 4,
    cached: 1,
    batched: 2,
    shared: 4,
    long: 8,
    "mk,kn": 1,
    "mk,nk": 1,
    "km,kn": 1,
    "km,nk": 16,
  };
  const own = measuredProducts((kind, forms, shape) =>
    (kind === "one" || kind === "cached") && !shape.includes(256)
      ? 0
      : (1e9 * shape.reduce((all, one) => all * one, 1)) / (slow[kind] ?? NaN) / (slow[forms] ?? NaN),
  );
  const seconds = (extents: ProductExtents, dtype: Dtype = "complex64"): number => {
    const products = { float32: own, float64: own, complex64: own, complex128: own };
    const model = { ...modelOn(1, { ...machine, device: { ...machine.device, products } }), dtype };
    return contractStep(model, extents).seconds - machine.device.launchSeconds;
  };
  const forms = { formA: "mk", formB: "kn" } as const;
  // A rate of 1e9 m n k: all products of one batch take 8 ns, whatever their shape, up to the last extent.
  expect(seconds({ batch: 1, m: 256, n: 256, k: 256, ...forms })).toBeCloseTo(8e-9, 15);
  expect(seconds({ batch: 1, m: 256, n: 7, k: 50, ...forms })).toBeCloseTo(8e-9, 15);
  expect(seconds({ batch: 1, m: 2560, n: 7, k: 50, ...forms })).toBeCloseTo(8e-8, 14);
  // Matrices beyond the cache: with 2^22 elements it is halfway in logarithms to one that is four times as slow.
  const million = seconds({ batch: 1, m: 2 ** 19, n: 2, k: 8, ...forms });
  expect(million / ((2 ** 19 / 256) * 8e-9)).toBeCloseTo(2, 9);
  expect(seconds({ batch: 1, m: 2 ** 22, n: 2, k: 8, ...forms }) / (8 * million)).toBeCloseTo(2, 9);
  // The form that is 16 times as slow, and the mean of all four, of which it is one: twice.
  expect(seconds({ batch: 1, m: 256, n: 7, k: 50, formA: "km", formB: "nk" })).toBeCloseTo(128e-9, 15);
  expect(seconds({ batch: 1, m: 256, n: 7, k: 50 })).toBeCloseTo(16e-9, 15);
  // Batches that share b are rows of one product where a lies so; vectors that meet one matrix are the rows of one.
  expect(seconds({ batch: 128, m: 2, n: 7, k: 50, shared: "b", ...forms })).toBeCloseTo(8e-9, 15);
  expect(seconds({ batch: 128, m: 2, n: 7, k: 50, shared: "b", formA: "km", formB: "kn" })).toBeCloseTo(
    128 * 16e-9,
    13,
  );
  expect(seconds({ batch: 3, m: 2, n: 7, k: 50, ...forms })).toBeCloseTo(48e-9, 15);
  // Matrices so long are as fast as each alone.
  expect(seconds({ batch: 3, m: 1024, n: 7, k: 50, ...forms })).toBeCloseTo(96e-9, 15);
  expect(seconds({ batch: 3, m: 2, n: 7, k: 50, shared: "a", ...forms })).toBeCloseTo(96e-9, 15);
  expect(seconds({ batch: 256, m: 2, n: 1, k: 50, shared: "a", ...forms })).toBeCloseTo(8e-9, 15);
  // Long sums of single precision into little: their own table.
  expect(seconds({ batch: 1, m: 2, n: 7, k: 8192, ...forms })).toBeCloseTo(32 * 64e-9, 13);
  expect(seconds({ batch: 1, m: 2, n: 7, k: 8192, ...forms }, "complex128")).toBeCloseTo(32 * 8e-9, 13);
});

test("a permutation without runs takes twice as long as one of long runs, which is a copy", () => {
  const model = modelOn(1);
  const [scattered, long] = [1, 2 ** 16].map(
    (run) => permuteStep(model, 2 ** 20, { shape: [2, 2, run], axes: [1, 0, 2] }).seconds - 1e-6,
  );
  const copy = localStep(model, 0, 2 ** 21).seconds - 1e-6;
  expect((scattered ?? 0) / copy).toBeCloseTo(2, 9);
  expect((long ?? 0) / copy).toBeCloseTo(1, 3);
});

interface Sent {
  node: number;
  cluster: number;
}

/**
 * What every rank sends when a collective is carried out with messages, block by block. Every rank knows which blocks it has; a message
 * carries one block of a shard. Ranks are (node, device) pairs.
 */
function simulated(kind: CollectiveKind, nodes: number, perNode: number, elements: number): Sent {
  const ranks = Array.from({ length: nodes * perNode }, (_, rank) => rank);
  const nodeOf = (rank: number): number => Math.floor(rank / perNode);
  const sent = ranks.map((): Sent => ({ node: 0, cluster: 0 }));
  const send = (from: number, to: number, amount: number): void => {
    const own = sent[from];
    if (own !== undefined && from !== to) own[nodeOf(from) === nodeOf(to) ? "node" : "cluster"] += amount;
  };
  const sameNode = (rank: number): number[] => ranks.filter((other) => nodeOf(other) === nodeOf(rank));
  const samePlace = (rank: number): number[] => ranks.filter((other) => other % perNode === rank % perNode);
  const gather = (shard: number): void => {
    for (const rank of ranks) for (const other of samePlace(rank)) send(rank, other, shard);
    for (const rank of ranks) for (const other of sameNode(rank)) send(rank, other, shard * nodes);
  };
  const scatter = (): void => {
    for (const rank of ranks) for (const other of sameNode(rank)) send(rank, other, elements / perNode);
    for (const rank of ranks)
      for (const other of samePlace(rank)) send(rank, other, elements / perNode / nodes);
  };
  if (kind === "redistribute")
    for (const rank of ranks) for (const other of ranks) send(rank, other, elements / ranks.length);
  if (kind === "gather") gather(elements);
  if (kind === "reduce-scatter" || kind === "reduce") scatter();
  if (kind === "reduce") gather(elements / ranks.length);
  return sent[0] ?? { node: NaN, cluster: NaN };
}

test.each(
  (["redistribute", "gather", "reduce-scatter", "reduce"] as const).flatMap((kind) =>
    [1, 2, 4].flatMap((nodes) => [1, 2, 4].map((perNode) => [kind, nodes, perNode] as const)),
  ),
)("a %s over %i nodes of %i ranks sends what its messages carry", (kind, nodes, perNode) => {
  const on: Machine = {
    ...machine,
    // Latency so low that an all-to-all sends to every rank at once.
    node: { ...machine.node, count: perNode, latencySeconds: 0 },
    cluster: { count: nodes, bytesPerSecond: 1e9, latencySeconds: 0 },
  };
  const model = modelOn(nodes * perNode, on);
  const digits = model.mesh.map((_, digit) => digit);
  const elements = 2 ** 12;
  const { node, cluster } = simulated(kind, nodes, perNode, elements);
  const step = collectiveStep(model, kind, digits, elements);
  expect(step.sentBytes).toEqual({ node: 8 * node, cluster: 8 * cluster });
  expect(step.seconds).toBeCloseTo((8 * node) / 1e10 + (8 * cluster) / 1e9, 12);
});

test("loads take as long as measured, or as memory does, or as what they permute does in memory", () => {
  const on: Machine = { ...machine, device: { ...machine.device, loadedBytesPerSecond: 1e9 } };
  const [plain, turned] = [
    { shape: [2 ** 20], axes: [0] },
    { shape: [2 ** 10, 2 ** 10], axes: [1, 0] },
  ];
  const [elements, measured] = [2 ** 20, 1e-6 + (16 * 2 ** 20) / 1e9];
  expect(loadStep(modelOn(1, on), elements, plain).seconds).toBeCloseTo(measured, 12);
  expect(loadStep(modelOn(1), elements, plain)).toEqual(localStep(modelOn(1), 0, 2 * elements));
  expect(loadStep(modelOn(1, on), elements, turned).seconds).toBeCloseTo(measured, 12);
  expect(loadStep(modelOn(1), elements, turned)).toEqual(permuteStep(modelOn(1), elements, turned));
});

test("where additions were measured, a sum over ranks takes those of one shard more", () => {
  const on: Machine = { ...machine, device: { ...machine.device, addedBytesPerSecond: 5e8 } };
  const more = (kind: CollectiveKind, digits: readonly number[]): number =>
    collectiveStep(modelOn(16, on), kind, digits, 2 ** 12).seconds -
    collectiveStep(modelOn(16), kind, digits, 2 ** 12).seconds;
  const all = modelOn(16).mesh.map((_, digit) => digit);
  for (const kind of ["reduce", "reduce-scatter"] as const) {
    expect(more(kind, all)).toBeCloseTo((8 * 2 ** 12) / 5e8, 12);
    expect(more(kind, [])).toBe(0);
  }
  for (const kind of ["redistribute", "gather", "broadcast"] as const) expect(more(kind, all)).toBe(0);
});

test("latency counts once a message: an all-to-all of few bytes goes by nodes, with fewer messages", () => {
  const model = modelOn(16);
  const digits = model.mesh.map((_, digit) => digit);
  const small = collectiveStep(model, "redistribute", digits, 16);
  // 3 messages in the node, 3 between nodes, instead of 3 and 12.
  expect(small.messages).toBe(6);
  expect(small.seconds).toBeCloseTo(3 * 1e-6 + 3 * 1e-5 + (8 * 12) / 1e10 + (8 * 12) / 1e9, 12);
  const large = collectiveStep(model, "redistribute", digits, 2 ** 24);
  expect(large.messages).toBe(15);
});

/** Rank 0 with a share of its bandwidth: the best split of an all-reduce by trying, in 1/1000 of the tensor, how much it sums. */
function triedReduce(ranks: number, share: number): number {
  let best = Infinity;
  for (let part = 0; part <= 1000; part += 1) {
    const x = part / 1000;
    const slow = (1 - x + (ranks - 1) * x) / share;
    const other = (1 - x) / (ranks - 1);
    best = Math.min(best, Math.max(slow, 1 - other + (ranks - 1) * other));
  }
  return best / ((2 * (ranks - 1)) / ranks);
}

test.each([3, 4, 8, 64])("an all-reduce over %i ranks loses least when the slow one sums less", (ranks) => {
  for (const share of [0.3, 0.5, 0.7, 0.9, 1])
    expect(balancedReduceFactor(ranks, share) / triedReduce(ranks, share)).toBeCloseTo(1, 1);
  // Half the bandwidth of one rank costs 1/(p - 1), not a factor of two.
  expect(balancedReduceFactor(ranks, 0.5)).toBeCloseTo(1 + 1 / (ranks - 1), 12);
});

test("a plan for a hurt machine avoids the slow device where others suffice", () => {
  const hurt = withDegradedLink(machine, { node: 1, device: 2, share: 0.25 });
  const twice = withDegradedLink(hurt, { node: 0, device: 3, share: 0.5 });
  const shares = (on: Machine, devices: number): number[] => {
    const mesh = meshOf(on, devices);
    return [slowestShare(on, mesh), avoidingShare(on, mesh)];
  };
  expect(shares(hurt, 4)).toEqual([1, 1]);
  expect(shares(hurt, 8)).toEqual([0.25, 1]);
  expect(shares(hurt, 16)).toEqual([0.25, 0.25]);
  expect(shares(twice, 4)).toEqual([0.5, 1]);
  expect(shares(twice, 12)).toEqual([0.25, 0.5]);
  // Three devices a node: every node has three whole ones.
  expect(shares(twice, 9)).toEqual([0.25, 1]);
});

test("a slow link slows every collective that it takes part in, and no other step", () => {
  const prompt: Machine = {
    ...machine,
    node: { ...machine.node, latencySeconds: 0 },
    cluster: { count: 4, bytesPerSecond: 1e9, latencySeconds: 0 },
  };
  const hurt = withDegradedLink(prompt, { node: 0, device: 0, share: 0.5 });
  const [whole, slow] = [prompt, hurt].map((on): CostModel => ({ ...modelOn(16, on), unaware: true }));
  if (whole === undefined || slow === undefined) throw new RangeError("expected two models");
  const ratio = (kind: CollectiveKind): number =>
    collectiveStep(slow, kind, [0, 1], 2 ** 20).seconds /
    collectiveStep(whole, kind, [0, 1], 2 ** 20).seconds;
  for (const kind of ["redistribute", "gather", "reduce-scatter", "reduce", "broadcast"] as const)
    expect(ratio(kind)).toBeCloseTo(2, 9);
  expect(localStep(slow, 10, 10)).toEqual(localStep(whole, 10, 10));
});
