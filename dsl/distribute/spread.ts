/**
 * Spreads: how the ranks of a group share one contraction. Digits of the rank number that have one tier and one radix are
 * interchangeable, so a spread names only the modes that each such class of digits holds; digits are numbered at the end.
 */
import type { MeshDigit, ModeId } from "../schedule/schedule.ts";
import type { ModeTree } from "./modes.ts";
import { sizesOf } from "./sizes.ts";

/** Digits of one tier and one radix. */
export interface DigitClass {
  readonly radix: number;
  readonly tier: MeshDigit["tier"];
  /** Positions in the mesh, ascending. */
  readonly digits: readonly number[];
}

/** By class: the modes split over its digits, ascending, at most one a digit. Digits left over hold copies. */
export type Spread = readonly (readonly ModeId[])[];

/** The classes of the digits that do not take slices, in the order of the mesh: those of the cluster first. */
export function digitClasses(mesh: readonly MeshDigit[], sliceDigits: readonly number[]): DigitClass[] {
  const classes: { radix: number; tier: MeshDigit["tier"]; digits: number[] }[] = [];
  mesh.forEach(({ radix, tier }, digit) => {
    if (sliceDigits.includes(digit)) return;
    const known = classes.find((one) => one.radix === radix && one.tier === tier);
    if (known === undefined) classes.push({ radix, tier, digits: [digit] });
    else known.digits.push(digit);
  });
  return classes;
}

export function groupRanks(classes: readonly DigitClass[]): number {
  return classes.reduce((ranks, { radix, digits }) => ranks * radix ** digits.length, 1);
}

export function spreadKey(spread: Spread): string {
  let key = "";
  for (const modes of spread) {
    for (const mode of modes) key += `${mode} `;
    key += "|";
  }
  return key;
}

interface Entry<Value> {
  readonly spread: Spread;
  readonly value: Value;
  /** The next of the same hash. */
  readonly next: Entry<Value> | undefined;
}

/** Values by the modes that spreads have in common with a node's: those whose `flags` have the `bit`; all modes where that is 0. */
export class SpreadTable<Value> {
  readonly #entries = new Map<number, Entry<Value>>();
  readonly #flags: Uint8Array;
  readonly #bit: number;

  /** `flags`: by mode, as they are when the table is asked. */
  constructor(flags: Uint8Array, bit: number) {
    this.#flags = flags;
    this.#bit = bit;
  }

  /** The value of a spread, restricted; made where there is none. */
  get(spread: Spread, make: (restricted: Spread) => Value): Value {
    const hash = this.#hashOf(spread);
    const first = this.#entries.get(hash);
    for (let entry = first; entry !== undefined; entry = entry.next)
      if (this.#fits(spread, entry.spread)) return entry.value;
    const own = this.#bit === 0 ? spread : spread.map((modes) => modes.filter((mode) => this.#has(mode)));
    const value = make(own);
    this.#entries.set(hash, { spread: own, value, next: first });
    return value;
  }

  #has(mode: ModeId): boolean {
    return this.#bit === 0 || ((this.#flags[mode] as number) & this.#bit) !== 0;
  }

  #hashOf(spread: Spread): number {
    let hash = 0;
    for (let place = 0; place < spread.length; place += 1) {
      const modes = spread[place] as readonly ModeId[];
      hash = Math.imul(hash, 31) + 1;
      for (let at = 0; at < modes.length; at += 1) {
        const mode = modes[at] as ModeId;
        if (this.#has(mode)) hash = (Math.imul(hash, 0x01000193) ^ (mode + 1)) & 0x3fffffff;
      }
    }
    return hash & 0x3fffffff;
  }

  #fits(spread: Spread, known: Spread): boolean {
    for (let place = 0; place < spread.length; place += 1) {
      const modes = spread[place] as readonly ModeId[];
      const others = known[place] as readonly ModeId[];
      let at = 0;
      for (let from = 0; from < modes.length; from += 1) {
        const mode = modes[from] as ModeId;
        if (!this.#has(mode)) continue;
        if (others[at] !== mode) return false;
        at += 1;
      }
      if (at !== others.length) return false;
    }
    return true;
  }
}

