import { expect, test } from "vitest";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import { planArena, walkSteps } from "../../../dsl/schedule/arena.ts";
import type { Buffer, Schedule, Step } from "../../../dsl/schedule/schedule.ts";
import { verify, type Rule } from "../../../dsl/schedule/verify.ts";
import { randomNetwork, randomPairs } from "../../support/networks.ts";

function soundSchedule(seed: number): Schedule {
  const { network } = randomNetwork(seed, { tensors: 6, labels: 6, extents: [2, 4], dtype: "float64" });
  const tree = { leaves: 6, pairs: randomPairs(seed, 6), sliced: Object.keys(network.extents).slice(0, 1) };
  return distribute(network, tree, threadsMachine(4, 2 ** 30), 4);
}

/** The same schedule with every buffer passed through `change`. */
function withBuffers(schedule: Schedule, change: (buffer: Buffer) => Buffer): Schedule {
  return { ...schedule, buffers: schedule.buffers.map(change) };
}

const breaches: [Rule, (schedule: Schedule) => Schedule][] = [
  [
    "freed-once",
    (schedule) => ({ ...schedule, steps: schedule.steps.filter((step) => step.kind !== "free") }),
  ],
  [
    "freed-once",
    (schedule) => ({
      ...schedule,
      steps: schedule.steps.flatMap((step): readonly Step[] =>
        step.kind === "free" ? [step, step] : [step],
      ),
    }),
  ],
  ["defined-before-use", (schedule) => ({ ...schedule, steps: [...schedule.steps].reverse() })],
  [
    "shapes-multiply-out",
    (schedule) => withBuffers(schedule, (buffer) => ({ ...buffer, elements: buffer.elements + 1 })),
  ],
  [
    "placement-is-sound",
    (schedule) =>
      withBuffers(schedule, (buffer) => ({ ...buffer, placement: { ...buffer.placement, split: [] } })),
  ],
  [
    "partial-sums-settled",
    (schedule) =>
      withBuffers(schedule, (buffer) =>
        buffer.name === "T0" ? { ...buffer, placement: { ...buffer.placement, partial: [1] } } : buffer,
      ),
  ],
  [
    "result-is-whole",
    (schedule) =>
      withBuffers(schedule, (buffer) => ({ ...buffer, placement: { ...buffer.placement, partial: [0] } })),
  ],
];

test("schedules of the planner keep every rule", () => {
  for (let seed = 1; seed <= 50; seed += 1) expect(verify(soundSchedule(seed))).toEqual([]);
});

test.each(breaches)("a breach of %s is found", (rule, spoil) => {
  expect(verify(spoil(soundSchedule(7))).map((breach) => breach.rule)).toContain(rule);
});

test("a device that is too small is found", () => {
  const schedule = soundSchedule(3);
  expect(verify(schedule, schedule.peakBytes)).toEqual([]);
  expect(verify(schedule, schedule.peakBytes - 1).map((breach) => breach.rule)).toEqual(["fits-in-memory"]);
});

test("buffers that live at the same time never overlap in the arena", () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const schedule = soundSchedule(seed);
    const { offsets, elements } = planArena(schedule);
    const live = new Set<number>();
    const checkApart = (made: number): void => {
      const [start, end] = [
        offsets[made] ?? NaN,
        (offsets[made] ?? NaN) + (schedule.buffers[made]?.elements ?? NaN),
      ];
      expect(end).toBeLessThanOrEqual(elements);
      for (const other of live) {
        const from = offsets[other] ?? NaN;
        expect(end <= from || from + (schedule.buffers[other]?.elements ?? NaN) <= start).toBe(true);
      }
      live.add(made);
    };
    walkSteps(schedule.steps, (step: Step) => {
      if (step.kind === "free") live.delete(step.buffer);
      else checkApart(step.kind === "slice-loop" ? step.into : step.out);
    });
  }
});
