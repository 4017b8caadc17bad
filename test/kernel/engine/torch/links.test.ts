/** A link that is slower than its peers is found, and nothing else is. */
import { describe, expect, test } from "vitest";
import { distribute } from "../../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../../dsl/distribute/presets.ts";
import type { Schedule, Step } from "../../../../dsl/schedule/schedule.ts";
import { describeSlowLinks } from "../../../../kernel/engine/links.ts";
import type { SlowLink, StepReport } from "../../../../kernel/engine/report.ts";
import { torchEngine } from "../../../../kernel/engine/torch.ts";
import { pythonWithSlowLink, type Work } from "./jobs.ts";
import { because, hasTorch } from "./python.ts";

/** Tensors of ones: gates on a state of four sites of `size`, split over one of them and then over another. */
function gates(ranks: number, size: number): Work {
  const letters = ["abq", "qcd", "xa", "yb", "zc", "wd", "xyr", "rzw"];
  const tensors = letters.map((labels, k) => ({ name: `T${k}`, labels: [...labels] }));
  const extents = Object.fromEntries(
    ["a", "b", "c", "d", "x", "y", "z", "w", "q", "r"].map((one) => [
      one,
      ["q", "r"].includes(one) ? 2 : size,
    ]),
  );
  const network = { name: "gates", dtype: "float64", tensors, open: [], extents } as const;
  const pairs = [1, 2, 3, 4, 5, 6, 7].map((k): [number, number] => (k === 1 ? [0, 1] : [6 + k, k]));
  const machine = threadsMachine(ranks, ranks * 2 ** 30);
  const wanted = { over: [{ labels: ["d"], step: 0 }] };
  const schedule = distribute(network, { leaves: 8, pairs, sliced: [] }, machine, ranks, wanted);
  const elements = tensors.map(({ labels }) => labels.reduce((n, label) => n * (extents[label] ?? NaN), 1));
  return { schedule, entries: elements.map((n) => ({ re: new Float64Array(n).fill(1) })) };
}

describe.skipIf(!hasTorch)(`on gloo${because}`, () => {
  test("a slow link: its ranks are named, and a step that goes over it", async () => {
    const { schedule, entries } = gates(4, 32);
    const engine = torchEngine(4, { device: "cpu", python: pythonWithSlowLink([1, 3]) });
    const { slowLinks = [], warnings = [], steps, value } = await engine.run(schedule, entries);
    expect(value?.re).toEqual(Float64Array.of(4 * 32 ** 8));
    expect(slowLinks.map(({ ranks }) => ranks)).toEqual([[1, 3]]);
    const [{ bytesPerSecond, usualBytesPerSecond }] = slowLinks as [SlowLink];
    expect(bytesPerSecond).toBeLessThanOrEqual(2 ** 22);
    expect(usualBytesPerSecond).toBeGreaterThan(2 * bytesPerSecond);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^the link between ranks 1 and 3 is [\d.]+ times slower than its peers .*; step 9 \(redistribute .*\), which sends the most there, kept them for/,
      ),
    ]);
    const moves = steps.filter(({ transferSeconds }) => transferSeconds !== undefined);
    expect(moves.map(({ kind }) => kind)).toEqual(["redistribute", "gather", "reduce"]);
    // A block of 32^4 / 16 numbers at 2^22 bytes a second, from when a rank sent its own; the transfer counts from when the last rank came.
    for (const rank of [1, 3]) expect(moves[0]?.measuredSeconds?.[rank]).toBeGreaterThan(0.12);
    const [first = NaN, slow1 = NaN, third = NaN, slow3 = NaN] = moves[0]?.transferSeconds ?? [];
    expect(Math.min(slow1, slow3)).toBeGreaterThan(Math.max(first, third));
    for (const { transferSeconds = [] } of moves) expect(transferSeconds.length).toBe(4);
  });
});

const MESH = [
  { radix: 2, tier: "cluster" },
  { radix: 8, tier: "node" },
] as const;

const model = { seconds: 0, flops: 0, localBytes: 0, sentBytes: { node: 0, cluster: 0 }, messages: 0 };

