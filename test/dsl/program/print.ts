/** A checked program in words, short enough to be read in a golden file. */
import type { Definition, Program } from "../../../dsl/program/program.ts";

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
      return `${name} = ${shortened(JSON.stringify(own.spec))}`;
    case "machine":
      return `machine ${name} = ${JSON.stringify(own.spec)}`;
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
  return [`${head}, ${size}`, ...middle.map((factor) => `  ${factor}`)].join("\n");
}

function shortened(text: string): string {
  return text.length > 150 ? `${text.slice(0, 150)}...` : text;
}
