/** Schedules by hand of one contraction with one tiled move beside it, in every form that the two can have. */
import type { Dtype, Entries } from "../../dsl/network/network.ts";
import type { Buffer, FormA, FormB, Schedule, Step, Tiles } from "../../dsl/schedule/schedule.ts";
import { cutOf, type Contraction, type Move } from "../../dsl/schedule/tiles.ts";

export interface TiledCase {
  readonly kind: Move["kind"];
  readonly beside: Tiles["beside"];
  readonly axis: Tiles["axis"];
  readonly formA: FormA;
  readonly formB: FormB;
  readonly shared?: "a" | "b";
  /** The operand that has moved, where the move comes first. */
  readonly operand: "a" | "b";
}

const EXTENTS = { batch: 16, m: 16, n: 16, k: 3 } as const;
const COUNT = 4;
const model = { seconds: 0, flops: 0, localBytes: 0, sentBytes: { node: 0, cluster: 0 }, messages: 0 };

/** All cases that `ranks` allow; each form occurs with every axis. */
export function tiledCases(ranks: number): readonly TiledCase[] {
  const forms = ["mk", "km"].flatMap((formA) =>
    ["kn", "nk"].map((formB) => [formA, formB] as [FormA, FormB]),
  );
  const cases = (["redistribute", "gather", "reduce-scatter"] as const).flatMap((kind) =>
    (["before", "after"] as const).flatMap((beside) =>
      (["batch", "m", "n"] as const).flatMap((axis) =>
        [undefined, "a" as const, "b" as const].flatMap((shared) =>
          (beside === "before" ? ["a" as const] : ["a" as const, "b" as const]).flatMap((operand) =>
            forms.map(([formA, formB]) => ({
              ...{ kind, beside, axis, formA, formB, operand },
              ...(shared && { shared }),
            })),
          ),
        ),
      ),
    ),
  );
  return cases.filter((one) => tiledSchedule(one, ranks, "float64") !== undefined);
}

/** Every rank has its own numbers; the result holds those of all ranks. Undefined where the axis cannot be cut so. */
export function tiledSchedule(
  { kind, beside, axis, formA, formB, shared, operand }: TiledCase,
  ranks: number,
  dtype: Dtype,
): Schedule | undefined {
  const { batch, m, n, k } = EXTENTS;
  const sizes = {
    a: (shared === "a" ? 1 : batch) * m * k,
    b: (shared === "b" ? 1 : batch) * k * n,
    out: batch * m * n,
  };
  const [grown, shrunk] = kind === "gather" ? [ranks, 1] : kind === "reduce-scatter" ? [1, ranks] : [1, 1];
  const product = {
    kind: "contract",
    batch,
    m,
    n,
    k,
    formA,
    formB,
    pair: 0,
    model,
    ...(shared && { shared }),
  } as const;
  const first = beside === "before";
  const contraction: Contraction = first
    ? { ...product, a: 0, b: 1, out: 2 }
    : { ...product, a: operand === "a" ? 2 : 1, b: operand === "b" ? 2 : 1, out: 3 };
  const move: Move = { kind, in: first ? 2 : 0, out: first ? 3 : 2, digits: [0], model };
  const moved = sizes[operand];
  const elements = first
    ? [sizes.a, sizes.b, sizes.out, (sizes.out * grown) / shrunk]
    : [(moved * shrunk) / grown, sizes[operand === "a" ? "b" : "a"], moved, sizes.out];
  const buffers = [...elements, (elements[3] ?? NaN) * ranks].map((count, id): Buffer => {
    const own = id < 2 ? [2 + id] : [];
    return {
      name: `B${id}`,
      elements: count,
      placement: { modes: own, split: id < 2 ? [id] : [null], partial: [] },
    };
  });
  const loaded = [0, 1].map((id) => ({ name: `T${id}`, labels: [`rank_${id}`, `own_${id}`] }));
  const [load0, load1] = [0, 1].map((id): Step => ({ kind: "load", tensor: id, out: id, model }));
  if (load0 === undefined || load1 === undefined) return undefined;
  const schedule: Schedule = {
    version: 1,
    network: "tiled",
    machine: "by hand",
    dtype,
    mesh: [{ radix: ranks, tier: "node" }],
    extents: {
      rank_0: ranks,
      rank_1: ranks,
      own_0: elements[0] ?? 0,
      own_1: elements[1] ?? 0,
      all: buffers[4]?.elements ?? 0,
    },
    tensors: loaded,
    open: ["all"],
    modes: ["rank_0", "rank_1", "own_0", "own_1"].map((label, mode) => ({
      label,
      extent: mode < 2 ? ranks : (elements[mode - 2] ?? 0),
      stride: 1,
    })),
    buffers,
    steps: [],
    result: 4,
    slices: 1,
    peakBytes: 0,
    modelledSeconds: 0,
    method: "by hand",
  };
  for (const outer of [1, ranks]) {
    const tiles: Tiles = { beside, axis, outer, count: COUNT };
    if (cutOf(schedule, contraction, move, tiles) === undefined) continue;
    const pair: Step[] = [{ ...move, tiles }, contraction];
    const frees = [0, 1, 2].map((buffer): Step => ({ kind: "free", buffer, model }));
    const gathered: Step = { kind: "gather", in: 3, out: 4, digits: [0], model };
    const last: Step = { kind: "free", buffer: 3, model };
    return {
      ...schedule,
      steps: [load0, load1, ...(first ? pair.reverse() : pair), ...frees, gathered, last],
    };
  }
  return undefined;
}

/** Small integers, whose sums of products every dtype holds exactly, or numbers that round. */
export function tiledEntries({ tensors, extents, dtype }: Schedule, whole: boolean): Entries[] {
  return tensors.map(({ labels }, tensor) => {
    const elements = labels.reduce((product, label) => product * (extents[label] ?? 1), 1);
    const part = (phase: number): Float64Array =>
      Float64Array.from({ length: elements }, (_, at) => {
        const x = Math.sin(1 + at * (tensor + phase));
        return whole ? Math.round(4 * x) : x;
      });
    return dtype.startsWith("complex") ? { re: part(1), im: part(0.37) } : { re: part(1) };
  });
}
