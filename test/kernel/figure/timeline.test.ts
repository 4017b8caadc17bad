import { expect, test } from "vitest";
import type { RunReport } from "../../../kernel/engine/report.ts";
import { timelineFigure } from "../../../kernel/figure/timeline.ts";
import { expectSound, golden, titleLines, tracesOf } from "./check.ts";
import { alone, long, measured, planned, reportOf, stepOf } from "./samples.ts";

test.each([
  ["planned", planned],
  ["measured", measured],
] as const)("the drawing of a report (%s) is the one in the golden file", async (name, report) => {
  await expect(await golden(timelineFigure(report))).toMatchFileSnapshot(
    `../../golden/figure/timeline-${name}.json`,
  );
});

interface Bar {
  readonly row: string;
  readonly what: string;
  readonly start: number;
  readonly seconds: number;
}

function barsOf(report: RunReport): Bar[] {
  return tracesOf(timelineFigure(report)).flatMap(({ name, base = [], x, y }) =>
    base.map((start, k) => ({ row: String(y[k]), what: name, start, seconds: Number(x[k]) })),
  );
}

/** A hundred steps of a loop that runs six times, then one more. */
const sliced = reportOf({ slices: 12 }, [
  ...Array.from({ length: 100 }, (_, k) => stepOf("contract", `#${k}`, 6e-3, { executions: 6 })),
  stepOf("reduce", "Z", 1e-3, { sent: { node: 8, cluster: 0 } }),
]);
const interleaved: RunReport = {
  ...sliced,
  steps: sliced.steps.map((step, k) => ({
    ...step,
    startSeconds: k < 100 ? [k * 1e-3, k * 1e-3] : [0.6, 0.6],
  })),
};
/** The second rank had no slice. */
const idle = reportOf({ engine: "threads", measuredSeconds: 2 }, [
  stepOf("contract", "#2", 1, { measuredSeconds: [1, NaN] }),
  stepOf("reduce", "Z", 1, { measuredSeconds: [1, 2] }),
]);

test.each([planned, measured, alone, interleaved, idle, long(300, 2), long(4000, 8), long(3000, 64)])(
  "no two bars of a device overlap, and the JSON stays small: %#",
  (report) => {
    expectSound(timelineFigure(report));
    const bars = barsOf(report).sort((a, b) => a.start - b.start || a.seconds - b.seconds);
    const ends = new Map<string, number>();
    for (const { row, start, seconds } of bars) {
      expect(start).toBeGreaterThanOrEqual((ends.get(row) ?? 0) * (1 - 1e-4));
      expect(seconds).toBeGreaterThan(0);
      ends.set(row, start + seconds);
    }
  },
);

test.each([planned, long(4000, 8)])("merging short steps keeps the time of every activity: %#", (report) => {
  const moving = (bars: readonly Bar[]): number =>
    bars.filter(({ what }) => what === "compute").reduce((sum, { seconds }) => sum + seconds, 0);
  const computed = report.steps.filter(({ kind }) => kind === "contract" || kind === "sum");
  const bars = barsOf(report);
  const row = report.measuredSeconds === undefined ? "device 0" : "modelled";
  expect(moving(bars.filter((bar) => bar.row === row))).toBeCloseTo(
    computed.reduce((sum, { model }) => sum + model.seconds, 0),
    3,
  );
});

test("the slower device computes longer and the faster one waits for it", () => {
  const bars = barsOf(measured);
  const spent = (row: string, what: string): number =>
    bars.filter((bar) => bar.row === row && bar.what === what).reduce((sum, { seconds }) => sum + seconds, 0);
  expect(spent("device 0", "wait")).toBeCloseTo(3e-6, 9);
  expect(spent("device 1", "wait")).toBe(0);
  expect(spent("device 0", "move between devices")).toBeCloseTo(7e-6, 9);
  expect(spent("modelled", "move between devices")).toBeCloseTo(5e-6, 9);
});

test.each([
  [planned, "Z on pair: 17 µs modelled", "compute 59 %, load and reorder 12 %, move between devices 29 %"],
  [
    measured,
    "Z on pair: 25 µs measured, 17 µs modelled",
    "compute 48 %, load and reorder 14 %, move between devices 32 %, wait 7 %",
  ],
  [alone, "Z on threads(1): 18 µs modelled", /6 slices, each step of all slices drawn as one/],
  [long(3000, 64), /^Z on pair: 1 s measured, .* modelled$/, /16 of 64 devices · short steps drawn together/],
  [reportOf({}, []), "Z on pair: 0 s modelled", "no step takes time"],
] as const)("the title tells measured from modelled: %#", (report, headline, detail) => {
  const [first = "", ...rest] = titleLines(timelineFigure(report));
  if (typeof headline === "string") expect(first).toBe(headline);
  else expect(first).toMatch(headline);
  if (typeof detail === "string") expect(rest.join(" ")).toBe(detail);
  else expect(rest.join(" ")).toMatch(detail);
});

test("long runs are told in hours", () => {
  const axis = timelineFigure(reportOf({}, [stepOf("contract", "#2", 8 * 3600)])).layout["xaxis"];
  expect(axis).toMatchObject({ ticksuffix: " h", range: [0, 8.08] });
});
