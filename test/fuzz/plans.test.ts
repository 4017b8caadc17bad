import { expect, test } from "vitest";
import type { StepKind } from "../../dsl/schedule/schedule.ts";
import { walkSteps } from "../../dsl/schedule/arena.ts";
import { judgedPlan } from "./plans.ts";

test("plans for random machines are sound and keep the value on worker threads", async () => {
  const kinds = new Set<StepKind>();
  let run = 0;
  for (let seed = 1; seed <= 60; seed += 1) {
    const { fault, schedule } = await judgedPlan(seed);
    expect(fault, `seed ${seed}`).toBeUndefined();
    if (schedule === undefined) continue;
    run += 1;
    walkSteps(schedule.steps, ({ kind }) => kinds.add(kind));
  }
  expect(run).toBeGreaterThan(40);
  expect([...kinds]).toEqual(expect.arrayContaining(["slice-loop", "redistribute", "gather", "reduce"]));
});
