/** Distributions that a person wrote: which modes are split from which pair on, as candidates of the tree's programme. */
import type { Label, Network } from "../network/network.ts";
import type { ContractionTree } from "../plan/tree.ts";
import type { ModeId } from "../schedule/schedule.ts";
import type { Candidates } from "./candidates.ts";
import { holds, type TreeFacts } from "./facts.ts";
import { modeTree, type ModeTree } from "./modes.ts";
import { filled, restricted, spreadKey, type DigitClass, type Spread } from "./spread.ts";
import type { WrittenDistribution } from "./wanted.ts";

/** A written distribution on given digits, and the pairs that it is written for. */
interface Stage {
  readonly spread: Spread;
  readonly modes: readonly ModeId[];
  /** Places of its first pair, and of the first that is no longer its own. */
  readonly first: number;
  readonly end: number;
}

/** What written distributions ask of a tree. */
export interface Written {
  /** Those of the tree, where every pair that an index has to be split at is placed for itself. */
  readonly facts: TreeFacts;
  /** Per node: what its pair is split over at the least; absent where all is planned. */
  readonly fixed: readonly (Spread | undefined)[];
}

/**
 * From its step on, a written distribution holds for every pair that has one of its indices; once one of them is contracted all is
 * planned, until the next one begins, but no index is passed over: one that nothing was split over so far is split where it is
 * contracted, and its sums are settled afterwards.
 */
export function writtenOver(
  facts: TreeFacts,
  classes: readonly DigitClass[],
  over: readonly WrittenDistribution[],
): Written {
  const stages = stagesOf(facts.tree, over).map((stage): Stage => {
    const spread = spreadOver(facts.tree, classes, stage.labels);
    return { ...stage, spread, modes: spread.flat() };
  });
  const heavy = facts.heavy.slice();
  for (;;) {
    const found = { facts: { ...facts, heavy }, fixed: fixedSpreads({ ...facts, heavy }, stages) };
    const pair = largestPassedOver(found, stages);
    if (pair === undefined) return found;
    for (let node: number | undefined = pair; node !== undefined; node = facts.tree.consumers[node])
      heavy[node] = 1;
  }
}

/** The distributions in their order, each with the places of the pairs that it is written for. */
function stagesOf({ pairs }: ModeTree, over: readonly WrittenDistribution[]): Range[] {
  const sorted = [...over].sort((a, b) => a.step - b.step);
  return sorted.map((one, place) => {
    return { ...one, first: one.step, end: sorted[place + 1]?.step ?? pairs.length };
  });
}

/** What is known of a subtree: the modes that some pair of the stage is split over, and whether one of the stage's is contracted. */
interface Below {
  readonly stage: Stage;
  readonly met: ReadonlySet<ModeId>;
  readonly ended: boolean;
}

function fixedSpreads(facts: TreeFacts, stages: readonly Stage[]): (Spread | undefined)[] {
  const { tree, involved, heavy } = facts;
  const below: Below[] = [];
  const fixed: (Spread | undefined)[] = [];
  tree.pairs.forEach((pair, position) => {
    const node = tree.leaves + position;
    const stage = stages.find(({ first, end }) => first <= position && position < end);
    if (stage === undefined) return;
    const subtrees = pair.flatMap((child) => (below[child]?.stage === stage ? [below[child]] : []));
    const met = new Set(subtrees.flatMap((subtree) => [...subtree.met]));
    const here = stage.modes.filter((mode) => involved[node]?.includes(mode));
    const ended = subtrees.some((subtree) => subtree.ended) || here.some((mode) => !holds(facts, node, mode));
    const due = new Set(ended ? here.filter((mode) => !met.has(mode)) : here);
    if (heavy[node] === 1) {
      if (due.size > 0) fixed[node] = restricted(stage.spread, due);
      for (const mode of due) met.add(mode);
    }
    below[node] = { stage, met, ended };
  });
  return fixed;
}

/** The largest pair that has a mode which no pair of its stage is split over, since all of them are light. */
function largestPassedOver({ facts, fixed }: Written, stages: readonly Stage[]): number | undefined {
  const { tree, involved, multiplyAdds } = facts;
  for (const { modes, first, end } of stages) {
    const nodes = Array.from({ length: end - first }, (_, place) => tree.leaves + first + place);
    for (const mode of modes) {
      if (nodes.some((node) => fixed[node]?.some((own) => own.includes(mode)))) continue;
      const having = nodes.filter((node) => involved[node]?.includes(mode));
      having.sort((a, b) => (multiplyAdds[b] ?? 0) - (multiplyAdds[a] ?? 0));
      if (having[0] !== undefined) return having[0];
    }
  }
  return undefined;
}

