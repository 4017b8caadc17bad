/** A quantum circuit: gates on qubits, in the order of their times. Plain data. */
import type { GateName } from "./gates.ts";

/** A gate of qsim's format. */
export interface NamedGate {
  /** Moment at which it acts; gates of one time touch different qubits. */
  readonly time: number;
  readonly name: GateName;
  /** Distinct, each below the circuit's count; controls first. */
  readonly qubits: readonly number[];
  /** Radians. */
  readonly parameters: readonly number[];
  readonly matrix?: undefined;
}

/**
 * A matrix on t qubits, the first of them the most significant bit of a row's number; row = outcome. Row-major of
 * 2^t by 2^t entries, or, where `diagonal`, the 2^t entries of the diagonal alone.
 */
export interface Unitary {
  readonly diagonal: boolean;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** A gate by its matrix: `matrix` acts on the last qubits where the first ones, the controls, have the values given. */
export interface MatrixGate {
  readonly time: number;
  /** As its file calls it; two gates of one name may differ. */
  readonly name: string;
  /** Distinct, each below the circuit's count; the controls first. */
  readonly qubits: readonly number[];
  /** Radians; only to be shown, since `matrix` holds them already. */
  readonly parameters: readonly number[];
  /** The value at which each of the leading qubits lets the gate act. */
  readonly controls: readonly (0 | 1)[];
  /** On the qubits after the controls; none of them is a phase. */
  readonly matrix: Unitary;
}

export type Gate = NamedGate | MatrixGate;

/** Invariants: times never decrease; a named gate has the qubits and parameters that `gateKinds` says. */
export interface Circuit {
  readonly qubits: number;
  readonly gates: readonly Gate[];
}
