import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { verdictOf, type Ended } from "../../../../kernel/engine/torch/verdict.ts";
import { newFolder } from "./jobs.ts";

const waited = {
  step: 3,
  slice: -1,
  kind: "CollectiveError",
  message: "Connection closed by peer\nand more",
};
const own = { step: 2, slice: 5, kind: "Error", message: "ValueError: no" };

/** Exit codes of those that ended by themselves; what ranks have left; whom and what to blame. */
const rows: readonly (readonly [readonly Ended[], Readonly<Record<number, object>>, number, string])[] = [
  [
    [
      { rank: 0, code: 1 },
      { rank: 1, code: -9 },
    ],
    { 0: waited },
    1,
    "was ended by SIGKILL (often because memory ran out)",
  ],
  [
    [
      { rank: 0, code: 1 },
      { rank: 1, code: -11 },
    ],
    { 0: waited },
    1,
    "was ended by SIGSEGV",
  ],
  [
    [
      { rank: 0, code: 1 },
      { rank: 1, code: 1 },
    ],
    { 0: waited, 1: own },
    1,
    "ValueError: no",
  ],
  [
    [
      { rank: 0, code: 1 },
      { rank: 1, code: 7 },
    ],
    { 0: waited },
    1,
    "ended with exit code 7 and said no reason",
  ],
  [
    [
      { rank: 0, code: 1 },
      { rank: 2, code: 1 },
    ],
    { 0: waited, 2: waited },
    1,
    "hangs: its peers waited for it in vain (Connection closed by peer)",
  ],
];

test.each(rows)("of ranks that ended as %j, who is to blame", (ended, records, rank, message) => {
  const folder = newFolder();
  for (const [number, record] of Object.entries(records))
    writeFileSync(
      path.join(folder, `failure-${number}.json`),
      JSON.stringify({ rank: Number(number), ...record }),
    );
  const ahead = { begun: 4, step: 3, slice: -1 };
  const places = [ahead, { begun: 3, step: 2, slice: 5 }, ahead];
  expect(verdictOf(folder, ended, places)).toEqual({ rank, step: 2, slice: 5, message });
});

test("where none is behind, the first says what it waited for", () => {
  const folder = newFolder();
  writeFileSync(path.join(folder, "failure-1.json"), JSON.stringify({ rank: 1, ...waited }));
  const place = { begun: 4, step: 3, slice: -1 };
  expect(verdictOf(folder, [{ rank: 1, code: 1 }], [place, place])).toEqual({
    rank: 1,
    step: 3,
    slice: -1,
    message: "Connection closed by peer",
  });
});
