/** Orders of modes in storage: when a contraction is one GEMM on views, and what a permutation looks like fused. */
import type { Label } from "../network/network.ts";
import type { Mode, ModeId } from "../schedule/schedule.ts";
import { elementCount } from "./modes.ts";

/** The modes of a contraction, by role; each list in storage order. */
export interface Roles {
  readonly batch: readonly ModeId[];
  /** Contracted. */
  readonly k: readonly ModeId[];
  readonly free: readonly ModeId[];
}

export type Form = "free-k" | "k-free";

/** A view of an operand as [batch][free][k] or [batch][k][free], or undefined where its order forbids that. */
export function viewAs(
  order: readonly ModeId[],
  batch: ReadonlySet<ModeId>,
  k: ReadonlySet<ModeId>,
): (Roles & { form: Form }) | undefined {
  const form = formOf(order, batch, k);
  if (form === undefined) return undefined;
  const lead = order.slice(0, batch.size);
  const middle = form === "free-k" ? order.length - k.size : batch.size + k.size;
  const [head, tail] = [order.slice(batch.size, middle), order.slice(middle)];
  return form === "free-k"
    ? { batch: lead, free: head, k: tail, form }
    : { batch: lead, k: head, free: tail, form };
}

/** The form of such a view. */
export function formOf(
  order: readonly ModeId[],
  batch: ReadonlySet<ModeId>,
  k: ReadonlySet<ModeId>,
): Form | undefined {
  if (!within(order, 0, batch.size, batch)) return undefined;
  if (within(order, order.length - k.size, order.length, k)) return "free-k";
  return within(order, batch.size, batch.size + k.size, k) ? "k-free" : undefined;
}

function within(order: readonly ModeId[], from: number, to: number, modes: ReadonlySet<ModeId>): boolean {
  for (let place = from; place < to; place += 1) if (!modes.has(order[place] as ModeId)) return false;
  return true;
}

export function sameOrder(a: readonly ModeId[], b: readonly ModeId[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let position = 0; position < a.length; position += 1) if (a[position] !== b[position]) return false;
  return true;
}

/** `from` -> `to` as a permutation of as few fused axes as possible: modes that stay neighbours are one axis. */
export function fusedPermutation(
  modes: readonly Mode[],
  from: readonly ModeId[],
  to: readonly ModeId[],
): { shape: number[]; axes: number[] } {
  const runs: ModeId[][] = [];
  for (const mode of from) {
    const run = runs.at(-1);
    const previous = run?.at(-1);
    const neighbours = previous !== undefined && to.indexOf(previous) + 1 === to.indexOf(mode);
    if (run !== undefined && neighbours) run.push(mode);
    else runs.push([mode]);
  }
  const place = (run: readonly ModeId[]): number => to.indexOf(run[0] ?? -1);
  const axes = runs.map((_, axis) => axis).sort((x, y) => place(runs[x] ?? []) - place(runs[y] ?? []));
  return { shape: runs.map((run) => elementCount(modes, run)), axes };
}

/** What lies row-major by these labels before the run, as a permutation to the order wanted; what other ranks and slices take counts as absent. */
export function loadedPermutation(
  modes: readonly Mode[],
  labels: readonly Label[],
  wanted: readonly ModeId[],
): { shape: number[]; axes: number[] } {
  const axisOf = (id: ModeId): number => labels.indexOf(modes[id]?.label ?? "");
  const strideOf = (id: ModeId): number => modes[id]?.stride ?? NaN;
  const stored = [...wanted].sort((a, b) => axisOf(a) - axisOf(b) || strideOf(b) - strideOf(a));
  return fusedPermutation(modes, stored, wanted);
}
