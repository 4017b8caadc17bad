/** A checked program in words, short enough to be read in a golden file. */
import { hasData } from "../../../dsl/network/network.ts";
import type { Definition, MachineSpec, Program } from "../../../dsl/program/program.ts";

const SHOWN = 8;

export function printProgram({ definitions, actions }: Program): string {
  const meanings = [...definitions].map(([name, own]) => printDefinition(name, own));
  const deeds = actions.map((action) =>
    Object.entries(action)
      .filter(([key, part]) => key !== "span" && part !== undefined && part !== false)
      .map(([, part]: [string, unknown]) => part)
      .map((part) => (typeof part === "string" ? part : part === true ? "dry" : JSON.stringify(part)))
      .join(" "),
  );
  return [...meanings, ...deeds, ""].join("\n");
}

function printDefinition(name: string, own: Definition): string {
  switch (own.kind) {
    case "let":
      return `let ${name} = ${String(own.value)}`;
    case "index":
    case "family":
      return `${own.kind} ${name}: ${own.extent}`;
    case "tensor": {
      const axes = own.labels.map((label, axis) => `${label}: ${own.shape[axis]}`).join(", ");
      return `tensor ${name}[${axes}]: ${own.dtype} = ${printEntries([...own.entries.re])}`;
    }
    case "network":
      return printNetwork(own);
    case "order":
    case "slice":
    case "distribution":
      return `${name} = ${shortened(JSON.stringify(own.spec))}`;
    case "machine":
      return printMachine(name, own.spec);
    case "budgets":
      return `${name}: ${own.budgets.map(({ text, limit }) => `${text} (${limit})`).join(", ")}`;
    case "circuit":
      return `circuit ${name}: ${own.circuit.qubits} qubits, ${own.circuit.gates.length} gates`;
    case "formula":
      return `formula ${name}: ${own.formula.variables} variables, ${own.formula.clauses.length} clauses`;
    case "model":
      return `model ${name}: ${own.model.extents.length} variables, ${own.model.factors.length} factors`;
    default:
      return own satisfies never;
  }
}

function printMachine(name: string, spec: MachineSpec): string {
  if (spec.kind !== "model") return `machine ${name} = ${spec.kind}(${spec.workers})`;
  const { device, node, cluster, degraded = [] } = spec.machine;
  const lines = [
    `machine ${name}: ${JSON.stringify(device)}`,
    `  node ${JSON.stringify(node)}`,
    ...(cluster ? [`  cluster ${JSON.stringify(cluster)}`] : []),
    ...degraded.map((link) => `  degraded ${JSON.stringify(link)}`),
  ];
  return lines.join("\n");
}

function printEntries(values: readonly number[]): string {
  if (values.length > SHOWN) return `${values.length} entries`;
  return values.map((value) => String(Number(value.toPrecision(6)))).join(" ");
}

function printNetwork({ valued }: Extract<Definition, { kind: "network" }>): string {
  const { name, dtype, open, tensors, extents } = valued.network;
  const factors = tensors.map((tensor) => `${tensor.name}[${tensor.labels.join(", ")}]`);
  const middle = factors.length > SHOWN ? [...factors.slice(0, 3), "...", ...factors.slice(-3)] : factors;
  const head = `network ${name}[${open.join(", ")}]: ${dtype}`;
  const size = `${factors.length} factors, ${Object.keys(extents).length} indices`;
  const kind = hasData(valued) ? (valued.exact === undefined ? "" : ", to be exact") : ", no data";
  return [`${head}, ${size}${kind}`, ...middle.map((factor) => `  ${factor}`)].join("\n");
}

function shortened(text: string): string {
  return text.length > 150 ? `${text.slice(0, 150)}...` : text;
}
