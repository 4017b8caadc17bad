import { expect, test } from "vitest";
import type { RunReport } from "../../../kernel/engine/report.ts";
import { communicationFigure } from "../../../kernel/figure/communication.ts";
import { expectSound, golden, titleLines, tracesOf } from "./check.ts";
import { alone, long, measured, planned, reportOf, stepOf } from "./samples.ts";

test.each([
  ["planned", planned],
  ["alone", alone],
] as const)("the drawing of a report (%s) is the one in the golden file", async (name, report) => {
  await expect(await golden(communicationFigure(report))).toMatchFileSnapshot(
    `../../golden/figure/communication-${name}.json`,
  );
});

const split = reportOf({ ranks: 8, machine: "eight" }, [stepOf("contract", "#2", 1)]);

test.each([
  [planned, "Z on pair: each of 2 devices sends 10.1 KiB (modelled)"],
  [measured, "Z on pair: each of 2 devices sends 10.1 KiB (modelled)"],
  [alone, "Z on threads(1): one device, nothing moves (modelled)"],
  [split, "Z on eight: no data moves between devices (modelled)"],
] as const)("the title says what moves: %#", (report, headline) => {
  const figure = communicationFigure(report);
  expectSound(figure);
  expect(titleLines(figure)[0]).toBe(headline);
});

test.each([planned, measured, long(100, 2), long(4000, 16)])(
  "the bars add up to the bytes of the report, tier by tier: %#",
  (report: RunReport) => {
    const figure = communicationFigure(report);
    expectSound(figure);
    const bars = (name: string): number =>
      tracesOf(figure)
        .filter((trace) => trace.type === "bar" && trace.name === name)
        .flatMap(({ y }) => y)
        .reduce<number>((sum, bytes) => sum + Number(bytes), 0);
    const planned = (tier: "node" | "cluster"): number =>
      report.steps.reduce((sum, { model }) => sum + model.sentBytes[tier], 0);
    expect([bars("in the node"), bars("between nodes")]).toEqual([planned("node"), planned("cluster")]);
  },
);

test("measured seconds of a move stand beside the modelled ones", () => {
  const hovers = tracesOf(communicationFigure(measured)).flatMap(({ hovertext = [] }) => hovertext);
  expect(hovers.filter((hover) => hover.includes("redistribute"))[0]).toContain(
    "4 µs modelled<br>7 µs measured",
  );
  expect(JSON.stringify(communicationFigure(planned))).not.toContain("measured");
});

test("of thousands of steps the line keeps the highest and the lowest", () => {
  const report = long(4000, 2);
  const sizes = report.steps.map(({ outElements }) => outElements);
  const drawn = tracesOf(communicationFigure(report)).find(({ name }) => name === "size made")?.y ?? [];
  expect(drawn.length).toBeLessThanOrEqual(1200);
  expect([Math.min(...drawn.map(Number)), Math.max(...drawn.map(Number))]).toEqual([
    Math.min(...sizes),
    Math.max(...sizes),
  ]);
});
