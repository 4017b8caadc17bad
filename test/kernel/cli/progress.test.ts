import { expect, test } from "vitest";
import { describeImprovement, progressLine, runLine } from "../../../kernel/cli/progress.ts";
import type { Pace } from "../../../kernel/engine/pace.ts";

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

const pace: Pace = {
  network: "N",
  seconds: 5,
  steps: { done: 2, of: 3 },
  localBytes: { done: 2 ** 29, of: 2 ** 30 },
  sentBytes: { done: 0, of: 0 },
  share: 0.5,
};

test("a run's line is wiped out when it ends, and the next run begins anew", () => {
  const { stream, written } = recorded(true);
  const line = runLine(stream);
  for (const done of [1, 2]) {
    line({ ...pace, slices: { done, of: 2 }, left: 2 });
    line({ ...pace, slices: { done, of: 2 } });
    line(undefined);
  }
  expect(written.map((text) => text.startsWith("\r\u001b[2K"))).toEqual(written.map(() => true));
  expect(written[0]).toMatch(/N: slice 1 of 2, .*, about 2(\.0+)? s left$/);
  expect([written[2], written[5]]).toEqual(["\r\u001b[2K", "\r\u001b[2K"]);
  expect(written[3]).toContain("N: slice 2 of 2");
});

test("a run of which nothing was told leaves no trace", () => {
  for (const isTTY of [true, false]) {
    const { stream, written } = recorded(isTTY);
    runLine(stream)(undefined);
    expect(written).toEqual([]);
  }
});

test("a log says nothing of a short run, and of a long one each time that it has taken twice as long", () => {
  const { stream, written } = recorded(false);
  const line = runLine(stream);
  for (let seconds = 1; seconds < 200; seconds++) line({ ...pace, seconds });
  expect(written.map((text) => /, ([0-9.]+ [a-z]+)\n$/.exec(text)?.[1])).toEqual(["30 s", "1 min", "2 min"]);
  line(undefined);
  line({ ...pace, seconds: 29 });
  expect(written.length).toBe(3);
});
