import { expect, test } from "vitest";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { machineFrom, type Machine } from "../../../dsl/distribute/machine.ts";
import { tiledSeconds } from "../../../dsl/distribute/overlap.ts";
import { repriced } from "../../../dsl/distribute/reprice.ts";
import { modelledSeconds } from "../../../dsl/distribute/time.ts";
import type { Network } from "../../../dsl/network/network.ts";
import { planArena, walkSteps } from "../../../dsl/schedule/arena.ts";
import type { Schedule, Step } from "../../../dsl/schedule/schedule.ts";
import { contractionBeside, isMove } from "../../../dsl/schedule/tiles.ts";
import { verify } from "../../../dsl/schedule/verify.ts";
import { randomNetwork, randomPairs } from "../../support/networks.ts";
import { tiledCases, tiledSchedule } from "../../support/tiled.ts";

/** Links and memory about as fast as arithmetic, and nothing to start: hiding a move is worth much. */
function machineOf(devices: number, overlaps: boolean, memoryBytes = 2 ** 40): Machine {
  return machineFrom({
    name: "balanced",
    peak: 1e12,
    memoryBytes,
    memoryBytesPerSecond: 1e12,
    launchSeconds: 1e-12,
    node: { count: devices, bytesPerSecond: 1e11, latencySeconds: 1e-12 },
    overlaps,
  });
}

/** Two machines that work at once, event by event: the second takes up a tile when the first has done it. */
function simulated(count: number, first: number, second: number): number {
  let [made, gone] = [0, 0];
  for (let tile = 0; tile < count; tile += 1) {
    made += first;
    gone = Math.max(gone, made) + second;
  }
  return gone;
}

test("tiles take as long as two machines do that hand them on", () => {
  for (const count of [1, 2, 5, 32])
    for (const [move, compute] of [
      [1, 3],
      [3, 1],
      [2, 2],
      [0, 1],
    ] as const) {
      const seconds = tiledSeconds(count, move, compute);
      expect(seconds).toBeCloseTo(simulated(count, compute, move), 12);
      expect(seconds).toBeCloseTo(simulated(count, move, compute), 12);
    }
});

/** A state that gates of two sites act on, in which the indices that are split have to change. */
const network: Network = {
  name: "gates",
  dtype: "complex64",
  tensors: ["abcdefgh", "aA", "bB", "cC", "dD", "eE", "fF", "gG", "hH"].map((labels, position) => ({
    name: `T${position}`,
    labels: [...labels],
  })),
  open: Array.from("ABCDEFGH"),
  extents: Object.fromEntries(Array.from("abcdefghABCDEFGH", (label) => [label, 16])),
};
const tree = {
  leaves: 9,
  pairs: [[0, 1], ...[2, 3, 4, 5, 6, 7, 8].map((leaf, step) => [9 + step, leaf] as const)] as [
    number,
    number,
  ][],
  sliced: [],
};

function tiledMoves(schedule: Schedule): number {
  let found = 0;
  walkSteps(schedule.steps, (step) => (found += isMove(step) && step.tiles !== undefined ? 1 : 0));
  return found;
}

test("where a machine overlaps, moves are cut next to their contractions, and the model says what that saves", () => {
  let cut = 0;
  for (const devices of [2, 4, 8]) {
    const wanted = {
      over: [
        { labels: ["a"], step: 0 },
        { labels: ["h"], step: 3 },
      ],
    } as const;
    const [apart, beside] = [false, true].map((overlaps) =>
      distribute(
        { ...network, extents: { ...network.extents, a: devices * 2, h: devices * 2 } },
        tree,
        machineOf(devices, overlaps),
        devices,
        wanted,
      ),
    );
    if (apart === undefined || beside === undefined) throw new RangeError("expected two schedules");
    expect(verify(beside)).toEqual([]);
    expect(tiledMoves(apart)).toBe(0);
    cut += tiledMoves(beside);
    expect(beside.modelledSeconds < apart.modelledSeconds).toBe(tiledMoves(beside) > 0);
    expect(modelledSeconds(beside)).toBeCloseTo(beside.modelledSeconds, 12);
    expect(beside.peakBytes).toBe(8 * planArena(beside).elements);
    // A schedule with tiles on a machine that does not overlap, and back.
    const back = repriced(beside, machineOf(devices, false));
    expect([tiledMoves(back), back.modelledSeconds]).toEqual([0, apart.modelledSeconds]);
    expect(repriced(back, machineOf(devices, true)).modelledSeconds).toBeCloseTo(beside.modelledSeconds, 12);
  }
  expect(cut).toBeGreaterThan(0);
});

