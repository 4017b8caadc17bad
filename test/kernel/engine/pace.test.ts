import { expect, test } from "vitest";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import type { Schedule } from "../../../dsl/schedule/schedule.ts";
import type { Progress } from "../../../kernel/engine/engine.ts";
import { follow, paceAt, trackOf, type Pace } from "../../../kernel/engine/pace.ts";
import { reportedSteps } from "../../../kernel/engine/steps.ts";
import { ringOfOnes } from "./torch/jobs.ts";

/** Told at so many seconds; the pace at the last of them, or later. */
function paceAfter(
  schedule: Schedule,
  told: readonly [number, Progress][],
  at = told.at(-1)?.[0] ?? 0,
): Pace {
  const track = trackOf(schedule);
  for (const [seconds, progress] of told) follow(track, progress, seconds);
  return paceAt(track, at);
}

/** Two ranks that take 8 slices each, so large that what follows the loop is little. */
const { schedule } = ringOfOnes(2, 4, 256);
const steps = reportedSteps(schedule.steps);
const loop = steps.findIndex(({ kind }) => kind === "slice-loop");

function slices(done: number, restored = 0): Progress {
  return { step: loop, slices: { done, of: 8, restored } };
}

test("the schedule of these tests has slices, and a step after them", () => {
  expect([loop >= 0, schedule.slices, steps.at(-1)?.kind]).toEqual([true, 16, "reduce"]);
});

test("before anything is told there is no estimate", () => {
  const { steps: own, share, left, localBytes } = paceAfter(schedule, [], 3);
  expect([own, share, left]).toEqual([{ done: 0, of: steps.length }, 0, undefined]);
  expect([localBytes.done, localBytes.of > 0]).toEqual([0, true]);
});

/** Slices that have taken 2 s each, whatever came before. */
const estimates: readonly [string, [number, Progress][], number, number][] = [
  [
    "from the beginning",
    [
      [1, slices(0)],
      [7, slices(3)],
    ],
    7,
    10,
  ],
  ["that nobody saw begin", [[6, slices(3)]], 6, 10],
  [
    "after a checkpoint of 5",
    [
      [30, slices(5, 5)],
      [34, slices(7, 5)],
    ],
    34,
    2,
  ],
  [
    "while a slice runs, time goes on",
    [
      [1, slices(0)],
      [7, slices(3)],
    ],
    8.5,
    8.5,
  ],
  [
    "over again, rescaled",
    [
      [0, slices(0)],
      [1.6, slices(8)],
      [2, slices(1)],
      [4, slices(2)],
    ],
    4,
    12,
  ],
];

test.each(estimates)("what is left is estimated from the slices of this run: %s", (_, told, at, left) => {
  expect(paceAfter(schedule, told, at).left).toBeCloseTo(left, 1);
});

test("after a checkpoint and no slice more there is no estimate, and one that is overdue is none", () => {
  expect(paceAfter(schedule, [[2, slices(5, 5)]]).left).toBeUndefined();
  expect(
    paceAfter(
      schedule,
      [
        [0, slices(0)],
        [8, slices(7)],
      ],
      11,
    ).left,
  ).toBeUndefined();
});

test("what comes before the slices says nothing about them", () => {
  // The matrix of the index that is not sliced is loaded once.
  const { schedule: before } = ringOfOnes(2, 3, 256);
  const at = reportedSteps(before.steps).findIndex(({ kind }) => kind === "slice-loop");
  expect(at).toBeGreaterThan(0);
  const told: [number, Progress][] = [
    [3, { step: at - 1 }],
    [3, { step: at, slices: { done: 0, of: 4 } }],
    [5, { step: at, slices: { done: 1, of: 4 } }],
  ];
  const left = [1, 2, 3].map((count) => paceAfter(before, told.slice(0, count)).left);
  expect(left).toEqual([undefined, undefined, expect.closeTo(6, 1)]);
});

test("bytes and share are of this run, and whole at its end", () => {
  const ranks = 2;
  const body = steps.filter(({ kind }, position) => position > loop && kind !== "reduce");
  const perSlice = body.reduce((sum, { model }) => sum + model.localBytes, 0) * ranks;
  const begun = paceAfter(schedule, [[1, slices(0)]]).localBytes;
  const later = paceAfter(schedule, [[1, slices(3)]]).localBytes;
  // The loop's own adding up of its 8 slices is in them too.
  const adding = ((steps[loop]?.model.localBytes ?? 0) * ranks) / 8;
  expect(adding).toBeGreaterThan(0);
  expect(later.done - begun.done).toBeCloseTo(3 * (perSlice + adding), 0);
  const resumed = paceAfter(schedule, [[1, slices(5, 5)]]);
  expect(resumed.localBytes.of).toBeCloseTo(later.of - 5 * (perSlice + adding), 0);
  const end = paceAfter(schedule, [
    [1, slices(5, 5)],
    [2, slices(8, 5)],
    [3, { step: steps.length - 1 }],
  ]);
  expect(end.share).toBeCloseTo(1, 12);
  expect(end.localBytes.done).toBeCloseTo(end.localBytes.of, 3);
  expect(end.sentBytes.done).toBe(end.sentBytes.of);
  expect(end.sentBytes.of).toBeGreaterThan(0);
  expect(end.slices).toBeUndefined();
});

test("without slices the steps tell, each by its modelled time", () => {
  const tensors = ["A", "B", "C"].map((name) => ({ name, labels: ["i"] }));
  const network = { name: "N", dtype: "float64", tensors, open: [], extents: { i: 4 } } as const;
  const tree = {
    leaves: 3,
    pairs: [
      [0, 1],
      [3, 2],
    ],
    sliced: [],
  } as const;
  const plain = distribute(network, tree, threadsMachine(1, 2 ** 20), 1);
  const own = reportedSteps(plain.steps);
  const [first = NaN, ...rest] = own.map(({ model }) => model.seconds);
  const pace = paceAfter(plain, [[2, { step: 0 }]]);
  expect(pace.steps).toEqual({ done: 1, of: own.length });
  expect(pace.left).toBeCloseTo((2 * rest.reduce((sum, seconds) => sum + seconds, 0)) / first, 9);
});
