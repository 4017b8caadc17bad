/** Small networks and reports that the figures are tested on. */
import { mulberry32 } from "../../../dsl/base/random.ts";
import type { Label, Network } from "../../../dsl/network/network.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import type { StepKind, StepModel } from "../../../dsl/schedule/schedule.ts";
import type { RunReport, StepReport } from "../../../kernel/engine/report.ts";

/** `A:i,j B:j,k` with the given open indices; every extent 2 unless given. */
export function networkOf(
  name: string,
  factors: string,
  open: readonly Label[] = [],
  extents: Readonly<Record<Label, number>> = {},
): Network {
  const tensors = factors.split(" ").map((factor) => {
    const [tensor = "", labels = ""] = factor.split(":");
    return { name: tensor, labels: labels === "" ? [] : labels.split(";") };
  });
  const all = Object.fromEntries(tensors.flatMap(({ labels }) => labels.map((label) => [label, 2])));
  return { name, dtype: "float64", tensors, open, extents: { ...all, ...extents } };
}

/** R[i,l] = A B C of the quickstart. */
export const matrices = networkOf("R", "A:i;j B:j;k C:k;l", ["i", "l"], { i: 1000, k: 1000 });

/** A trace, a lone sum, an open hyperedge, two bonds between the same tensors, an unjoined tensor. */
export const odd = networkOf(
  "odd",
  "A(x=0,y=0):t;t;a;b B(x=1,y=0):a;b;h C(x=2,y=0):h;s D(x=1,y=1):h S(x=2,y=1):",
  ["h"],
);

/** Two qubits: a gate on each, one on both, the second qubit left open. */
export const circuit = networkOf(
  "psi",
  "in(0):w_{0,0} in(1):w_{1,0} h@0(0):w_{0,1};w_{0,0} cz@1(0,1):w_{0,1};w_{1,0} h@2(1):q_1;w_{1,0} out(0):w_{0,1}",
  ["q_1"],
);

/** The Ising model on a square of spins, as the language names it. */
export function ising(side: number): Network {
  const factors: string[] = [];
  const all = Array.from({ length: side }, (_, k) => k + 1);
  for (const x of all.slice(1))
    for (const y of all) factors.push(`W(x=${x - 1},y=${y}):s_{${x - 1},${y}};s_{${x},${y}}`);
  for (const x of all)
    for (const y of all.slice(1)) factors.push(`W(x=${x},y=${y - 1}):s_{${x},${y - 1}};s_{${x},${y}}`);
  return networkOf("Z", factors.join(" "));
}

/** Tensors in a ring, each joined to one drawn blindly as well: no lattice. */
export function ring(tensors: number): Network {
  const random = mulberry32(tensors);
  const factors = Array.from({ length: tensors }, (_, k) => {
    const far = Math.floor(random() * tensors);
    return `T${k}:r${k};r${(k + 1) % tensors};c${far}`;
  });
  return networkOf("ring", factors.join(" "));
}

/** One tensor after the other. */
export function chainTree(leaves: number, sliced: readonly Label[] = []): ContractionTree {
  const pairs = Array.from({ length: leaves - 1 }, (_, k) => [k === 0 ? 0 : leaves + k - 1, k + 1] as const);
  return { leaves, pairs, sliced };
}

/** Neighbours, then neighbours of what that makes, ... */
export function balancedTree(leaves: number): ContractionTree {
  const queue = Array.from({ length: leaves }, (_, leaf) => leaf);
  const pairs: [number, number][] = [];
  while (queue.length > 1) {
    const [a = 0, b = 0] = queue.splice(0, 2);
    queue.push(leaves + pairs.length);
    pairs.push([a, b]);
  }
  return { leaves, pairs, sliced: [] };
}

export function stepOf(
  kind: StepKind,
  name: string,
  seconds: number,
  more: Partial<StepReport> & { readonly sent?: StepModel["sentBytes"] } = {},
): StepReport {
  const { sent = { node: 0, cluster: 0 }, ...rest } = more;
  const model = { seconds, flops: 0, localBytes: 0, sentBytes: sent, messages: 0 };
  return { kind, name, executions: 1, model, outElements: 64, liveBytes: 512, startSeconds: [], ...rest };
}

/** Gives a report the totals and the starts that the steps imply, rank by rank. */
export function reportOf(more: Partial<RunReport>, steps: readonly StepReport[]): RunReport {
  const ranks = more.ranks ?? 2;
  const clocks = new Array<number>(ranks).fill(0);
  const timed = steps.map((step) => {
    const startSeconds = [...clocks];
    clocks.forEach((now, rank) => {
      clocks[rank] = now + (step.measuredSeconds?.[rank] ?? step.model.seconds);
    });
    return { ...step, startSeconds };
  });
  const modelledSeconds = steps.reduce((sum, step) => sum + step.model.seconds, 0);
  const base = { engine: "dry", network: "Z", machine: "pair", ranks, slices: 1, peakBytes: 4096 } as const;
  return { ...base, modelledSeconds, steps: timed, ...more };
}

const plannedSteps = [
  stepOf("load", "A", 1e-6),
  stepOf("load", "B", 1e-6),
  stepOf("contract", "#2 = A * B", 8e-6, { outElements: 4096 }),
  stepOf("redistribute", "#2: split over k, was over i", 4e-6, {
    outElements: 4096,
    sent: { node: 2048, cluster: 8192 },
  }),
  stepOf("sum", "#3 = sum of #2", 2e-6, { outElements: 16 }),
  stepOf("reduce", "#3: partial sums added", 1e-6, { outElements: 16, sent: { node: 128, cluster: 0 } }),
];

export const planned = reportOf({}, plannedSteps);

/** The same on two threads; the second is slower, the first waits for it in the collectives. */
export const measured = reportOf(
  { engine: "threads", measuredSeconds: 2.5e-5 },
  plannedSteps.map((step, position) => ({
    ...step,
    measuredSeconds: [
      [2e-6, 2e-6],
      [1e-6, 1e-6],
      [7e-6, 9e-6],
      [7e-6, 5e-6],
      [2e-6, 3e-6],
      [3e-6, 2e-6],
    ][position] ?? [0, 0],
  })),
);

/** Six slices on one device, where nothing moves. */
export const alone = reportOf({ ranks: 1, machine: "threads(1)", slices: 6 }, [
  stepOf("slice-loop", "Z = sum over slices of s", 0),
  stepOf("load", "A", 6e-6, { executions: 6 }),
  stepOf("contract", "#2 = A * B", 1.2e-5, { executions: 6, outElements: 128 }),
]);

/** Thousands of steps, a few of them long, on many ranks. */
export function long(steps: number, ranks: number): RunReport {
  const random = mulberry32(steps);
  const kinds = ["load", "contract", "permute", "redistribute"] as const;
  const made = Array.from({ length: steps }, (_, position) => {
    const kind = kinds[position % 4] ?? "load";
    const node = kind === "redistribute" ? 1 + Math.floor(1e6 * random()) : 0;
    const seconds = 1e-3 * random() ** 8;
    const measuredSeconds = Array.from({ length: ranks }, () => seconds * (0.5 + random()));
    const more = { outElements: 1 + Math.floor(1e6 * random()), sent: { node, cluster: 2 * node } };
    return stepOf(kind, `#${position} = #${position - 1} * T${position}`, seconds, {
      ...more,
      measuredSeconds,
    });
  });
  return reportOf({ engine: "threads", ranks, measuredSeconds: 1 }, made);
}
