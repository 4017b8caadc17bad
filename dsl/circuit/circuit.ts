/** A quantum circuit: gates on qubits, in the order of their times. Plain data. */
import type { GateName } from "./gates.ts";

export interface Gate {
  /** Moment at which it acts; gates of one time touch different qubits. */
  readonly time: number;
  readonly name: GateName;
  /** Distinct, each below the circuit's count; controls first. */
  readonly qubits: readonly number[];
  /** Radians. */
  readonly parameters: readonly number[];
}

/** Invariants: times never decrease; gates have the qubits and parameters that `gateKinds` says. */
export interface Circuit {
  readonly qubits: number;
  readonly gates: readonly Gate[];
}
