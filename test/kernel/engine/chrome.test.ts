import { expect, test } from "vitest";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import type { Schedule } from "../../../dsl/schedule/schedule.ts";
import { chromeTrace } from "../../../kernel/engine/chrome.ts";
import { dryEngine } from "../../../kernel/engine/dry.ts";
import { threadsEngine } from "../../../kernel/engine/threads.ts";
import { randomNetwork, randomPairs } from "../../support/networks.ts";

const valued = randomNetwork(7, { tensors: 6, labels: 6, extents: [2, 4], dtype: "complex128" });

function sliced(devices: number): Schedule {
  const labels = Object.keys(valued.network.extents).slice(0, 2);
  const tree = { leaves: 6, pairs: randomPairs(7, 6), sliced: labels };
  return distribute(valued.network, tree, threadsMachine(devices, 2 ** 30), devices);
}

test.each([threadsEngine, dryEngine])("every step on every rank is an event of $name", async (engine) => {
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
