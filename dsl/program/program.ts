/** A checked program: what its names mean, and what it does. The product of `check`. */
import type { Span } from "../base/diagnostic.ts";
import type { Machine } from "../distribute/machine.ts";
import type { Method, Wanted } from "../distribute/wanted.ts";
import type { Circuit } from "../circuit/circuit.ts";
import type { Formula } from "../formats/dimacs.ts";
import type { Model } from "../formats/uai.ts";
import type { Inflate } from "../formats/zip.ts";
import type { Objective } from "../plan/tree.ts";
import type { Dtype, Entries, Label, ValuedNetwork } from "../network/network.ts";

/** What a search minimises, until when, and from which seed. `machine` names the one whose time counts. */
export interface SearchWishes {
  readonly objective: Objective | { readonly machine: string };
  readonly seconds: number;
  readonly seed: number;
  /** The program writes the seed: what the search finds must not depend on what was found before. */
  readonly seeded?: true;
}

/** How the order of contraction is given or found. */
export type OrderSpec =
  /** Pairs of ids: factors are 0..n-1 in the order of the product, step k yields n+k. */
  | {
      readonly kind: "tree";
      readonly pairs: readonly (readonly [number, number])[];
      /** Slices that a path file brings along; a `slice` statement replaces them. */
      readonly sliced?: readonly Label[];
    }
  /** Pairs as of a tree, of the parts that are written; the parts and all other factors are joined by a search. */
  | ({ readonly kind: "partial"; readonly pairs: readonly (readonly [number, number])[] } & SearchWishes)
  | { readonly kind: "greedy" | "optimal" | "partition" | "anneal" }
  | ({ readonly kind: "search" } & SearchWishes);

/** Threads and processes of this computer are told by their number alone: how fast they are, the host knows. */
export type MachineSpec =
  | { readonly kind: "threads"; readonly workers: number }
  /** `overlap`: moves go beside contractions, tile by tile, whether or not that was found to help on this computer. */
  | { readonly kind: "torch"; readonly workers: number; readonly overlap?: boolean }
  | { readonly kind: "model"; readonly machine: Machine };

/** How a network is laid over a machine; what is absent is planned. */
export interface DistributionSpec extends Wanted {
  /** The name of a machine, or a machine written in place. */
  readonly machine: string | MachineSpec;
  /** Absent: all. */
  readonly devices?: number;
  /** Of search, for the method that searches. */
  readonly seconds?: number;
}

export const QUANTITIES = ["memory", "time", "communication", "extra speedup", "slices"] as const;

/** Memory in bytes a device, time in seconds, communication as the part of the time, the others as numbers. */
export type Quantity = (typeof QUANTITIES)[number];

export const RELATIONS = ["<=", "<", ">=", ">"] as const;

export interface Budget {
  readonly quantity: Quantity;
  readonly relation: (typeof RELATIONS)[number];
  readonly limit: number;
  /** As written. */
  readonly text: string;
}

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
  | { readonly kind: "slice"; readonly network: string; readonly spec: SliceSpec }
  | { readonly kind: "distribution"; readonly network: string; readonly spec: DistributionSpec }
  | { readonly kind: "budgets"; readonly network: string; readonly budgets: readonly Budget[] };

/**
 * Names to their meaning. A family is under `s_{*,*}`, an index under its label, the order of R under
 * `order R`, its slices under `slice R`, its distribution under `distribute R`, its budgets under `require R`.
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
  | {
      readonly kind: "show";
      readonly figure: FigureName;
      readonly network: string;
      readonly machine: string | MachineSpec | undefined;
      /** Of the speedup, absent: all that the machine allows; of the degradation, absent: those of the distribution. */
      readonly counts?: DeviceCounts;
      /** Of the speedup: how an order is searched for each count; absent: the network's own order serves all. */
      readonly search?: SearchWishes;
      readonly span: Span;
    }
  /** One budget of a `require` statement, held against the model before anything runs. */
  | { readonly kind: "require"; readonly network: string; readonly budget: Budget; readonly span: Span }
  | {
      readonly kind: "compare";
      readonly network: string;
      readonly distribution: DistributionSpec;
      readonly methods: readonly Method[];
      readonly span: Span;
    };

/** A range stands for doublings within it. */
export type DeviceCounts =
  | { readonly kind: "range"; readonly from: number; readonly to: number }
  | { readonly kind: "list"; readonly counts: readonly number[] };

export const FIGURES = [
  "network",
  "order",
  "contraction",
  "communication",
  "traffic",
  "timeline",
  "memory",
  "roofline",
  "speedup",
  "degradation",
] as const;

export type FigureName = (typeof FIGURES)[number];

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
  /** The text of a file in pieces, for the formats that are read line by line; where absent, they are read whole. Throws as `read` does. */
  readonly pieces?: (path: string) => Iterable<string>;
  /** The bytes of a file, which are not changed afterwards. Throws UserError when it cannot be read. */
  readonly readBytes: (path: string) => Uint8Array;
  /** Undoes deflate, for `.npz` files. */
  readonly inflate: Inflate;
  /** Of searches that do not say it themselves. */
  readonly search?: SearchDefaults;
}

export interface SearchDefaults {
  readonly seconds?: number;
  readonly seed?: number;
}
