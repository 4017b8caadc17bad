/** The seam between the language and every face (command line, notebook, TypeScript): one call evaluates a program. */
import type {
  ContractionTree,
  Definition,
  Diagnostic,
  Machine,
  MachineSpec,
  Network,
  Schedule,
  SearchDefaults,
} from "../../dsl/index.ts";
import type { RunOptions } from "../engine/engine.ts";
import type { Pace } from "../engine/pace.ts";
import type { RunReport } from "../engine/report.ts";

/** One thing to show; `data` is a Jupyter mime bundle and always holds `text/plain`. */
export interface Output {
  readonly data: Readonly<Record<string, unknown>>;
}

/** What the host offers to a program. */
export interface Host {
  /** Shown as soon as it is known. */
  readonly show: (output: Output) => void;
  /** Shows an output whose place later ones take; absent where only what is final is shown. */
  readonly showing?: (output: Output) => (next: Output) => void;
  /** A variable of the TypeScript session, for `data(v)`; undefined when there is none. */
  readonly variable: (name: string) => unknown;
  /** Folder that relative file names start from. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Of searches that the program leaves open. */
  readonly search?: SearchDefaults;
  /** Where all runs that are not dry go, whatever the program says; absent where the program decides. */
  readonly runsOn?: MachineSpec;
  /** Whether processes with PyTorch move beside contractions wherever the program leaves that open; absent: as was measured here. */
  readonly overlap?: boolean | undefined;
  /** Folder in which runs keep the sums of their slices and go on from those of a run that was stopped; absent: none are kept. */
  readonly checkpoints?: string | undefined;
  /** What multiplies on the threads engine; absent where its own kernels do. */
  readonly multiplier?: RunOptions["multiplier"];
  /** Told now and then how far a run is, and once with nothing when it ends; absent where nobody looks, or at `showing`. */
  readonly following?: (pace: Pace | undefined) => void;
}

/** What is known of a network so far, computed when first needed and kept while its definitions stand. */
export interface Results {
  /** The definitions it was computed from (network, order, slices); others make it stale. */
  readonly basis: readonly (Definition | undefined)[];
  /** As ordered and sliced by the program; a plan for a machine may slice further. */
  readonly tree: ContractionTree;
  /** By machine and what is fixed of the distribution. */
  readonly plans: ReadonlyMap<string, Plan>;
  /** Of the last run, if there was one. */
  readonly schedule?: Schedule;
  readonly report?: RunReport;
  readonly machine?: Machine;
  /** What the program said of the distribution then. */
  readonly laid?: Definition | undefined;
}

/** A schedule for a machine, with the tree that it contracts. */
export interface Plan {
  readonly machine: Machine;
  readonly tree: ContractionTree;
  readonly schedule: Schedule;
}

/** What a search by time found, and the network as it was then. */
export interface Searched {
  readonly network: Network;
  readonly tree: ContractionTree;
}

/** Names defined so far, kept from cell to cell. */
export interface Environment {
  readonly definitions: ReadonlyMap<string, Definition>;
  /** By the name of the network. */
  readonly results: ReadonlyMap<string, Results>;
  /** By the name of the network, what its last search by time found: the next may begin from it. */
  readonly searched?: ReadonlyMap<string, Searched>;
}

export interface Evaluation {
  /** The names after the program; the old environment, untouched, when `ok` is false. */
  readonly environment: Environment;
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** What of earlier programs was made anew because what it uses changed, and what could not be. */
  readonly told?: readonly string[];
}

/** `evaluate` of program.ts has this type. `diagnostics` are also rendered by the caller with `excerpt`. */
export type Evaluate = (source: string, environment: Environment, host: Host) => Promise<Evaluation>;
