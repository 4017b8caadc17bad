import { expect, test } from "vitest";
import { dryEngine } from "../../../kernel/engine/dry.ts";
import { collectives } from "./collectives.ts";
import { engineSuite } from "./suite.ts";

engineSuite(dryEngine);

test("steps start one after the other, and names say what they make", async () => {
  const schedule = collectives[1]?.schedule;
  if (schedule === undefined) throw new RangeError("expected a schedule");
  const slow = schedule.steps.map((step) => ({ ...step, model: { ...step.model, seconds: 2 } }));
  const { steps } = await dryEngine.run(
    { ...schedule, steps: slow.filter(({ kind }) => kind !== "free") },
    [],
  );
  expect(steps.map(({ name, startSeconds }) => [name, ...startSeconds])).toEqual([
    ["T", 0, 0, 0, 0],
    ["T: split over d, was over a", 2, 2, 2, 2],
    ["T: gathered from d, b", 4, 4, 4, 4],
  ]);
});
