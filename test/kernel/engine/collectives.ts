/** Schedules written by hand on four ranks in a 2 x 2 mesh, one for each way to move data, with what they must yield. */
import type { Entries } from "../../../dsl/network/network.ts";
import type { Buffer, ModeId, Schedule, Step } from "../../../dsl/schedule/schedule.ts";

const labels = ["a", "b", "c", "d", "e"];
/** Modes 0 to 4 are the indices a to e. */
const [A, B, C, D, E] = [0, 1, 2, 3, 4];
const extents: Record<string, number> = { a: 2, b: 2, c: 3, d: 2, e: 2 };
const model = { seconds: 0, flops: 0, localBytes: 0, sentBytes: { node: 0, cluster: 0 }, messages: 0 };

const count = 48;
const entries: Entries = { re: Float64Array.from({ length: count }, (_, at) => 10 + at) };

type Split = readonly (ModeId | null)[];

function buffer(modes: readonly ModeId[], split: Split, partial: readonly number[] = []): Buffer {
  const elements = modes.reduce((product, mode) => product * (extents[labels[mode] ?? ""] ?? 1), 1);
  return { name: "T", placement: { modes, split, partial }, elements };
}

interface Row {
  readonly name: string;
  readonly schedule: Schedule;
  readonly entries: readonly Entries[];
  readonly expected: readonly number[];
}

type Values = Readonly<Record<string, number>>;

/** Loads T[a,b,c,d,e] into buffer 0, runs the steps, frees all but the last buffer, which has the modes `open`. */
function row(
  name: string,
  buffers: readonly Buffer[],
  steps: readonly Omit<Extract<Step, { kind: "gather" | "reduce" }>, "model" | "kind">[],
  kinds: readonly ("redistribute" | "gather" | "reduce" | "reduce-scatter" | "broadcast")[],
  expected: (values: Values) => number,
): Row {
  const result = buffers.length - 1;
  const open = (buffers[result]?.placement.modes ?? []).map((mode) => labels[mode] ?? "");
  const moves = steps.flatMap((step, position): Step[] => [
    { ...step, kind: kinds[position] ?? "gather", model },
    { kind: "free", buffer: step.in, model },
  ]);
  const schedule: Schedule = {
    version: 1,
    network: "by hand",
    machine: "threads(4)",
    dtype: "float64",
    mesh: [
      { radix: 2, tier: "node" },
      { radix: 2, tier: "node" },
    ],
    extents,
    tensors: [{ name: "T", labels }],
    open,
    modes: labels.map((label) => ({ label, extent: extents[label] ?? 1, stride: 1 })),
    buffers,
    steps: [{ kind: "load", tensor: 0, out: 0, model }, ...moves],
    result,
    slices: 1,
    peakBytes: 0,
    modelledSeconds: 0,
    method: "by hand",
  };
  return { name, schedule, entries: [entries], expected: valuesOver(open).map(expected) };
}

/** All values of the indices, the last one fastest. */
function valuesOver(open: readonly string[]): Values[] {
  return open.reduce<Values[]>(
    (all, label) =>
      all.flatMap((values) =>
        Array.from({ length: extents[label] ?? 1 }, (_, value) => ({ ...values, [label]: value })),
      ),
    [{}],
  );
}

function entry({ a = 0, b = 0, c = 0, d = 0, e = 0 }: Values): number {
  return 10 + e + 2 * (d + 2 * (c + 3 * (b + 2 * a)));
}

const sumOver = (values: Values, names: readonly string[]): number =>
  valuesOver(names).reduce((sum, more) => sum + entry({ ...values, ...more }), 0);

export const collectives: readonly Row[] = [
  row(
    "a gather over both digits, in the order listed",
    [buffer([C, D, E], [A, B]), buffer([B, A, C, D, E], [null, null])],
    [{ in: 0, out: 1, digits: [1, 0] }],
    ["gather"],
    entry,
  ),
  row(
    "an exchange over one digit",
    [buffer([D, C, E], [A, B]), buffer([A, C, E], [D, B]), buffer([D, B, A, C, E], [null, null])],
    [
      { in: 0, out: 1, digits: [0] },
      { in: 1, out: 2, digits: [0, 1] },
    ],
    ["redistribute", "gather"],
    entry,
  ),
  row(
    "an exchange over both digits, in the order listed",
    [buffer([D, E, C], [A, B]), buffer([B, A, C], [E, D]), buffer([E, D, B, A, C], [null, null])],
    [
      { in: 0, out: 1, digits: [1, 0] },
      { in: 1, out: 2, digits: [0, 1] },
    ],
    ["redistribute", "gather"],
    entry,
  ),
  row(
    "a sum over one digit",
    [buffer([C, D, E], [A, B], [0]), buffer([C, D, E], [null, B]), buffer([B, C, D, E], [null, null])],
    [
      { in: 0, out: 1, digits: [0] },
      { in: 1, out: 2, digits: [1] },
    ],
    ["reduce", "gather"],
    (values) => sumOver(values, ["a"]),
  ),
  row(
    "a sum over both digits that stays scattered",
    [buffer([D, E, C], [A, B], [0, 1]), buffer([C], [E, D]), buffer([D, E, C], [null, null])],
    [
      { in: 0, out: 1, digits: [1, 0] },
      { in: 1, out: 2, digits: [1, 0] },
    ],
    ["reduce-scatter", "gather"],
    (values) => sumOver(values, ["a", "b"]),
  ),
  row(
    "a broadcast over one digit",
    [buffer([C, D, E], [A, B]), buffer([C, D, E], [null, B]), buffer([B, C, D, E], [null, null])],
    [
      { in: 0, out: 1, digits: [0] },
      { in: 1, out: 2, digits: [1] },
    ],
    ["broadcast", "gather"],
    (values) => entry({ ...values, a: 0 }),
  ),
];
