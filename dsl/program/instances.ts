/** Names of a network's factors, with the loop values that tell the instances of a comprehension apart. */
import type { Network } from "../network/network.ts";

/** `W(x=1,y=2)` taken apart. */
export interface FactorName {
  readonly base: string;
  /** By loop variable, as printed; empty for a factor that no loop made. */
  readonly values: ReadonlyMap<string, string>;
}

const INSTANCE = /^(.+?)\(([^()]*)\)$/u;
const VALUE = /^(\p{L}[\p{L}\p{N}_]*)=(.+)$/u;

/** Reads the printed form of a factor's name; a name with other brackets is taken as a whole. */
export function factorName(printed: string): FactorName {
  const [, base, inside] = INSTANCE.exec(printed) ?? [];
  const values = new Map<string, string>();
  for (const part of inside?.split(",") ?? []) {
    const [, variable, value] = VALUE.exec(part.trim()) ?? [];
    if (variable === undefined || value === undefined) return { base: printed, values: new Map() };
    values.set(variable, value);
  }
  return { base: base ?? printed, values };
}

/** One text for a name however its loop values are ordered. */
export function keyOf({ base, values }: FactorName): string {
  if (values.size === 0) return base;
  const sorted = [...values].map(([variable, value]) => `${variable}=${value}`).sort();
  return `${base}(${sorted.join(",")})`;
}

/** Ids of the factors of a network by name. */
export interface FactorIndex {
  /** By `keyOf`. */
  readonly exact: ReadonlyMap<string, readonly number[]>;
  /** By the name without loop values. */
  readonly bases: ReadonlyMap<string, readonly number[]>;
}

export function factorIndex(network: Network): FactorIndex {
  const exact = new Map<string, number[]>();
  const bases = new Map<string, number[]>();
  network.tensors.forEach((tensor, id) => {
    const name = factorName(tensor.name);
    add(exact, keyOf(name), id);
    add(bases, name.base, id);
  });
  return { exact, bases };
}

function add(ids: Map<string, number[]>, key: string, id: number): void {
  const own = ids.get(key);
  if (own === undefined) ids.set(key, [id]);
  else own.push(id);
}

/** The loop variables of a network's factors, in the order in which they first occur. */
export function loopVariables(network: Network): string[] {
  return [...new Set(network.tensors.flatMap(({ name }) => [...factorName(name).values.keys()]))];
}

/**
 * Ids of all factors in the lexicographic order of their loop values, the first variable slowest; of equal ones the
 * order of the product. A factor that lacks a variable comes after those that have it.
 */
export function loopOrder(network: Network, variables: readonly string[]): number[] {
  const keys = network.tensors.map(({ name }) => {
    const { values } = factorName(name);
    return variables.map((variable) => values.get(variable));
  });
  const compare = (a: number, b: number): number => {
    for (let place = 0; place < variables.length; place += 1) {
      const order = compareValues(keys[a]?.[place], keys[b]?.[place]);
      if (order !== 0) return order;
    }
    return a - b;
  };
  return keys.map((_, id) => id).sort(compare);
}

/** Numbers by size, other values as text. */
function compareValues(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  const difference = Number(a) - Number(b);
  if (!Number.isNaN(difference)) return difference;
  return a < b ? -1 : 1;
}
