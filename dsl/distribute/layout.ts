/** Orders of modes in storage: when a contraction is one GEMM on views, and what a permutation looks like fused. */
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
  const lead = order.slice(0, batch.size);
  if (!lead.every((mode) => batch.has(mode))) return undefined;
  const rest = order.slice(batch.size);
  const suffix = rest.slice(rest.length - k.size);
  if (suffix.every((mode) => k.has(mode)))
    return { batch: lead, free: rest.slice(0, rest.length - k.size), k: suffix, form: "free-k" };
  const prefix = rest.slice(0, k.size);
  if (prefix.every((mode) => k.has(mode)))
    return { batch: lead, k: prefix, free: rest.slice(k.size), form: "k-free" };
  return undefined;
}

export function sameOrder(a: readonly ModeId[], b: readonly ModeId[]): boolean {
  return a.length === b.length && a.every((mode, position) => mode === b[position]);
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
