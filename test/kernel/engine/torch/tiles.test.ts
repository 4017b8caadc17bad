/** Moves beside contractions, tile by tile: the same numbers as one after the other, to the bit. */
import { describe, expect, test } from "vitest";
import { withoutOverlap } from "../../../../dsl/distribute/overlap.ts";
import type { Schedule } from "../../../../dsl/schedule/schedule.ts";
import { referenceEngine } from "../../../../kernel/engine/reference.ts";
import { threadsEngine } from "../../../../kernel/engine/threads.ts";
import { torchEngine } from "../../../../kernel/engine/torch.ts";
import { tiledCases, tiledEntries, tiledSchedule, type TiledCase } from "../../../support/tiled.ts";
import { because, hasTorch } from "./python.ts";

const beside = torchEngine(undefined, { device: "cpu" });
const apart = torchEngine(undefined, { device: "cpu", overlap: false });

function scheduleOf(one: TiledCase, ranks: number, dtype: Schedule["dtype"]): Schedule {
  const schedule = tiledSchedule(one, ranks, dtype);
  if (schedule === undefined) throw new RangeError("expected a case that can be cut");
  return schedule;
}

/** One of each kind, axis and side in turn, with the forms that come next. */
function everyOther(cases: readonly TiledCase[], step: number): readonly TiledCase[] {
  return cases.filter((_, position) => position % step === 0);
}

test("there are cases of every kind, side and axis", () => {
  const kinds = new Set(tiledCases(4).map(({ kind, beside: side, axis }) => `${kind} ${side} ${axis}`));
  expect(kinds.size).toBe(18);
});

test("worker threads run tiled moves one after the other, to the same value", async () => {
  for (const one of everyOther(tiledCases(2), 13)) {
    const schedule = scheduleOf(one, 2, "complex128");
    const entries = tiledEntries(schedule, true);
    const expected = (await referenceEngine.run(schedule, entries)).value;
    const { value, warnings } = await threadsEngine.run(schedule, entries);
    expect([one, value]).toEqual([one, expected]);
    expect(warnings).toEqual([
      expect.stringMatching(/ has a move beside contractions.* ran them one after the other/),
    ]);
    const whole = { ...schedule, steps: withoutOverlap(schedule.steps) };
    expect((await threadsEngine.run(whole, entries)).warnings).toBeUndefined();
  }
});

describe.skipIf(!hasTorch)(`on gloo${because}`, () => {
  test.each([2, 4])("%i ranks: exact numbers, as the reference engine has them", async (ranks) => {
    for (const one of everyOther(tiledCases(ranks), 11)) {
      const schedule = scheduleOf(one, ranks, "complex64");
      const entries = tiledEntries(schedule, true);
      const expected = (await referenceEngine.run(schedule, entries)).value;
      const { value, steps } = await beside.run(schedule, entries);
      expect([one, value]).toEqual([one, expected]);
      const moved = steps.filter((step) => step.kind === one.kind);
      expect([one, moved.length > 0]).toEqual([one, true]);
      for (const { transferSeconds = [] } of moved) {
        expect([one, transferSeconds.length]).toEqual([one, ranks]);
        for (const seconds of transferSeconds) expect(seconds).toBeGreaterThanOrEqual(0);
      }
    }
  });

  test("numbers that round: the same bits, whether the two overlap or follow each other; uncut, to rounding", async () => {
    for (const one of everyOther(tiledCases(2), 17)) {
      const schedule = scheduleOf(one, 2, "complex64");
      const entries = tiledEntries(schedule, false);
      const { value } = await beside.run(schedule, entries);
      expect([one, (await apart.run(schedule, entries)).value]).toEqual([one, value]);
      const whole = { ...schedule, steps: withoutOverlap(schedule.steps) };
      const uncut = (await beside.run(whole, entries)).value;
      // Products of other shapes add up in another order.
      const off = value?.re.map((x, at) => Math.abs(x - (uncut?.re[at] ?? NaN)));
      expect([one, Math.max(...(off ?? [NaN])) < 1e-5]).toEqual([one, true]);
    }
  });
});
