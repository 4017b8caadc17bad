/** Options of `net.order` as statements of the language. */
import { UserError } from "../../dsl/index.ts";
import { nameMachine, type MachineChoice, type NamedMachine } from "./machines.ts";
import type { Handle } from "./state.ts";

/** How an order is found, and how it is sliced. What is absent is as the program says. */
export interface OrderOptions {
  /** One method by its name; `search` tries and mixes many. */
  readonly method?: "search" | "greedy" | "optimal" | "partition" | "anneal";
  /** What a search minimizes; `time` is that on the machine `on`. */
  readonly minimizing?: "flops" | "size" | "combo" | "writes" | "peak" | "time";
  readonly on?: MachineChoice;
  /** Time of a search: `"5 s"`, or seconds. */
  readonly within?: string | number;
  /** Of a search: a whole number from 0 on. */
  readonly seed?: number;
  /** An order by hand, over factors or places: `"(A B) C"`. */
  readonly written?: string;
  /** opt_einsum's path: pairs of places in the list of what is left. */
  readonly path?: readonly (readonly [number, number])[];
  /** A limit of memory (`"16 GiB"`, or bytes), or the indices to slice over. */
  readonly slice?: string | number | readonly string[];
  /** Fewest slices that fit a device of this machine. */
  readonly fit?: MachineChoice;
  /** Aborting ends the search; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface Statements {
  readonly statements: readonly string[];
  readonly machines: readonly NamedMachine[];
}

/** Throws UserError for options that exclude each other. */
export function orderStatements(handle: Handle, options: OrderOptions): Statements {
  const machines: NamedMachine[] = [];
  const named = (machine: MachineChoice): string => {
    const own = nameMachine(handle, machine);
    machines.push(own);
    return own.text;
  };
  const order = orderStatement(options, named);
  const slices = sliceStatement(options, named);
  const statements = [order, slices].flatMap((body, position) =>
    body === undefined ? [] : [`${position === 0 ? "order" : "slice"} ${handle.name} ${body}`],
  );
  return { statements, machines };
}

function orderStatement(
  { method, minimizing, on, within, seed, written, path }: OrderOptions,
  named: (machine: MachineChoice) => string,
): string | undefined {
  const wishes = [
    minimizing === undefined ? "" : ` minimizing ${minimizing}${on === undefined ? "" : ` on ${named(on)}`}`,
    within === undefined ? "" : ` within ${within}`,
    seed === undefined ? "" : ` seed ${seed}`,
  ].join("");
  const ways = [
    written === undefined ? undefined : `= ${written}`,
    path === undefined ? undefined : `= path ${JSON.stringify(path)}`,
    method === undefined || method === "search" ? undefined : `= ${method}`,
    wishes === "" && method !== "search" ? undefined : `= search${wishes}`,
  ].filter((way) => way !== undefined);
  if (ways.length > 1)
    throw new UserError(
      `an order is either written, a path, one method or a search (minimizing, within, seed), not two: ${ways.join(" and ")}`,
    );
  return ways[0];
}

function sliceStatement(
  { slice, fit }: OrderOptions,
  named: (machine: MachineChoice) => string,
): string | undefined {
  if (slice !== undefined && fit !== undefined)
    throw new UserError("slices are either to a limit (slice) or to fit a machine (fit), not both");
  if (fit !== undefined) return `to fit ${named(fit)}`;
  if (slice === undefined) return undefined;
  return typeof slice === "object"
    ? `over ${slice.join(", ")}`
    : `to ${slice}${typeof slice === "number" ? " B" : ""}`;
}
