/** Figures of memory, roofline, speedup and comparison. */
import { expect, test } from "vitest";
import { presetNamed } from "../../../dsl/distribute/presets.ts";
import type { SpeedupPoint } from "../../../dsl/distribute/sweep.ts";
import { comparisonFigure, type ComparisonRow } from "../../../kernel/figure/comparison.ts";
import { memoryFigure } from "../../../kernel/figure/memory.ts";
import { rooflineFigure } from "../../../kernel/figure/roofline.ts";
import { speedupFigure } from "../../../kernel/figure/speedup.ts";
import { expectSound, titleLines, tracesOf } from "./check.ts";
import { long, measured, planned, reportOf, stepOf } from "./samples.ts";

const dgx = presetNamed("dgx-h100");

const filling = reportOf({ machine: "pair", peakBytes: 1000 }, [
  stepOf("load", "A", 1, { liveBytes: 300 }),
  stepOf("contract", "#2", 1, { liveBytes: 900 }),
  stepOf("free", "A", 0, { liveBytes: 0 }),
  stepOf("permute", "#2", 1, { liveBytes: 600 }),
]);

test("the curve of memory is the bytes in use, step by step, under what is reserved and what there is", () => {
  const figure = memoryFigure(filling, 2000);
  expectSound(figure);
  const [live, reserved, device] = tracesOf(figure);
  expect([live?.x, live?.y]).toEqual([
    [1, 2, 3],
    [300, 900, 600],
  ]);
  expect([reserved?.y, device?.y]).toEqual([
    [1000, 1000],
    [2000, 2000],
  ]);
  expect(titleLines(figure)[0]).toBe(
    "Z on pair: at most 1000 B (modelled), 50 % of the 1.95 KiB of a device",
  );
  expect(figure.summary).toContain("modelled");
});

test("a limit far above the curve is told, not drawn", () => {
  const figure = memoryFigure(filling, 80e9);
  expect(tracesOf(figure).map(({ name }) => name)).toEqual(["live buffers", "reserved"]);
  expect(titleLines(figure)[0]).toContain("less than 1 % of the 74.5 GiB of a device");
});

/** Two contractions on a device whose ridge lies at 30.1e12 / 3.35e12 operations a byte, about 9. */
function contracting(seconds: readonly [number, number], ranks?: readonly number[]) {
  const step = (name: string, flops: number, localBytes: number, modelled: number) => ({
    ...stepOf("contract", name, modelled, ranks === undefined ? {} : { measuredSeconds: ranks }),
    model: { seconds: modelled, flops, localBytes, sentBytes: { node: 0, cluster: 0 }, messages: 0 },
  });
  return reportOf({ machine: "dgx-h100", ...(ranks && { measuredSeconds: 1 }) }, [
    step("#2", 2e6, 1e6, seconds[0]),
    step("#3", 64e6, 1e6, seconds[1]),
    stepOf("permute", "#3", 5),
  ]);
}

test("a roofline's dots are operations a second over operations a byte", () => {
  const figure = rooflineFigure(contracting([3e-5, 1e-5]), dgx, "complex64");
  expectSound(figure);
  const dots = tracesOf(figure).find(({ name }) => name.startsWith("steps"));
  expect([dots?.x, dots?.y]).toEqual([
    [2, 64],
    [6.6667e10, 6.4e12],
  ]);
  expect(titleLines(figure)[0]).toBe(
    "Z on dgx-h100: memory bandwidth bounds 75 % of the time of the contractions (modelled)",
  );
});

test("short steps are bound by their start", () => {
  expect(titleLines(rooflineFigure(contracting([6e-6, 6e-6]), dgx, "complex64"))[0]).toBe(
    "Z on dgx-h100: the start of each step bounds 100 % of the time of the contractions",
  );
});

test("a measured roofline takes the slowest device", () => {
  const figure = rooflineFigure(contracting([1, 1], [1e-5, 4e-5]), dgx, "complex64");
  expectSound(figure);
  const dots = tracesOf(figure).find(({ name }) => name.startsWith("steps (measured)"));
  expect(dots?.y).toEqual([5e10, 1.6e12]);
  expect(titleLines(figure)[0]).toContain("(measured)");
  expect(titleLines(figure)[0]).toContain(" 50 % ");
});

test.each([planned, measured, long(4000, 2)])("reports of any kind can be drawn: %#", (report) => {
  expectSound(memoryFigure(report, 80e9));
  expectSound(rooflineFigure(report, dgx, "float64"));
});

const point = (devices: number, extraSpeedup: number, complexityReduction: number): SpeedupPoint => ({
  devices,
  slicingSeconds: 100 / devices,
  distributedSeconds: 100 / devices / extraSpeedup,
  speedup: devices * extraSpeedup,
  extraSpeedup,
  complexityReduction,
  slices: 4,
  communicationShare: 0.25,
  method: "tree",
});

test("speedups are those over one device: P, P E and P R", () => {
  const figure = speedupFigure("Z", "eos", [point(1, 1, 1), point(8, 3, 4)]);
  expectSound(figure);
  expect(tracesOf(figure).map(({ name, y }) => [name, y])).toEqual([
    ["slicing alone, ideal", [1, 8]],
    ["if moving were free (R)", [1, 32]],
    ["distribution", [1, 24]],
  ]);
  expect(titleLines(figure)[0]).toBe(
    "Z on eos: distribution is 3 times faster than slicing alone on 8 devices (modelled)",
  );
  expect(titleLines(figure)[1]).toContain("E = 3, R = 4, E/R = 0.75");
});

test("a sweep with an order searched for each count draws both, and says what the search gained", () => {
  const searched = { ...point(8, 6, 4), distributedSeconds: point(8, 3, 4).distributedSeconds / 2 };
  const both = [
    { ...point(1, 1, 1), searched: point(1, 1, 1) },
    { ...point(8, 3, 4), searched },
  ];
  const figure = speedupFigure("Z", "eos", both);
  expectSound(figure);
  expect(tracesOf(figure).map(({ name, y }) => [name, y])).toContainEqual([
    "an order searched for each",
    [1, 48],
  ]);
  expect(titleLines(figure)[0]).toContain("6 times faster than slicing alone on 8 devices (modelled)");
  expect(
    titleLines(figure)
      .join(" ")
      .replace(/<[^>]*>/gu, ""),
  ).toContain("up to 2 times faster than the one");
});

test("where nothing is gained the title says so", () => {
  expect(titleLines(speedupFigure("Z", "eos", [point(8, 1.01, 1.02)]))[0]).toBe(
    "Z on eos: distribution gains nothing over slicing alone (modelled)",
  );
  expectSound(speedupFigure("Z", "eos", []));
});

const row = (method: "slicing" | "tree", seconds: number): ComparisonRow => ({
  method,
  devices: 8,
  seconds,
  extraSpeedup: 1,
  communicationShare: 0.25,
  slices: 4,
  peakBytes: 1024,
});

test("a comparison's bars add up to the time of each method", () => {
  const figure = comparisonFigure("Z", "eos", [
    row("slicing", 8),
    row("tree", 2),
    { method: "prefix", refused: "Z needs 2 GiB" },
  ]);
  expectSound(figure);
  const bars = tracesOf(figure).map(({ x }) => x.map(Number));
  expect(bars).toEqual([
    [6, 1.5, 0],
    [2, 0.5, 0],
  ]);
  expect(titleLines(figure)).toEqual([
    "Z on eos: 2 s by tree (modelled), 4 times faster than slicing",
    "1 method found no schedule that fits",
  ]);
});
