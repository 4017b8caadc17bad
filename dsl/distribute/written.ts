/** Distributions that a person wrote: which modes are split from which pair on, as candidates of the tree's programme. */
import type { ModeId } from "../schedule/schedule.ts";
import type { Candidates } from "./candidates.ts";
import type { TreeFacts } from "./facts.ts";
import type { ModeTree } from "./modes.ts";
import { filled, spreadKey, type DigitClass, type Spread } from "./spread.ts";
import type { WrittenDistribution } from "./wanted.ts";

/**
 * The candidates of `planned`, but from pair `step` of each written distribution on, only spreads over its labels; digits that
 * they leave over are planned. Once one of the labels is contracted all is planned, until the next written distribution begins.
 */
export function writtenCandidates(
  facts: TreeFacts,
  classes: readonly DigitClass[],
  over: readonly WrittenDistribution[],
  planned: Candidates,
): Candidates {
  const written = over
    .map(({ labels, step }) => ({ step, spread: spreadOver(facts.tree, classes, labels) }))
    .sort((a, b) => a.step - b.step);
  const ended = written.map(({ spread }) => endedIn(facts, spread));
  return (node, sources) => {
    const place = written.findLastIndex(({ step }) => step <= node - facts.tree.leaves);
    const spread = written[place]?.spread;
    const involved = facts.involved[node] ?? [];
    if (spread === undefined || ended[place]?.[node] === 1) return planned(node, sources);
    const fixed = spread.map((modes) => modes.filter((mode) => involved.includes(mode)));
    if (fixed.every((modes) => modes.length === 0)) return planned(node, sources);
    return completed(facts, classes, fixed, involved);
  };
}

/** The written modes with the other digits left to copies, or filled with what lives longest. */
function completed(
  { tree, death }: TreeFacts,
  classes: readonly DigitClass[],
  fixed: Spread,
  involved: readonly ModeId[],
): Spread[] {
  const free = classes.map(({ digits }, place) => digits.length - (fixed[place]?.length ?? 0));
  const life = [...involved].sort((a, b) => (death[a] ?? 0) - (death[b] ?? 0) || a - b);
  const spreads = [fixed, filled(tree, classes, fixed, life, free)];
  return [...new Map(spreads.map((spread) => [spreadKey(spread), spread])).values()];
}

/** Per node: 1 where a mode of the spread is contracted there or in the subtree below. */
function endedIn({ tree, involved, held }: TreeFacts, spread: Spread): Uint8Array {
  const modes = spread.flat();
  const ended = new Uint8Array(tree.nodes.length);
  tree.pairs.forEach((pair, position) => {
    const node = tree.leaves + position;
    const here = modes.some(
      (mode) => involved[node]?.includes(mode) === true && held[node]?.has(mode) !== true,
    );
    if (here || pair.some((child) => ended[child] === 1)) ended[node] = 1;
  });
  return ended;
}

/** Why the digits cannot take a written distribution, or undefined where they can. */
export function refusal(
  tree: ModeTree,
  classes: readonly DigitClass[],
  over: readonly WrittenDistribution[],
): string | undefined {
  for (const { labels } of over) {
    const left = labels.find((label) => {
      const spread = spreadOver(tree, classes, labels);
      return !tree.modes.some(
        (mode, id) => mode.label === label && spread.some((modes) => modes.includes(id)),
      );
    });
    if (left === undefined) continue;
    const factors = classes.flatMap(({ radix, digits }) => digits.map(() => radix)).join(" x ");
    return `cannot distribute over ${left}: its extent has no factor of the devices of a group (${factors || "1"}) that is left`;
  }
  return undefined;
}

/** The labels' modes on the digits, first label outermost, as long as there are digits. */
function spreadOver(tree: ModeTree, classes: readonly DigitClass[], labels: readonly string[]): Spread {
  const order = labels.flatMap((label) =>
    [...tree.modes.keys()].filter((id) => tree.modes[id]?.label === label),
  );
  const spread: ModeId[][] = classes.map(() => []);
  for (const id of order) {
    const place = classes.findIndex(
      ({ radix, digits }, at) =>
        radix === tree.modes[id]?.extent && (spread[at]?.length ?? 0) < digits.length,
    );
    spread[place]?.push(id);
  }
  return spread.map((modes) => modes.sort((a, b) => a - b));
}