/** Plans of random networks, and the same on machines that overlap. */
const randomPlans = Array.from({ length: 120 }, (_, place) => {
  const shape = { tensors: 6, labels: 8, extents: [4, 16], dtype: "complex64" } as const;
  const { network: random } = randomNetwork(place + 1, shape);
  const pairs = { leaves: 6, pairs: randomPairs(place + 1, 6), sliced: [] };
  const schedule = distribute(random, pairs, machineOf(4, false), 4, { groupSize: 4 });
  return { schedule, beside: repriced(schedule, machineOf(4, true)) };
});

test("random plans on machines that overlap keep every rule, and none is slower", () => {
  let cut = 0;
  for (const { schedule, beside } of randomPlans) {
    expect(verify(beside)).toEqual([]);
    expect(beside.modelledSeconds).toBeLessThanOrEqual(schedule.modelledSeconds);
    expect(beside.modelledSeconds < schedule.modelledSeconds).toBe(tiledMoves(beside) > 0);
    cut += tiledMoves(beside);
  }
  expect(cut).toBeGreaterThan(10);
});

test("without the memory for what lives longer beside a move, nothing is cut", () => {
  let tight = 0;
  for (const { schedule, beside } of randomPlans) {
    if (beside.peakBytes === schedule.peakBytes) continue;
    const small = repriced(schedule, machineOf(4, true, schedule.peakBytes));
    expect([tiledMoves(small), small.peakBytes]).toEqual([0, schedule.peakBytes]);
    tight += 1;
  }
  expect(tight).toBeGreaterThan(0);
});

const [first] = tiledCases(2);
const sound = first && tiledSchedule(first, 2, "float64");

/** The same steps with the tiles of the move changed, or other steps. */
function spoiled(change: (steps: readonly Step[]) => readonly Step[]): string[] {
  if (sound === undefined) throw new RangeError("expected a case");
  const breaches = verify({ ...sound, steps: change(sound.steps) });
  return breaches.filter(({ rule }) => rule === "tiles-beside-a-contraction").map(({ detail }) => detail);
}

const retiled =
  (changes: object) =>
  (steps: readonly Step[]): readonly Step[] =>
    steps.map(
      (step): Step => (isMove(step) && step.tiles ? { ...step, tiles: { ...step.tiles, ...changes } } : step),
    );

test.each([
  ["as made", (steps: readonly Step[]) => steps, []],
  [
    "a step between",
    (steps: readonly Step[]) =>
      steps.flatMap((step) => (isMove(step) && step.tiles ? [steps[0] as Step, step] : [step])),
    ["redistribute: no contraction before it"],
  ],
  ["the other side", retiled({ beside: "after" }), ["redistribute: no contraction after it"]],
  [
    "too many tiles",
    retiled({ count: 32 }),
    ["redistribute: 32 tiles do not divide its contraction along batch"],
  ],
  ["one tile", retiled({ count: 1 }), ["redistribute: 1 tiles do not divide its contraction along batch"]],
  [
    "tiles across the blocks",
    retiled({ outer: 1 }),
    ["redistribute: 4 tiles do not divide its contraction along batch"],
  ],
] as const)("tiles are verified: %s", (_, change, expected) => {
  expect(spoiled(change)).toEqual(expected);
});

test("a contraction has one tiled move beside it", () => {
  if (sound === undefined) throw new RangeError("expected a case");
  const position = sound.steps.findIndex((step) => isMove(step) && step.tiles !== undefined);
  expect(contractionBeside(sound.steps, position, "before")?.out).toBe(2);
  const again = spoiled((steps) => {
    const move = steps[position];
    const contraction = steps[position - 1];
    if (move === undefined || contraction?.kind !== "contract" || !isMove(move) || !move.tiles) return [];
    const early: Step = { ...move, in: 3, out: contraction.a, tiles: { ...move.tiles, beside: "after" } };
    return [early, contraction, move];
  });
  expect(again).toContain("redistribute: another move is beside its contraction");
});
