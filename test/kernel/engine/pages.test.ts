import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { hasKoffi } from "../../../kernel/tensor/blas/koffi.ts";
import { askForLargePages } from "../../../kernel/engine/pages.ts";

const SETTING = "/sys/kernel/mm/transparent_hugepage/enabled";
const areGiven = hasKoffi() && existsSync(SETTING) && !readFileSync(SETTING, "utf8").includes("[never]");

/** Of this process. */
function kibibytesInLargePages(): number {
  return Number(/^AnonHugePages:\s+(\d+) kB$/mu.exec(readFileSync("/proc/self/smaps_rollup", "utf8"))?.[1]);
}

function mebibytes(count: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 16 * count, maximum: 2 ** 15, shared: true });
}

test.skipIf(!areGiven)("what is written lies in large pages, and what a memory grows by", () => {
  const before = kibibytesInLargePages();
  const memory = mebibytes(32);
  askForLargePages(memory);
  new Uint8Array(memory.buffer).fill(1);
  const first = kibibytesInLargePages();
  memory.grow(16 * 32);
  askForLargePages(memory);
  new Uint8Array(memory.buffer).fill(2);
  expect(first - before).toBeGreaterThanOrEqual(16 * 1024);
  expect(kibibytesInLargePages() - first).toBeGreaterThanOrEqual(16 * 1024);
});

test("a memory is the same after the question, where the system knows no answer too", () => {
  for (const memory of [mebibytes(1), mebibytes(32)]) {
    new Uint8Array(memory.buffer).fill(7);
    askForLargePages(memory);
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 7)).toBe(true);
  }
});
