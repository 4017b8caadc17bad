/** A checked program: what its names mean, and what it does. The product of `check`. */
import type { Span } from "../base/diagnostic.ts";
import type { Circuit } from "../circuit/circuit.ts";
import type { Formula } from "../formats/dimacs.ts";
import type { Model } from "../formats/uai.ts";
import type { Dtype, Entries, Label, ValuedNetwork } from "../network/network.ts";

/** How the order of contraction is given or found. */
export type OrderSpec =
  /** Pairs of ids: factors are 0..n-1 in the order of the product, step k yields n+k. */
  | { readonly kind: "tree"; readonly pairs: readonly (readonly [number, number])[] }
  /** Pairs as of a tree, of the parts that are written; the parts and all other factors are joined by a search. */
  | {
      readonly kind: "partial";
      readonly pairs: readonly (readonly [number, number])[];
      readonly objective: "flops" | "size" | "combo";
      readonly seconds: number;
      readonly seed: number;
    }
  | { readonly kind: "greedy" | "optimal" | "partition" | "anneal" }
  | {
      readonly kind: "search";
      readonly objective: "flops" | "size" | "combo";
      readonly seconds: number;
      readonly seed: number;
    };

export type MachineSpec =
  | { readonly kind: "threads"; readonly workers: number }
  | { readonly kind: "preset"; readonly name: string };

export type SliceSpec =
  | { readonly kind: "bytes"; readonly bytes: number }
  /** `machine` names a definition. */
  | { readonly kind: "fit"; readonly machine: string }
  | { readonly kind: "over"; readonly labels: readonly Label[] };

/** Row-major over `labels`; `shape[k]` is the extent of `labels[k]`. */
export interface TensorDefinition {
  readonly kind: "tensor";
  readonly labels: readonly Label[];
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly entries: Entries;
}

/** What a name means. */
export type Definition =
  /** A number, boolean, array, or mathjs' complex number or unit. */
  | { readonly kind: "let"; readonly value: unknown }
  | { readonly kind: "index"; readonly extent: number }
  /** Every index of the base name with `arity` subscripts; with any number of them where `arity` is 1. */
  | { readonly kind: "family"; readonly arity: number; readonly extent: number }
  | TensorDefinition
  | { readonly kind: "network"; readonly valued: ValuedNetwork }
  | { readonly kind: "order"; readonly network: string; readonly spec: OrderSpec }
  | { readonly kind: "machine"; readonly spec: MachineSpec }
  | { readonly kind: "circuit"; readonly circuit: Circuit }
  | { readonly kind: "formula"; readonly formula: Formula }
  | { readonly kind: "model"; readonly model: Model }
  | { readonly kind: "slice"; readonly network: string; readonly spec: SliceSpec };

/**
 * Names to their meaning. A family is under `s_{*,*}`, an index under its label, the order of R under
 * `order R`, its slices under `slice R`.
 */
export type Definitions = ReadonlyMap<string, Definition>;

export type Action =
  | {
      readonly kind: "run";
      readonly network: string;
      /** The name of a machine, a machine written in place, or none. */
      readonly machine: string | MachineSpec | undefined;
      /** Modelled only. */
      readonly dry: boolean;
      readonly span: Span;
    }
  | { readonly kind: "show"; readonly figure: FigureName; readonly network: string; readonly span: Span };

export type FigureName = "network" | "order" | "communication" | "timeline";

export interface Program {
  /** Those of the environment and the program's own; the later of two with one name. */
  readonly definitions: Definitions;
  /** In the order written. */
  readonly actions: readonly Action[];
}

/** What the host offers to the check. */
export interface CheckContext {
  /** A variable of the TypeScript session, for `data(v)`; undefined when there is none. */
  readonly variable: (name: string) => unknown;
  /** The text of a file. Throws UserError when it cannot be read. */
  readonly read: (path: string) => string;
  /** Names that `preset "..."` takes. */
  readonly presets: readonly string[];
}