/** The candidates of `planned`, but where something is fixed only those that have it; digits that it leaves over are planned. */
export function writtenCandidates(
  { facts, fixed }: Written,
  classes: readonly DigitClass[],
  planned: Candidates,
): Candidates {
  return (node, sources) => {
    const own = fixed[node];
    if (own === undefined) return planned(node, sources);
    const free = classes.map(({ digits }, place) => digits.length - (own[place]?.length ?? 0));
    if (free.every((digits) => digits === 0)) return [own];
    const life = [...(facts.involved[node] ?? [])].sort(
      (a, b) => (facts.death[a] ?? 0) - (facts.death[b] ?? 0) || a - b,
    );
    const others = planned(node, sources).map((spread) => joined(own, spread, free));
    const spreads = [own, filled(facts.tree, classes, own, life, free), ...others];
    return [...new Map(spreads.map((spread) => [spreadKey(spread), spread])).values()];
  };
}

/** What is fixed, and as many others of a spread as there are free digits. */
function joined(fixed: Spread, spread: Spread, free: readonly number[]): Spread {
  const taken = new Set(fixed.flat());
  return fixed.map((modes, place) => {
    const others = (spread[place] ?? []).filter((mode) => !taken.has(mode)).slice(0, free[place]);
    return [...modes, ...others].sort((a, b) => a - b);
  });
}

type Range = WrittenDistribution & Pick<Stage, "first" | "end">;

/** An index that no pair has of those that its distribution is written for. */
interface Idle {
  readonly stage: Range;
  readonly label: Label;
  /** Places of the pairs that have it. */
  readonly places: readonly number[];
}

function idleIn({ modes, nodes, pairs }: ModeTree, stages: readonly Range[]): Idle[] {
  const holders = pairs.map((pair) => new Set(pair.flatMap((child) => nodes[child] ?? [])));
  const placesOf = (label: Label): number[] =>
    holders.flatMap((own, place) => ([...own].some((mode) => modes[mode]?.label === label) ? [place] : []));
  return stages.flatMap((stage) =>
    stage.labels.flatMap((label) => {
      const places = placesOf(label);
      const { first, end } = stage;
      return places.some((place) => first <= place && place < end) ? [] : [{ stage, label, places }];
    }),
  );
}

/** Why no pair can be split as a distribution says, or over an index that no pair ever has; undefined where all can. */
export function idleDistribution(tree: ModeTree, over: readonly WrittenDistribution[]): string | undefined {
  const idle = idleIn(tree, stagesOf(tree, over));
  const found = idle.find(
    ({ stage, places }) =>
      places.length === 0 || idle.filter((one) => one.stage === stage).length === stage.labels.length,
  );
  return found && `over ${found.label}: ${reasonFor(found)}`;
}

/** The distributions over those of their indices that some pair of theirs has. */
export function withoutIdle(
  tree: ModeTree,
  over: readonly WrittenDistribution[],
): readonly WrittenDistribution[] {
  const stages = stagesOf(tree, over);
  const idle = idleIn(tree, stages);
  return stages.map((stage) => {
    const left = (label: Label): boolean => idle.some((one) => one.stage === stage && one.label === label);
    return { step: stage.step, labels: stage.labels.filter((label) => !left(label)) };
  });
}

/** A sentence for each index that `withoutIdle` leaves out. */
export function leftOut(
  network: Network,
  tree: ContractionTree,
  over: readonly WrittenDistribution[],
): readonly string[] {
  const modes = modeTree(network, tree, []);
  return idleIn(modes, stagesOf(modes, over)).map(
    (idle) =>
      `${network.name} is not split over ${idle.label} from step ${idle.stage.step} on: ${reasonFor(idle)}`,
  );
}

function reasonFor({ places, stage: { first, end } }: Idle): string {
  const [from, to] = [places[0], places.at(-1)];
  if (from === undefined || to === undefined)
    return "no contraction has it: one tensor alone does, where it is summed at once or stays as it is";
  const having = from === to ? `step ${from} has` : `steps ${from} to ${to} have`;
  const asked =
    end > first ? `${first} to ${end - 1}` : "none, since the next one begins with it or the order ends";
  return `the steps written for it are ${asked}; of the order, ${having} the index: begin among those, or name another index`;
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
    return `cannot distribute over ${left}: its extent has no factor of the devices of a group (${factors || "1"}) that is left; distribute over another index, or on a number of devices that its extent shares a factor with`;
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