export function restricted(spread: Spread, held: ReadonlySet<ModeId>): Spread {
  return spread.map((modes) => modes.filter((mode) => held.has(mode)));
}

/** Product of the radices over which a spread splits something. */
export function ranksOf(spread: Spread, classes: readonly DigitClass[]): number {
  let ranks = 1;
  for (let place = 0; place < spread.length; place += 1) {
    const radix = classes[place]?.radix ?? 1;
    for (let mode = (spread[place]?.length ?? 0) - 1; mode >= 0; mode -= 1) ranks *= radix;
  }
  return ranks;
}

/**
 * Fills digits, class after class, with the first of `order` whose extents fit; `fixed` is kept. `free[c]` says how many
 * digits of class c may be filled. Modes come out ascending.
 */
export function filled(
  tree: ModeTree,
  classes: readonly DigitClass[],
  fixed: Spread,
  order: readonly ModeId[],
  free: readonly number[],
): Spread {
  const spread = classes.map((_, place) => (fixed[place] ?? []).slice());
  fill(tree, classes, spread, order, free);
  return spread;
}

/** The same, of a spread that is changed. */
export function fill(
  tree: ModeTree,
  classes: readonly DigitClass[],
  spread: ModeId[][],
  order: readonly ModeId[],
  free: readonly number[],
): void {
  const { extents } = sizesOf(tree);
  for (let place = 0; place < classes.length; place += 1) {
    const modes = spread[place] as ModeId[];
    const most = modes.length + Math.max(0, free[place] ?? 0);
    const radix = classes[place]?.radix;
    for (let at = 0; at < order.length && modes.length < most; at += 1) {
      const mode = order[at] as ModeId;
      if (extents[mode] === radix && !holds(spread, mode)) insert(modes, mode);
    }
  }
}

/** Keeps them ascending. */
function insert(modes: ModeId[], mode: ModeId): void {
  let at = modes.length;
  for (; at > 0 && (modes[at - 1] as ModeId) > mode; at -= 1) modes[at] = modes[at - 1] as ModeId;
  modes[at] = mode;
}

function holds(spread: Spread, mode: ModeId): boolean {
  for (let place = 0; place < spread.length; place += 1)
    if (spread[place]?.includes(mode) === true) return true;
  return false;
}

/** All spreads over `modes`, or nothing where there are more than `most`. */
export function allSpreads(
  tree: ModeTree,
  classes: readonly DigitClass[],
  modes: readonly ModeId[],
  most: number,
): Spread[] | undefined {
  let spreads: ModeId[][][] = [[]];
  for (const { radix, digits } of classes) {
    const fitting = modes.filter((mode) => tree.modes[mode]?.extent === radix).sort((a, b) => a - b);
    const next: ModeId[][][] = [];
    for (const spread of spreads) {
      const taken = new Set(spread.flat());
      const choices = subsets(
        fitting.filter((mode) => !taken.has(mode)),
        digits.length,
        most,
      );
      if (choices === undefined) return undefined;
      for (const choice of choices) next.push([...spread, choice]);
      if (next.length > most) return undefined;
    }
    spreads = next;
  }
  return spreads;
}

/** Subsets of at most `size` items, or nothing where there are more than `most`. */
function subsets(items: readonly ModeId[], size: number, most: number): ModeId[][] | undefined {
  let [count, ofSize] = [1, 1];
  for (let taken = 1; taken <= Math.min(size, items.length) && count <= most; taken += 1) {
    ofSize *= (items.length - taken + 1) / taken;
    count += ofSize;
  }
  if (count > most + 0.5) return undefined;
  let found: ModeId[][] = [[]];
  for (const item of items) {
    found = found.concat(found.filter((one) => one.length < size).map((one) => [...one, item]));
  }
  return found;
}
