/** `tnlab schedule`. */
import { availableParallelism } from "node:os";
import {
  deviceCount,
  distribute,
  formatBytes,
  formatNumber,
  formatSeconds,
  presets,
  rankCount,
  UserError,
  walkSteps,
  type ContractionTree,
  type Machine,
  type MachineSpec,
  type Schedule,
  type StepKind,
} from "../../dsl/index.ts";
import { machineFor } from "../session/results.ts";
import { describeNetwork } from "./check.ts";
import { OK, WrongUse, type Arguments, type Run } from "./command.ts";
import { interruptible } from "./interrupt.ts";
import { describeOrder } from "./order.ts";
import { print, printJson } from "./print.ts";
import { hostFor } from "./programs.ts";
import { findOrder, searchFlags } from "./search.ts";
import { readSubject, type Subject } from "./subject.ts";
import { counted, table } from "./table.ts";
import { integer } from "./values.ts";

export const run: Run = (given) => {
  const wanted = searchFlags(given);
  const asked = integer(given, "devices", { least: 1, most: 2 ** 20 });
  if (!given.values.has("machine")) throw new WrongUse("--machine is missing: --machine dgx-h100");
  const subject = readSubject(given);
  const machine = machineOf(subject, given, asked);
  const devices = asked ?? deviceCount(machine);
  return interruptible(async (signal) => {
    const ordered = await findOrder(subject, wanted, signal);
    const schedule = placed(subject, ordered.tree, machine, devices);
    if (given.flags.has("json")) printJson(schedule);
    else {
      const order = describeOrder(subject.network, ordered);
      print([describeNetwork(subject.network), order, "", describeSchedule(schedule)].join("\n"));
    }
    return OK;
  });
};

const THREADS = /^threads(?:\((\d+)\))?$/;

/** Throws WrongUse for a machine that there is not, or that has not so many devices. */
function machineOf({ definitions }: Subject, given: Arguments, devices: number | undefined): Machine {
  const name = given.values.get("machine") ?? "";
  const session = { definitions, results: new Map(), host: hostFor(AbortSignal.abort()) };
  const machine = machineFor(session, machineSpec(definitions, name, devices));
  if (devices === undefined || devices <= deviceCount(machine)) return machine;
  const has = counted(deviceCount(machine), "device");
  throw new WrongUse(`${machine.name} has ${has}, fewer than --devices ${devices}`);
}

function machineSpec(
  definitions: Subject["definitions"],
  name: string,
  devices: number | undefined,
): MachineSpec {
  const own = definitions.get(name);
  if (own?.kind === "machine") return own.spec;
  if (presets.has(name)) return { kind: "preset", name };
  const threads = THREADS.exec(name);
  const workers = Number(threads?.[1] ?? devices ?? availableParallelism());
  if (threads !== null && workers >= 1 && workers <= 1024) return { kind: "threads", workers };
  const machines = [...definitions].flatMap(([key, one]) => (one.kind === "machine" ? [key] : []));
  const known = [...presets.keys(), "threads", ...machines];
  const list = known.map((one) => (one === "threads" ? "threads(n)" : one)).join(", ");
  throw new WrongUse(`there is no machine ${name} (known: ${list})`, { name, known });
}

function placed(subject: Subject, tree: ContractionTree, machine: Machine, devices: number): Schedule {
  try {
    return distribute(subject.network, tree, machine, devices);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message}; on the command line --max-size LOG2 slices`);
  }
}

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
function totals({ steps, mesh, slices }: Schedule): Map<StepKind, Total> {
  const found = new Map<StepKind, Total>();
  let rounds = 1;
  walkSteps(steps, ({ kind, model, ...step }, depth) => {
    if (kind === "free") return;
    if (kind === "slice-loop" && "digits" in step)
      rounds = Math.ceil(slices / rankCount(step.digits.flatMap((digit) => mesh[digit] ?? [])));
    const times = depth === 0 ? 1 : rounds;
    const sum = found.get(kind) ?? NOTHING;
    found.set(kind, {
      executions: sum.executions + times,
      flops: sum.flops + times * model.flops,
      localBytes: sum.localBytes + times * model.localBytes,
      node: sum.node + times * model.sentBytes.node,
      cluster: sum.cluster + times * model.sentBytes.cluster,
      messages: sum.messages + times * model.messages,
      seconds: sum.seconds + times * model.seconds,
    });
  });
  return found;
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

function describeSchedule(schedule: Schedule): string {
  const byKind = [...totals(schedule)];
  const rows = byKind.map(([kind, total]) => row(kind, total));
  const all = byKind.reduce((sum, [, total]) => added(sum, total), NOTHING);
  const { machine, dtype, method, slices, peakBytes, modelledSeconds } = schedule;
  const devices = counted(rankCount(schedule.mesh), "device");
  return [
    `schedule on ${machine}, ${devices}, ${dtype}, ${counted(slices, "slice")}, method ${method}`,
    "figures of one device, all modelled:",
    table([HEAD, ...rows, row("total", all)]),
    `peak memory ${formatBytes(peakBytes)} a device, time ${formatSeconds(modelledSeconds)}, both modelled`,
  ].join("\n");
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
