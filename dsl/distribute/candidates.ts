/**
 * Spreads worth trying for one contraction. Where there are few, all of them; else those that begin anew with the longest-lived
 * modes, in several roles, and those that keep what an operand comes with and replace what is about to be contracted.
 */
import type { ModeId } from "../schedule/schedule.ts";
import { holds, type TreeFacts } from "./facts.ts";
import type { Made } from "./price.ts";
import { allSpreads, fill, filled, SpreadTable, type DigitClass, type Spread } from "./spread.ts";

/** What an operand's own contraction may leave, and the modes of its value. */
export interface Source {
  readonly node: number;
  readonly made: readonly Made[];
}

/** Names the spreads to try for a contraction, given what its heavy operands come with. */
export type Candidates = (node: number, sources: readonly Source[]) => Spread[];

/** Spreads up to which all are tried. */
const MOST_OF_ALL = 160;

/** Distinct spreads, in the order in which they came. */
class Distinct {
  readonly spreads: Spread[] = [];
  readonly #known = new SpreadTable<true>(new Uint8Array(0), 0);
  readonly #note = (spread: Spread): true => {
    this.spreads.push(spread);
    return true;
  };

  add(spread: Spread): void {
    this.#known.get(spread, this.#note);
  }
}

/** What is tried for a node whatever its operands come with. */
interface Begun {
  /** All spreads, where there are few. */
  readonly all: Spread[] | undefined;
  readonly orders: Orders;
  readonly spreads: readonly Spread[];
}

/** For the placement of whole trees: every role of a mode, contracted ones too. */
export function wholeCandidates(facts: TreeFacts, classes: readonly DigitClass[]): Candidates {
  const known: (Begun | undefined)[] = [];
  const tiers = new Set(classes.map(({ tier }) => tier)).size;
  return (node, sources) => {
    const { all, orders, spreads } = (known[node] ??= begun(facts, classes, node));
    if (all !== undefined) return all;
    const found = new Distinct();
    for (const spread of spreads) found.add(spread);
    for (const source of sources) {
      const extension = extensionOf(facts, classes, tiers, node, source, orders);
      for (const made of source.made) extended(extension, made, found);
    }
    return found.spreads;
  };
}

function begun(facts: TreeFacts, classes: readonly DigitClass[], node: number): Begun {
  const orders = ordersOf(facts, node);
  const all = allSpreads(facts.tree, classes, facts.involved[node] ?? [], MOST_OF_ALL);
  const found = new Distinct();
  if (all === undefined) {
    for (const order of orders.all) fresh(facts, classes, order, found);
    mixed(facts, classes, orders, found);
  }
  return { all, orders, spreads: found.spreads };
}

/** For the paper's programme: prefixes of the modes that live on, taken here or earlier and kept. */
export function prefixCandidates(facts: TreeFacts, classes: readonly DigitClass[]): Candidates {
  return (node, sources) => {
    const found = new Distinct();
    const { kept } = ordersOf(facts, node);
    found.add(classes.map(() => []));
    found.add(whole(facts, classes, kept));
    for (const { node: operand, made } of sources)
      for (const { split } of made) {
        const living = split.map((modes) => modes.filter((mode) => holds(facts, node, mode)));
        const fixed = living.reduce((sum, modes) => sum + modes.length, 0);
        const before = split.reduce((sum, modes) => sum + modes.length, 0);
        if (fixed < before) continue;
        const fresh = kept.filter((mode) => !holds(facts, operand, mode));
        found.add(filled(facts.tree, classes, living, fresh, freeDigits(classes, living)));
      }
    return found.spreads;
  };
}

interface Orders {
  /** All modes involved, the longest-lived first, contracted ones last. */
  readonly life: readonly ModeId[];
  readonly kept: readonly ModeId[];
  readonly ofFirst: readonly ModeId[];
  readonly ofSecond: readonly ModeId[];
  readonly all: readonly (readonly ModeId[])[];
}

function ordersOf(facts: TreeFacts, node: number): Orders {
  const { tree, involved, death } = facts;
  const life = [...(involved[node] ?? [])].sort((a, b) => (death[a] ?? 0) - (death[b] ?? 0) || a - b);
  const pair = tree.pairs[node - tree.leaves];
  const [first, second] = [tree.nodes[pair?.[0] ?? -1] ?? [], tree.nodes[pair?.[1] ?? -1] ?? []];
  const kept = life.filter((mode) => holds(facts, node, mode));
  const reduced = life.filter((mode) => !holds(facts, node, mode));
  const batch = kept.filter((mode) => first.includes(mode) && second.includes(mode));
  const ofFirst = kept.filter((mode) => !second.includes(mode));
  const ofSecond = kept.filter((mode) => !first.includes(mode));
  const all = [
    life,
    kept,
    [...reduced, ...kept],
    [...batch, ...life],
    [...ofFirst, ...life],
    [...ofSecond, ...life],
    [...batch, ...ofFirst],
    [...batch, ...ofSecond],
  ];
  return { life, kept, ofFirst, ofSecond, all };
}

