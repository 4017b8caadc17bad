import { expect, test } from "vitest";
import { describeImprovement, progressLine } from "../../../kernel/cli/progress.ts";

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
