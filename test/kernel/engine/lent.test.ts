import { expect, test } from "vitest";
import { arrive, barriersAt, barrierWords } from "../../../kernel/engine/barrier.ts";
import { planCollective, reclaim } from "../../../kernel/engine/collectives.ts";
import { shareMemory } from "../../../kernel/engine/memory.ts";
import { makeRank } from "../../../kernel/engine/rank.ts";
import { makeRescaling } from "../../../kernel/engine/rescale.ts";
import { collectives } from "./collectives.ts";

test("what a collective reads is written to only after all members have come to its end", async () => {
  const { schedule, entries } = collectives[0] ?? expect.unreachable();
  const gather = schedule.steps.find((step) => step.kind === "gather") ?? expect.unreachable();
  const barriers = new SharedArrayBuffer(4 * barrierWords(schedule));
  const [start, progress] = [new SharedArrayBuffer(16), new SharedArrayBuffer(32)];
  const memory = await shareMemory(schedule, entries);
  const task = { schedule, rank: 0, memory, barriers, start, progress };
  // What is rescaled is not where the inputs are.
  const rank = makeRank({ ...task, rescaling: makeRescaling(schedule) });
  const { entry, exit } = barriersAt(rank.barrierTable, schedule, gather.digits, 0);
  const othersCome = (at: number): void => {
    for (let peer = 1; peer < 4; peer += 1) arrive(rank.barriers, at, 4);
  };

  othersCome(entry);
  planCollective(rank, gather)();
  const waited: string[] = [];
  const timed = (step: { kind: string }, wait: () => void): void => {
    // Here the peers come while this one waits, or it would wait for ever.
    othersCome(exit);
    wait();
    waited.push(step.kind);
  };
  reclaim(rank, gather.out, timed);
  expect(waited).toEqual([]);
  reclaim(rank, gather.in, timed);
  expect(waited).toEqual(["gather"]);
  reclaim(rank, gather.in, timed);
  expect(waited).toEqual(["gather"]);

  const inPlace = makeRank(task);
  expect(inPlace.inPlace.has(gather.in)).toBe(true);
  othersCome(entry);
  planCollective(inPlace, gather)();
  reclaim(inPlace, gather.in, timed);
  expect(waited).toEqual(["gather"]);
});
