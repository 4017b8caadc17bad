/** What a schedule costs by its machine's model: as a table for people, and as JSON. */
import {
  communicationShare,
  formatBytes,
  formatNumber,
  formatSeconds,
  rankCount,
  walkExecutions,
  type Gain,
  type Schedule,
  type StepKind,
} from "../../dsl/index.ts";
import { counted, table } from "./table.ts";

interface Total {
  executions: number;
  flops: number;
  localBytes: number;
  node: number;
  cluster: number;
  messages: number;
  seconds: number;
}

/** Per rank, all slices of its group together, by kind of step in the order of their first occurrence. */
function totals(schedule: Schedule): Map<StepKind, Total> {
  const found = new Map<StepKind, Total>();
  walkExecutions(schedule, ({ kind, model }, times) => {
    if (kind === "free") return;
    const once = {
      flops: model.flops,
      localBytes: model.localBytes,
      ...model.sentBytes,
      messages: model.messages,
      seconds: model.seconds,
    };
    found.set(kind, added(found.get(kind) ?? NOTHING, { ...scaled(once, times), executions: times }));
  });
  return found;
}

function scaled<K extends string>(values: Readonly<Record<K, number>>, times: number): Record<K, number> {
  const entries = Object.entries<number>(values).map(([key, value]) => [key, times * value] as const);
  return Object.fromEntries(entries) as Record<K, number>;
}

const NOTHING: Total = {
  executions: 0,
  flops: 0,
  localBytes: 0,
  node: 0,
  cluster: 0,
  messages: 0,
  seconds: 0,
};

const HEAD = ["step", "times", "flops", "local", "sent in node", "sent in cluster", "messages", "time"];

export function describeSchedule(schedule: Schedule, gain: Gain): string {
  const byKind = [...totals(schedule)];
  const rows = byKind.map(([kind, total]) => row(kind, total));
  const all = byKind.reduce((sum, [, total]) => added(sum, total), NOTHING);
  const { machine, dtype, method, slices, peakBytes, modelledSeconds } = schedule;
  const devices = counted(rankCount(schedule.mesh), "device");
  const { speedup, extraSpeedup, complexityReduction } = gain;
  return [
    `schedule on ${machine}, ${devices}, ${dtype}, ${counted(slices, "slice")}, method ${method}`,
    "figures of one device, all modelled:",
    table([HEAD, ...rows, row("total", all)]),
    `peak memory ${formatBytes(peakBytes)} a device, time ${formatSeconds(modelledSeconds)}, both modelled`,
    `communication ${(100 * communicationShare(schedule)).toFixed(1)} % of the time, modelled`,
    `beside slicing alone: extra speedup E ${ratio(extraSpeedup)}, complexity reduction R ${ratio(complexityReduction)}, ` +
      `E/R ${ratio(extraSpeedup / complexityReduction)}; beside one device: speedup ${ratio(speedup)}, modelled`,
  ].join("\n");
}

export function ratio(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** All modelled; bytes, flops and messages are those of one device. */
export function scheduleJson(schedule: Schedule, gain: Gain): object {
  const byKind = totals(schedule);
  const all = [...byKind.values()].reduce(added, NOTHING);
  const { speedup, extraSpeedup, complexityReduction, slicingSeconds } = gain;
  return {
    network: schedule.network,
    machine: schedule.machine,
    devices: rankCount(schedule.mesh),
    method: schedule.method,
    slices: schedule.slices,
    modelled_seconds: schedule.modelledSeconds,
    seconds_by_kind: Object.fromEntries([...byKind].map(([kind, total]) => [kind, total.seconds])),
    flops: all.flops,
    local_bytes: all.localBytes,
    sent_bytes: { node: all.node, cluster: all.cluster },
    messages: all.messages,
    peak_bytes: schedule.peakBytes,
    communication_share: communicationShare(schedule),
    slicing_seconds: slicingSeconds,
    speedup,
    extra_speedup: extraSpeedup,
    complexity_reduction: complexityReduction,
    extra_speedup_over_reduction: extraSpeedup / complexityReduction,
  };
}

function row(name: string, total: Total): string[] {
  return [
    name,
    String(total.executions),
    total.flops < 1e6 ? formatNumber(total.flops) : total.flops.toExponential(2),
    formatBytes(total.localBytes),
    formatBytes(total.node),
    formatBytes(total.cluster),
    String(total.messages),
    formatSeconds(total.seconds),
  ];
}

function added(a: Total, b: Total): Total {
  return {
    executions: a.executions + b.executions,
    flops: a.flops + b.flops,
    localBytes: a.localBytes + b.localBytes,
    node: a.node + b.node,
    cluster: a.cluster + b.cluster,
    messages: a.messages + b.messages,
    seconds: a.seconds + b.seconds,
  };
}
