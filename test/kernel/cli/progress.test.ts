import { expect, test } from "vitest";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import {
  describeImprovement,
  describeProgress,
  progressLine,
  runLine,
} from "../../../kernel/cli/progress.ts";

const improvement = { seconds: 2, log10Flops: 12.3456, log2Size: 27, log2Slices: 5, method: "greedy" };

function recorded(isTTY: boolean): { stream: NodeJS.WriteStream; written: string[] } {
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) > 0 };
  return { stream: stream as unknown as NodeJS.WriteStream, written };
}

test("on a terminal each improvement takes the place of the one before, and the last is wiped out", () => {
  const { stream, written } = recorded(true);
  const progress = progressLine(stream);
  progress.show(improvement);
  progress.show({ ...improvement, log10Flops: 11 });
  progress.clear();
  expect(written.map((text) => text.startsWith("\r\u001b[2K"))).toEqual([true, true, true]);
  expect(written[1]).toContain("10^11.000 multiply-adds");
  expect(written.join("")).not.toContain("\n");
  expect(written[2]).toBe("\r\u001b[2K");
});

test("where nobody looks nothing is written", () => {
  const { stream, written } = recorded(false);
  const progress = progressLine(stream);
  progress.show(improvement);
  progress.clear();
  expect(written).toEqual([]);
});

test("an improvement in words names time, cost, size, slices and method", () => {
  const text = describeImprovement(improvement);
  for (const part of ["2", "10^12.346", "2^27.0", "2^5 slices", "(greedy)"]) expect(text).toContain(part);
  expect(describeImprovement({ ...improvement, log2Slices: 0 })).not.toContain("slices");
});

function scheduled() {
  const tensors = ["A", "B"].map((name) => ({ name, labels: ["i"] }));
  const network = { name: "N", dtype: "float64", tensors, open: [], extents: { i: 4 } } as const;
  return distribute(network, { leaves: 2, pairs: [[0, 1]], sliced: [] }, threadsMachine(1, 2 ** 20), 1);
}

test("a run in words names the network and the step, or the slice and what is left of the time", () => {
  expect(describeProgress(scheduled(), { step: 1 }, 5)).toBe("N: step 2 of 3");
  const half = describeProgress(scheduled(), { step: 0, slices: { done: 8, of: 16 } }, 5);
  expect(half).toMatch(/^N: slice 8 of 16, about 5(\.0+)? s left$/);
  expect(describeProgress(scheduled(), { step: 0, slices: { done: 0, of: 16 } }, 5)).toBe("N: slice 0 of 16");
});

test("a run's line is wiped out when it ends, and the next run begins its own time", () => {
  const { stream, written } = recorded(true);
  let now = 100;
  const line = runLine(() => now, stream);
  for (const begin of [100, 200]) {
    now = begin;
    line?.(scheduled(), { step: 0 });
    now = begin + 2;
    line?.(scheduled(), { step: 0, slices: { done: 1, of: 2 } });
    line?.(scheduled(), undefined);
  }
  expect(written[1]).toBe(written[4]);
  expect(written[1]).toMatch(/slice 1 of 2, about 2(\.0+)? s left/);
  expect([written[2], written[5]]).toEqual(["\r\u001b[2K", "\r\u001b[2K"]);
});

test("a run of which nothing was told leaves no trace, and off a terminal there is no line", () => {
  const { stream, written } = recorded(true);
  runLine(() => 0, stream)?.(scheduled(), undefined);
  expect(written).toEqual([]);
  expect(runLine(() => 0, recorded(false).stream)).toBeUndefined();
});
