/**
 * Reports as a trace that Perfetto (ui.perfetto.dev) and chrome://tracing read: the Trace Event Format of Chromium, complete events
 * ("X") in microseconds.
 */
import type { RunReport, StepReport } from "./report.ts";

/** A network is a process of the trace, a rank one of its threads. */
export interface TraceEvent {
  readonly name: string;
  /** `X`: from `ts` for `dur`; `M`: a name for a process or thread. */
  readonly ph: "X" | "M";
  readonly pid: number;
  readonly tid: number;
  readonly cat?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly args: Readonly<Record<string, string | number>>;
}

export interface ChromeTrace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: "ms";
}

export function chromeTrace(reports: readonly RunReport[]): ChromeTrace {
  return { traceEvents: reports.flatMap(eventsOf), displayTimeUnit: "ms" };
}

function eventsOf(report: RunReport, pid: number): TraceEvent[] {
  const { network, machine, ranks, measuredSeconds } = report;
  const source = measuredSeconds === undefined ? "modelled" : "measured";
  const events: TraceEvent[] = [
    { name: "process_name", ph: "M", pid, tid: 0, args: { name: `${network} on ${machine}, ${source}` } },
  ];
  for (let rank = 0; rank < ranks; rank += 1) {
    events.push({ name: "thread_name", ph: "M", pid, tid: rank, args: { name: `device ${rank}` } });
    events.push(...stepsOf(report, pid, rank));
  }
  return events;
}

/**
 * Executions of a step of a slice loop are one event, after those of the step before, so that a step may be shown later than it began,
 * but no time is counted twice. Steps that a rank did not run are left out.
 */
function stepsOf({ steps }: RunReport, pid: number, tid: number): TraceEvent[] {
  const events: TraceEvent[] = [];
  let now = 0;
  for (const step of steps) {
    const start = step.startSeconds[tid] ?? NaN;
    const seconds =
      step.measuredSeconds === undefined ? step.model.seconds : (step.measuredSeconds[tid] ?? NaN);
    if (!Number.isFinite(start) || !Number.isFinite(seconds)) continue;
    now = Math.max(now, start);
    const times = { ts: microseconds(now), dur: microseconds(seconds) };
    events.push({
      name: step.name,
      cat: step.kind,
      ph: "X",
      pid,
      tid,
      ...times,
      args: figuresOf(step, tid, seconds),
    });
    now += seconds;
  }
  return events;
}

/** To the nanosecond. */
function microseconds(seconds: number): number {
  return Math.round(seconds * 1e9) / 1e3;
}

/** In units of 10^9. */
function rate(amount: number, seconds: number): number {
  return seconds > 0 ? amount / seconds / 1e9 : 0;
}

/** All executions together; of one rank. Seconds are measured, or modelled on the dry engine. */
function figuresOf(step: StepReport, rank: number, seconds: number): TraceEvent["args"] {
  const { flops, localBytes, sentBytes, messages, seconds: modelled } = step.model;
  const ownBytes = localBytes / (step.sharedBy ?? 1);
  const sent = sentBytes.node + sentBytes.cluster;
  const transfer = step.transferSeconds?.[rank];
  return {
    executions: step.executions,
    modelled_seconds: modelled,
    flops,
    gigaflops_per_second: rate(flops, seconds),
    modelled_gigaflops_per_second: rate(flops, modelled),
    local_bytes: ownBytes,
    local_gigabytes_per_second: rate(ownBytes, seconds),
    modelled_local_gigabytes_per_second: rate(localBytes, modelled),
    sent_bytes: sent,
    sent_gigabytes_per_second: rate(sent, seconds),
    modelled_sent_gigabytes_per_second: rate(sent, modelled),
    messages,
    ...(transfer !== undefined && Number.isFinite(transfer) && { transfer_seconds: transfer }),
    out_elements: step.outElements,
    live_bytes: step.liveBytes,
  };
}
