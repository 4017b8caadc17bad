import { expect, test } from "vitest";
import { makeThreadsEngine } from "../../../kernel/engine/threads.ts";
import { held } from "../../bench/held.ts";
import { slicedNetwork } from "../../support/schedules.ts";

const { schedule, entries } = slicedNetwork(2, "complex64", 2);
const engine = makeThreadsEngine();

async function runs(count: number): Promise<void> {
  for (let run = 0; run < count; run += 1) {
    // Every tenth is stopped, which ends its threads.
    const stopped = run % 10 === 9;
    const controller = new AbortController();
    const onProgress = (): void => undefined;
    const running = engine.run(schedule, entries, { signal: controller.signal, onProgress });
    if (stopped) controller.abort(new RangeError("stopped"));
    if (stopped) await expect(running).rejects.toThrow("stopped");
    else await running;
  }
}

const MEBI = 2 ** 20;

test("nothing grows from run to run, some of them stopped", async () => {
  await runs(40);
  const before = await held();
  await runs(200);
  const after = await held();
  // Five thousand bytes a run would be seen.
  expect(after.heap - before.heap).toBeLessThan(MEBI);
  expect(after.buffers - before.buffers).toBeLessThan(MEBI);
  expect(after.resources).toBeLessThanOrEqual(before.resources + 2);
  expect(after.threads).toBeLessThanOrEqual(before.threads + 2);
  expect(after.files).toBeLessThanOrEqual(before.files + 8);
});
