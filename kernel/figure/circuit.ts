/** The places of a circuit's tensors: qubits as rows, time to the right. */
import type { Network } from "../../dsl/core.ts";
import { isHub, type Joint, type Places, type Point } from "./graph.ts";

/** Column width in units of the distance of two qubits. */
const COLUMN = 1;

/**
 * Tensors named `in(q)`, `out(q)` and `gate@position(q, ...)`, as early as their qubits allow; a gate keeps free all
 * rows between its qubits. Undefined where a tensor has another name.
 */
export function circuitPlaces(network: Network, joints: readonly Joint[]): Places | undefined {
  const spans = network.tensors.map(({ name }) => qubitsOf(name));
  const busy: number[] = [];
  const tensors: Point[] = [];
  for (const qubits of spans) {
    if (qubits === undefined) return undefined;
    const [first, last] = [Math.min(...qubits), Math.max(...qubits)];
    let column = 0;
    for (let row = first; row <= last; row += 1) column = Math.max(column, busy[row] ?? 0);
    for (let row = first; row <= last; row += 1) busy[row] = column + 1;
    tensors.push([COLUMN * column, -(first + last) / 2]);
  }
  const rows = rowsOf(joints, spans);
  return { tensors: lined(network, tensors), joints: hubPlaces(joints, tensors, rows), rows, square: false };
}

function qubitsOf(name: string): number[] | undefined {
  const [, inside] = /^(?:in|out|[^@()]+@\d+)\(([\d,]+)\)$/.exec(name) ?? [];
  return inside?.split(",").map(Number);
}

/** The row of each index: its qubit's, as its label says, or the only one that all its tensors have. */
function rowsOf(
  joints: readonly Joint[],
  spans: readonly (readonly number[] | undefined)[],
): Map<string, number> {
  const rows = new Map<string, number>();
  for (const { label, tensors } of joints) {
    const named = /^w_\{(\d+),\d+\}$/.exec(label)?.[1];
    const [first = [], ...others] = tensors.map((tensor) => spans[tensor] ?? []);
    const common = first.filter((qubit) => others.every((span) => span.includes(qubit)));
    const qubit = named === undefined && common.length === 1 ? common[0] : Number(named);
    if (qubit !== undefined && !Number.isNaN(qubit)) rows.set(label, -qubit);
  }
  return rows;
}

/** All outcomes in the last column. */
function lined(network: Network, tensors: readonly Point[]): Point[] {
  const last = Math.max(...tensors.map(([x]) => x));
  return tensors.map(([x, y], tensor) => [
    network.tensors[tensor]?.name.startsWith("out(") === true ? last : x,
    y,
  ]);
}

/** A hub lies on its qubit's row, where it is known, in the middle of the gates that share it. */
function hubPlaces(
  joints: readonly Joint[],
  tensors: readonly Point[],
  rowOf: ReadonlyMap<string, number>,
): Map<string, Point> {
  return new Map(
    joints.filter(isHub).map((hub) => {
      const columns = hub.tensors.map((tensor) => tensors[tensor]?.[0] ?? 0);
      const rows = hub.tensors.map((tensor) => tensors[tensor]?.[1] ?? 0);
      const row = rowOf.get(hub.label) ?? rows.reduce((a, b) => a + b, 0) / rows.length;
      return [hub.label, [(Math.min(...columns) + Math.max(...columns)) / 2, row]];
    }),
  );
}
