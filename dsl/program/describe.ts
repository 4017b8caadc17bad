/** Definitions in a line of words. */
import { formatBytes, formatNumber, formatSeconds } from "../base/units.ts";
import { deviceCount, type Machine } from "../distribute/machine.ts";
import { describeValue } from "./expression.ts";
import type { Definition, DistributionSpec, MachineSpec, OrderSpec, SliceSpec } from "./program.ts";

/** `tensor W[a: 2, b: 2]: float64`; `key` is that of the definitions. */
export function describeDefinition(key: string, definition: Definition): string {
  switch (definition.kind) {
    case "let":
      return `let ${key} = ${listed(definition.value)}`;
    case "index":
      return `index ${key}: ${definition.extent}`;
    case "family":
      return `index ${key}: ${definition.extent}, each of the family`;
    case "tensor": {
      const axes = definition.labels.map((label, axis) => `${label}: ${definition.shape[axis] ?? 1}`);
      return `tensor ${key}${bracketed(axes)}: ${definition.dtype}`;
    }
    case "network": {
      const { open, extents, dtype, tensors } = definition.valued.network;
      const axes = open.map((label) => `${label}: ${extents[label] ?? 1}`);
      const indices = Object.keys(extents).length;
      return `network ${key}${bracketed(axes)}: ${dtype}, ${counted(tensors.length, "tensor", "tensors")}, ${counted(indices, "index", "indices")}`;
    }
    case "order":
      return `${key} = ${describeOrder(definition.spec)}`;
    case "machine":
      return `machine ${key}: ${describeMachine(definition.spec)}`;
    case "circuit":
      return `circuit ${key}: ${definition.circuit.qubits} qubits, ${definition.circuit.gates.length} gates`;
    case "formula":
      return `formula ${key}: ${definition.formula.variables} variables, ${definition.formula.clauses.length} clauses`;
    case "model":
      return `graphical model ${key}: ${definition.model.extents.length} variables, ${definition.model.factors.length} factors`;
    case "slice":
      return `${key} ${describeSlices(definition.spec)}`;
    case "distribution":
      return `${key} on ${describeDistribution(definition.spec)}`;
    case "budgets":
      return `${key}: ${definition.budgets.map(({ text }) => text).join(", ")}`;
    default:
      return definition satisfies never;
  }
}

function bracketed(axes: readonly string[]): string {
  return axes.length === 0 ? "" : `[${axes.join(", ")}]`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function listed(value: unknown): string {
  if (!Array.isArray(value)) return describeValue(value);
  const shown = value.slice(0, 6).map((item: unknown) => listed(item));
  return `[${[...shown, ...(value.length > shown.length ? ["..."] : [])].join(", ")}]`;
}

function describeOrder(spec: OrderSpec): string {
  switch (spec.kind) {
    case "tree":
      return `${counted(spec.pairs.length, "pair", "pairs")}, written`;
    case "partial":
      return `${counted(spec.pairs.length, "pair", "pairs")} written, the rest by search`;
    case "search":
      return `search within ${formatSeconds(spec.seconds)} seed ${spec.seed}`;
    case "greedy":
    case "optimal":
    case "partition":
    case "anneal":
      return spec.kind;
    default:
      return spec satisfies never;
  }
}

function describeSlices(spec: SliceSpec): string {
  switch (spec.kind) {
    case "bytes":
      return `to ${formatBytes(spec.bytes)}`;
    case "fit":
      return `to fit ${spec.machine}`;
    case "over":
      return `over ${spec.labels.join(", ")}`;
    default:
      return spec satisfies never;
  }
}

function describeDistribution({ machine, devices, method, over }: DistributionSpec): string {
  const parts = [
    typeof machine === "string" ? machine : describeMachine(machine),
    devices === undefined ? "" : ` devices ${devices}`,
    method === undefined ? "" : ` by ${method}`,
    over === undefined ? "" : ` over ${over.map(({ labels }) => labels.join(", ")).join(" then ")}`,
  ];
  return parts.join("");
}

function describeMachine(spec: MachineSpec): string {
  return spec.kind === "model"
    ? describeModel(spec.machine)
    : `${spec.kind}(${spec.workers}${spec.kind === "torch" && spec.overlap === true ? ", overlap" : ""}) of this computer`;
}

function describeModel(machine: Machine): string {
  const { flopsPerSecond, memoryBytes, memoryBytesPerSecond } = machine.device;
  const rate = `${formatNumber(flopsPerSecond.complex64 / 1e12)} TFLOP/s in complex64`;
  const memory = `${formatNumber(memoryBytes / 1e9)} GB at ${formatNumber(memoryBytesPerSecond / 1e12)} TB/s`;
  return `${counted(deviceCount(machine), "device", "devices")} of ${rate}, ${memory}; a model`;
}
