import { expect, test } from "vitest";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import type { Schedule } from "../../../dsl/schedule/schedule.ts";
import { chromeTrace, type TraceEvent } from "../../../kernel/engine/chrome.ts";
import { dryEngine } from "../../../kernel/engine/dry.ts";
import type { StepReport } from "../../../kernel/engine/report.ts";
import { threadsEngine } from "../../../kernel/engine/threads.ts";
import { torchEngine } from "../../../kernel/engine/torch.ts";
import { because, hasTorch } from "./torch/python.ts";
import { randomNetwork, randomPairs } from "../../support/networks.ts";

const valued = randomNetwork(7, { tensors: 6, labels: 6, extents: [2, 4], dtype: "complex128" });

function sliced(devices: number): Schedule {
  const labels = Object.keys(valued.network.extents).slice(0, 2);
  const tree = { leaves: 6, pairs: randomPairs(7, 6), sliced: labels };
  return distribute(valued.network, tree, threadsMachine(devices, 2 ** 30), devices);
}

/** Beside the measured rates of a rank stand the modelled ones; bytes and flops are those of the schedule. */
function expectFigures({ args }: TraceEvent, step: StepReport | undefined, rank: number): void {
  if (step === undefined) throw new RangeError("expected a step for every event");
  const { flops, localBytes, sentBytes, seconds: modelled } = step.model;
  const seconds = step.measuredSeconds?.[rank] ?? modelled;
  const sent = sentBytes.node + sentBytes.cluster;
  const rate = (amount: number, time: number): unknown =>
    time > 0 ? expect.closeTo(amount / time / 1e9, 9) : 0;
  expect(args).toMatchObject({
    ...{ flops, local_bytes: localBytes, sent_bytes: sent, modelled_seconds: modelled },
    gigaflops_per_second: rate(flops, seconds),
    modelled_gigaflops_per_second: rate(flops, modelled),
    local_gigabytes_per_second: rate(localBytes, seconds),
    modelled_local_gigabytes_per_second: rate(localBytes, modelled),
    sent_gigabytes_per_second: rate(sent, seconds),
    modelled_sent_gigabytes_per_second: rate(sent, modelled),
  });
}

const engines = [threadsEngine, dryEngine, ...(hasTorch ? [torchEngine()] : [])];

test.each(engines)(`every step on every rank is an event of $name${because}`, async (engine) => {
  const report = await engine.run(sliced(2), valued.entries);
  const { traceEvents } = chromeTrace([report, report]);
  for (const pid of [0, 1])
    for (const rank of [0, 1]) {
      const own = traceEvents.filter((event) => event.ph === "X" && event.pid === pid && event.tid === rank);
      expect(own.map(({ name, cat }) => [name, cat])).toEqual(
        report.steps.map(({ name, kind }) => [name, kind]),
      );
      expect(own.map(({ args }) => args["executions"])).toEqual(
        report.steps.map(({ executions }) => executions),
      );
      for (const [position, event] of own.entries()) expectFigures(event, report.steps[position], rank);
      const total = own.reduce((sum, { dur = NaN }) => sum + dur, 0);
      const expected = report.steps.reduce(
        (sum, { measuredSeconds, model }) => sum + (measuredSeconds?.[rank] ?? model.seconds),
        0,
      );
      expect(Math.abs(total / 1e6 - expected)).toBeLessThan(1e-8 * own.length);
      for (const [position, { ts = NaN, dur = NaN }] of own.entries())
        expect(own[position + 1]?.ts ?? Infinity).toBeGreaterThan(ts + dur - 0.01);
    }
});

test("processes are networks and say where their times are from, threads are devices", async () => {
  const { traceEvents } = chromeTrace([await dryEngine.run(sliced(2), valued.entries)]);
  const names = traceEvents.filter(({ ph }) => ph === "M").map(({ name, args }) => [name, args["name"]]);
  expect(names).toEqual([
    ["process_name", "N on threads(2), modelled"],
    ["thread_name", "device 0"],
    ["thread_name", "device 1"],
  ]);
});