function freeDigits(classes: readonly DigitClass[], fixed: Spread): number[] {
  return classes.map(({ digits }, place) => digits.length - (fixed[place]?.length ?? 0));
}

function whole(facts: TreeFacts, classes: readonly DigitClass[], order: readonly ModeId[]): Spread {
  const none = classes.map(() => []);
  return filled(facts.tree, classes, none, order, freeDigits(classes, none));
}

/** With all digits, and with those of one tier alone. */
function fresh(
  facts: TreeFacts,
  classes: readonly DigitClass[],
  order: readonly ModeId[],
  found: Distinct,
): void {
  const none = classes.map(() => []);
  found.add(none);
  found.add(whole(facts, classes, order));
  if (new Set(classes.map(({ tier }) => tier)).size < 2) return;
  for (const tier of ["node", "cluster"] as const) {
    const free = classes.map((one) => (one.tier === tier ? one.digits.length : 0));
    found.add(filled(facts.tree, classes, none, order, free));
  }
}

/** The longest-lived over the cluster and another role within the node; and both operands split, each over some digits. */
function mixed(facts: TreeFacts, classes: readonly DigitClass[], orders: Orders, found: Distinct): void {
  const none = classes.map(() => []);
  const free = (share: (one: DigitClass) => number): number[] => classes.map(share);
  const cluster = free(({ tier, digits }) => (tier === "cluster" ? digits.length : 0));
  const outer = filled(facts.tree, classes, none, orders.kept, cluster);
  for (const order of orders.all)
    found.add(filled(facts.tree, classes, outer, order, freeDigits(classes, outer)));
  const half = free(({ digits }) => Math.ceil(digits.length / 2));
  for (const [one, other] of [
    [orders.ofFirst, orders.ofSecond],
    [orders.ofSecond, orders.ofFirst],
  ] as const) {
    const begun = filled(facts.tree, classes, none, one, half);
    found.add(filled(facts.tree, classes, begun, [...other, ...orders.life], freeDigits(classes, begun)));
  }
}

interface Extension {
  readonly facts: TreeFacts;
  readonly classes: readonly DigitClass[];
  readonly tiers: number;
  readonly life: readonly ModeId[];
  readonly kept: readonly ModeId[];
  readonly keeps: ReadonlySet<ModeId>;
  /** Modes that the operand does not have. */
  readonly lacked: readonly ModeId[];
}

function extensionOf(
  facts: TreeFacts,
  classes: readonly DigitClass[],
  tiers: number,
  node: number,
  source: Source,
  { life, kept }: Orders,
): Extension {
  const lacked = life.filter((mode) => !holds(facts, source.node, mode));
  return { facts, classes, tiers, life, kept, keeps: new Set(facts.tree.nodes[node]), lacked };
}

/** What an operand comes with: kept whole; without what dies here; with the digits of one tier chosen anew. */
function extended(extension: Extension, { split, owed }: Made, found: Distinct): void {
  const { facts, classes, tiers, life, kept, keeps, lacked } = extension;
  // A digit along which the operand is copied can only take a mode that the operand lacks.
  const copies = classes.map(
    ({ digits }, place) => digits.length - (split[place]?.length ?? 0) - (owed[place] ?? 0),
  );
  const completed = (fixed: Spread, order: readonly ModeId[]): Spread => {
    const owing = classes.map(({ digits }, place) =>
      Math.max(0, digits.length - (fixed[place]?.length ?? 0) - (copies[place] ?? 0)),
    );
    const spread = fixed.map((modes) => modes.slice());
    fill(facts.tree, classes, spread, order, owing);
    fill(facts.tree, classes, spread, lacked, freeDigits(classes, spread));
    return spread;
  };
  found.add(completed(split, life));
  const living = split.map((modes) => modes.filter((mode) => keeps.has(mode)));
  const dying = split.some((modes, place) => modes.length > (living[place]?.length ?? 0));
  if (!dying) return;
  found.add(completed(living, kept));
  if (tiers < 2) return;
  // Inter-node modes stay; those within nodes are chosen anew.
  const outer = living.map((modes, place) => (classes[place]?.tier === "cluster" ? modes : []));
  found.add(completed(outer, kept));
}