/** Moves of 1, 2 and 3 bytes over the nodes, over the devices of each node, and over all; all ranks take a second, but for those in `but`. */
function moves(
  but: readonly (readonly [number, number])[],
): [Pick<Schedule, "mesh" | "steps">, StepReport[]] {
  const steps = [[0], [1], [0, 1]].map((digits): Step => ({ kind: "gather", in: 0, out: 1, digits, model }));
  const reports = steps.map((_, at): StepReport => {
    const transferSeconds = Array.from({ length: 16 }, (__, rank) =>
      but[at]?.[0] === rank ? but[at][1] : 1,
    );
    const figures = { executions: 1, outElements: 1, liveBytes: 8, startSeconds: [], transferSeconds };
    const sentBytes = { node: at, cluster: 1 };
    return { kind: "gather", name: `#${at}`, model: { ...model, sentBytes }, ...figures };
  });
  return [{ mesh: MESH, steps }, reports];
}

function link(a: number, b: number, bytesPerSecond: number): SlowLink {
  return { ranks: [a, b], bytesPerSecond, usualBytesPerSecond: 2 ** 30 };
}

const others = [0, 1, 2, 4, 5, 6, 7];

const rest = "look at the network there, or run without one of the two";
const usual = "measured in pairs after the run, usual is 1 GiB/s";
const most = "which sends the most there";

test.each<[string, readonly SlowLink[], readonly (readonly [number, number])[], readonly string[]]>([
  [
    "none",
    [],
    [
      [3, 9],
      [3, 9],
      [3, 9],
    ],
    [],
  ],
  [
    "one within a node",
    [link(2, 3, 2 ** 28)],
    [
      [3, 9],
      [3, 8],
      [3, 7],
    ],
    [
      `the link between ranks 2 and 3 is 4.0 times slower than its peers (256 MiB/s ${usual}); ` +
        `step 2 (gather #2), ${most}, kept them for 7 s, half of all ranks for up to 1 s; ${rest}`,
    ],
  ],
  [
    "one between nodes, to which the step over all devices goes too",
    [link(2, 10, 2 ** 29)],
    [
      [3, 9],
      [3, 8],
      [10, 1.5],
    ],
    [
      `the link between ranks 2 and 10 is 2.0 times slower than its peers (512 MiB/s ${usual}); ` +
        `step 2 (gather #2), ${most}, kept them for 1.5 s, half of all ranks for up to 1 s; ${rest}`,
    ],
  ],
  [
    "all of a rank, and another one",
    [link(0, 8, 2 ** 26), ...others.map((other) => link(Math.min(3, other), Math.max(3, other), 2 ** 28))],
    [
      [0, 2],
      [3, 4],
      [3, 5],
    ],
    [
      `the links of rank 3 to ranks 0, 1, 2, 4, 5, 6 and 7 are at least 4.0 times slower than their peers ` +
        `(256 MiB/s ${usual}); step 2 (gather #2), ${most}, kept it for 5 s, half of all ranks for up to 1 s; ` +
        "look at the network there, run without rank 3, or plan around it (tnlab schedule --slow-link 0,3,25)",
      `the link between ranks 0 and 8 is 16.0 times slower than its peers (64 MiB/s ${usual}); ` +
        `step 2 (gather #2), ${most}, kept them for 1 s, half of all ranks for up to 1 s; ${rest}`,
    ],
  ],
])("in words: %s", (_, links, but, expected) => {
  const [schedule, steps] = moves(but);
  expect(describeSlowLinks(schedule, links, steps)).toEqual(expected);
});

test("steps that do not cross a link are not named with it", () => {
  const [{ mesh, steps }, reports] = moves([
    [3, 9],
    [3, 8],
    [3, 7],
  ]);
  const two = { mesh, steps: steps.slice(0, 2) };
  const [within, between, apart] = [link(2, 3, 2 ** 28), link(2, 10, 2 ** 28), link(2, 11, 2 ** 28)].map(
    (one) => describeSlowLinks(two, [one], reports.slice(0, 2))[0],
  );
  expect(within).toContain("; step 1 (gather #1), ");
  expect(between).toContain("; step 0 (gather #0), ");
  expect(apart).not.toContain("step");
});
