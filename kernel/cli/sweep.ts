/** What more devices gain and a slow link costs, by the machine's model: as tables for people, and as JSON. */
import {
  communicationShare,
  formatSeconds,
  type DegradedLink,
  type Gain,
  type Schedule,
  type WhatIf,
} from "../../dsl/index.ts";
import { ratio } from "./costs.ts";
import { table } from "./table.ts";

interface Planned {
  readonly schedule: Schedule;
  readonly gain: Gain;
}

/** One count of devices. */
export interface SweptPoint {
  readonly devices: number;
  /** With the tree that was searched for one device. */
  readonly oneTree: Planned;
  /** With a tree searched for this count, or that for one device where it is faster. */
  readonly treeOfEach: Planned;
}

const HEAD = ["devices", "one tree", "E", "R", "tree of each", "E", "R", "slices", "moving", "method"];

export function describeSweep(machine: string, points: readonly SweptPoint[]): string {
  const rows = points.map(({ devices, oneTree, treeOfEach }) => {
    const { schedule } = treeOfEach;
    const moving = `${(100 * communicationShare(schedule)).toFixed(1)} %`;
    return [
      String(devices),
      ...cells(oneTree),
      ...cells(treeOfEach),
      String(schedule.slices),
      moving,
      schedule.method,
    ];
  });
  return [
    `schedules on ${machine}, all modelled; E beside slicing alone on as many devices; ` +
      "slices, share of moves and method are those of the tree of each count:",
    table([HEAD, ...rows]),
  ].join("\n");
}

function cells({ schedule, gain }: Planned): string[] {
  const { extraSpeedup, complexityReduction } = gain;
  return [formatSeconds(schedule.modelledSeconds), ratio(extraSpeedup), ratio(complexityReduction)];
}

/** All modelled. */
export function sweepJson(network: string, machine: string, points: readonly SweptPoint[]): object {
  const told = ({ schedule, gain }: Planned): object => ({
    method: schedule.method,
    slices: schedule.slices,
    modelled_seconds: schedule.modelledSeconds,
    communication_share: communicationShare(schedule),
    slicing_seconds: gain.slicingSeconds,
    speedup: gain.speedup,
    extra_speedup: gain.extraSpeedup,
    complexity_reduction: gain.complexityReduction,
  });
  return {
    network,
    machine,
    points: points.map(({ devices, oneTree, treeOfEach }) => {
      return { devices, one_tree: told(oneTree), tree_of_each: told(treeOfEach) };
    }),
  };
}

function lossOf(schedule: Schedule, { healthySeconds }: WhatIf): number {
  return schedule.modelledSeconds / healthySeconds - 1;
}

export function describeWhatIf({ node, device, share }: DegradedLink, what: WhatIf): string {
  const told = (schedule: Schedule): string => {
    return `${formatSeconds(schedule.modelledSeconds)} (${(100 * lossOf(schedule, what)).toFixed(1)} % more)`;
  };
  return (
    `with link(node ${node}, device ${device}) at ${ratio(100 * share)} %: the same plan takes ${told(what.kept)}, ` +
    `one planned for it ${told(what.replanned)}, modelled`
  );
}

/** All modelled; losses are shares of the healthy machine's time. */
export function whatIfJson({ node, device, share }: DegradedLink, what: WhatIf): object {
  const { kept, replanned } = what;
  return {
    node,
    device,
    share,
    kept_seconds: kept.modelledSeconds,
    kept_loss: lossOf(kept, what),
    replanned_seconds: replanned.modelledSeconds,
    replanned_loss: lossOf(replanned, what),
  };
}
