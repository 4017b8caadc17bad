/** Links that were slower than their peers, in words: which ranks, how much slower, and what a step took there. */
import { formatBytes, formatSeconds, rankCount, type Schedule } from "../../dsl/core.ts";
import type { SlowLink, StepReport } from "./report.ts";
import { reportedSteps, unravel } from "./steps.ts";

/** One sentence for each link; one for all links of a rank that has several. `steps`: of the schedule's report. */
export function describeSlowLinks(
  schedule: Pick<Schedule, "mesh" | "steps">,
  slowLinks: readonly SlowLink[],
  steps: readonly StepReport[],
): string[] {
  const sentences: string[] = [];
  const perNode = rankCount(schedule.mesh.filter(({ tier }) => tier === "node"));
  for (let left = slowLinks; left.length > 0; ) {
    const hub = busiest(left);
    const own = left.filter(({ ranks }) => ranks.includes(hub));
    // Without a rank in common, each link is a matter of its own.
    const links = own.length > 1 ? own : left.slice(0, 1);
    const crossed = crossing(schedule, links);
    const shown = steps.map((step, position) => (crossed[position] === true ? step : undefined));
    sentences.push(describe(links, hub, shown, perNode));
    left = left.filter((link) => !links.includes(link));
  }
  return sentences;
}

/** The rank with the most of the links. */
function busiest(links: readonly SlowLink[]): number {
  const counts = new Map<number, number>();
  for (const rank of links.flatMap(({ ranks }) => ranks)) counts.set(rank, (counts.get(rank) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/** By reported step, whether it moves anything over one of the links. */
function crossing({ mesh, steps }: Pick<Schedule, "mesh" | "steps">, links: readonly SlowLink[]): boolean[] {
  const radices = mesh.map(({ radix }) => radix);
  const apart = links.map(({ ranks: [a, b] }) => {
    const [digitsA, digitsB] = [unravel(a, radices), unravel(b, radices)];
    return [...mesh.keys()].filter((digit) => digitsA[digit] !== digitsB[digit]);
  });
  return reportedSteps(steps).map((step) => {
    const digits = "digits" in step ? step.digits : [];
    return apart.some((needed) => needed.every((digit) => digits.includes(digit)));
  });
}

/** The links come slowest first; `steps`: those that cross one of them. */
function describe(
  links: readonly SlowLink[],
  hub: number,
  steps: readonly (StepReport | undefined)[],
  perNode: number,
): string {
  const [slowest, last] = [links[0], links.at(-1)] as [SlowLink, SlowLink];
  const least = (last.usualBytesPerSecond / last.bytesPerSecond).toFixed(1);
  const [own, usual] = [slowest.bytesPerSecond, slowest.usualBytesPerSecond].map(
    (rate) => `${formatBytes(rate)}/s`,
  ) as [string, string];
  const rates = `(${own} measured in pairs after the run, usual is ${usual})`;
  if (links.length === 1)
    return (
      `the link between ranks ${slowest.ranks.join(" and ")} is ${least} times slower than its peers ${rates}` +
      `${shownBy(steps, slowest.ranks)}; look at the network there, or run without one of the two`
    );
  const peers = links.map(({ ranks: [a, b] }) => (a === hub ? b : a));
  const share = Math.max(1, Math.round((100 * slowest.bytesPerSecond) / slowest.usualBytesPerSecond));
  const flag = `--slow-link ${Math.floor(hub / perNode)},${hub % perNode},${share}`;
  return (
    `the links of rank ${hub} to ${counted(peers)} are at least ${least} times slower than their peers ${rates}` +
    `${shownBy(steps, [hub])}; look at the network there, run without rank ${hub}, ` +
    `or plan around it (tnlab schedule ${flag})`
  );
}

const MOST_NAMED = 8;

function counted(ranks: readonly number[]): string {
  if (ranks.length > MOST_NAMED) return `${ranks.length} other ranks`;
  return `ranks ${ranks.slice(0, -1).join(", ")} and ${ranks.at(-1)}`;
}

/** Of the steps that cross the links, the one that sends the most. */
function shownBy(steps: readonly (StepReport | undefined)[], ranks: readonly number[]): string {
  const sent = steps.map((step) => {
    const { node, cluster } = step?.transferSeconds === undefined ? NOTHING : step.model.sentBytes;
    return node + cluster;
  });
  const position = sent.indexOf(Math.max(...sent));
  const step = steps[position];
  if (step?.transferSeconds === undefined) return "";
  const { transferSeconds, kind, name } = step;
  const sorted = transferSeconds.filter((seconds) => !Number.isNaN(seconds)).sort((a, b) => a - b);
  const [own, usual] = [
    Math.max(...ranks.map((rank) => transferSeconds[rank] ?? NaN)),
    sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN,
  ].map(formatSeconds) as [string, string];
  const who = ranks.length > 1 ? "them" : "it";
  return `; step ${position} (${kind} ${name}), which sends the most there, kept ${who} for ${own}, half of all ranks for up to ${usual}`;
}

const NOTHING = { node: 0, cluster: 0 };
