import { expect, test } from "vitest";
import type { Schedule, Step } from "../../../dsl/schedule/schedule.ts";
import { degradationFigure, type DegradationPoint } from "../../../kernel/figure/degradation.ts";
import { expectSound, golden, titleLines, tracesOf } from "./check.ts";

/** Computes and moves for so many seconds. */
function taking(devices: number, computing: number, moving: number): Schedule {
  const model = { flops: 0, localBytes: 0, sentBytes: { node: 1, cluster: 0 }, messages: 1 };
  const steps: Step[] = [
    { kind: "sum", in: 0, out: 1, outer: 1, reduced: 1, inner: 1, model: { ...model, seconds: computing } },
    { kind: "reduce", in: 0, out: 1, digits: [0], model: { ...model, seconds: moving } },
  ];
  const empty = { extents: {}, tensors: [], open: [], modes: [], buffers: [], result: 0 };
  return {
    ...{ version: 1, network: "Z", machine: "eos", dtype: "float64", method: "tree", steps, slices: 1 },
    mesh: [{ radix: devices, tier: "node" }],
    ...{ peakBytes: 0, modelledSeconds: computing + moving, ...empty },
  };
}

function point(devices: number, kept: number, replanned: number): DegradationPoint {
  const healthy = taking(devices, 0.08, 0.02);
  const slower = (moving: number): Schedule => taking(devices, 0.08, moving);
  return {
    ...{ healthy, healthySeconds: healthy.modelledSeconds },
    ...{ kept: slower(kept), replanned: slower(replanned) },
  };
}

const link = { node: 3, device: 5, share: 0.5 };

test("the drawing of one count of devices is the one in the golden file", async () => {
  const figure = degradationFigure("Z", "eos", [link], [point(8, 0.04, 0.023)]);
  await expect(await golden(figure)).toMatchFileSnapshot("../../golden/figure/degradation-bars.json");
});

test.each([
  [[point(8, 0.04, 0.023)], "Z on eos: a slow link costs 20 %, 3 % if planned for (modelled)"],
  [[point(8, 0.04, 0.02)], "Z on eos: a slow link costs 20 %, nothing if planned for (modelled)"],
  [[point(8, 0.04, 0.04)], "Z on eos: a slow link costs 20 %, no less if planned for (modelled)"],
  [[point(8, 0.02, 0.02)], "Z on eos: a slow link costs no time (modelled)"],
  [
    [point(4, 0.03, 0.02), point(8, 0.04, 0.023)],
    "Z on eos: a slow link costs at most 20 % on 8 devices, 3 % if planned for (modelled)",
  ],
  [[], "Z on eos: no counts of devices to compare"],
] as const)("the title says what is lost and what planning saves: %#", (points, headline) => {
  const figure = degradationFigure("Z", "eos", [link], points);
  expectSound(figure);
  expect(titleLines(figure)[0]).toBe(headline);
  expect(titleLines(figure)[1]).toContain("link(node 3, device 5) at 50 %");
});

test("bars add up to the times, lines are the losses in per cent", () => {
  const bars = tracesOf(degradationFigure("Z", "eos", [link], [point(8, 0.04, 0.023)]));
  const sums = [0, 1, 2].map((k) => bars.reduce((sum, { x }) => sum + Number(x[k]), 0));
  [0.1, 0.12, 0.103].forEach((seconds, k) => {
    expect(sums[k]).toBeCloseTo(seconds, 12);
  });
  const lines = tracesOf(
    degradationFigure("Z", "eos", [link, link], [point(4, 0.03, 0.02), point(8, 0.04, 0.023)]),
  );
  const losses = { "plan kept": [10, 20], "planned for it": [0, 3] };
  for (const [name, expected] of Object.entries(losses)) {
    const line = lines.find((one) => one.name === name);
    expect(line?.x).toEqual([4, 8]);
    line?.y.forEach((loss, k) => {
      expect(Number(loss)).toBeCloseTo(expected[k] ?? NaN, 10);
    });
  }
});
