/** Random circuits in the style of F. Arute et al., Nature 574, 505 (2019). */
import { mulberry32 } from "../base/random.ts";
import { UserError } from "../base/diagnostic.ts";
import type { Circuit, Gate } from "./circuit.ts";
import type { GateName } from "./gates.ts";

export interface RandomCircuit {
  readonly rows: number;
  readonly columns: number;
  /** Each cycle: a square root of X, Y or W on every qubit, then fSim gates along one pattern of bonds. */
  readonly cycles: number;
  readonly seed: number;
}

const ROOTS = ["x_1_2", "y_1_2", "hz_1_2"] as const satisfies readonly GateName[];
/** Patterns of bonds, cycle by cycle. */
const SEQUENCE = "ABCDCDAB";

/**
 * Qubit = row * columns + column. No qubit gets the same root twice in a row; a last layer of roots follows the
 * cycles. fSim(pi/2, pi/6). Same numbers, same circuit. Throws UserError where a count is not a positive integer.
 */
export function randomCircuit({ rows, columns, cycles, seed }: RandomCircuit): Circuit {
  for (const [what, value] of Object.entries({ rows, columns, cycles }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new UserError(`${what} must be a positive integer, got ${value}`);
  const random = mulberry32(seed);
  const qubits = rows * columns;
  const last = new Array<number>(qubits).fill(-1);
  const roots = (time: number): Gate[] =>
    last.map((before, qubit) => {
      const drawn = before < 0 ? Math.floor(3 * random()) : (before + 1 + Math.floor(2 * random())) % 3;
      last[qubit] = drawn;
      return { time, name: ROOTS[drawn] ?? "x_1_2", qubits: [qubit], parameters: [] };
    });
  const gates: Gate[] = [];
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    gates.push(...roots(2 * cycle));
    for (const bond of bonds(rows, columns, SEQUENCE[cycle % SEQUENCE.length] ?? "A"))
      gates.push({ time: 2 * cycle + 1, name: "fs", qubits: bond, parameters: [Math.PI / 2, Math.PI / 6] });
  }
  gates.push(...roots(2 * cycles));
  return { qubits, gates };
}

/** A, B: bonds to the qubit below; C, D: to the right; the two of a kind alternate like a chequerboard. */
function bonds(rows: number, columns: number, pattern: string): [number, number][] {
  const down = pattern === "A" || pattern === "B";
  const parity = pattern === "A" || pattern === "C" ? 0 : 1;
  const found: [number, number][] = [];
  for (let row = 0; row + (down ? 1 : 0) < rows; row += 1)
    for (let column = 0; column + (down ? 0 : 1) < columns; column += 1)
      if ((row + column) % 2 === parity)
        found.push([row * columns + column, (row + (down ? 1 : 0)) * columns + column + (down ? 0 : 1)]);
  return found;
}
