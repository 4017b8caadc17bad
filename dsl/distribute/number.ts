/** From spreads to placements: numbers the digits, from the root to the leaves, so that modes that stay keep their digit. */
import type { TreeFacts } from "./facts.ts";
import { restrict, type NodePlacements, type Split } from "./place.ts";
import type { DigitClass } from "./spread.ts";
import type { Spreads, State } from "./tree.ts";

interface Numbering {
  readonly facts: TreeFacts;
  readonly classes: readonly DigitClass[];
  readonly made: Split[];
  readonly used: Split[];
  readonly owed: Map<number, readonly number[]>;
}

/** Placements of all nodes; light subtrees are computed in the shards that their consumer needs. */
export function placementsOf(
  facts: TreeFacts,
  classes: readonly DigitClass[],
  digits: number,
  { byNode }: Spreads,
): NodePlacements {
  const { tree } = facts;
  const ofNodes = (): Split[] => new Array<Split>(tree.nodes.length);
  const numbering: Numbering = { facts, classes, made: ofNodes(), used: ofNodes(), owed: new Map() };
  const root = tree.nodes.length - 1;
  const nothing: Split = new Array<null>(digits).fill(null);
  const pending: [number, Split][] = [[root, nothing]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [node, wanted] = next;
    const modes = tree.nodes[node] ?? [];
    const used = restrict(wanted, modes);
    const state = byNode.get(node);
    const layout = state === undefined ? used : numbered(numbering, state, used);
    const made = state === undefined ? used : restrict(layout, modes);
    numbering.used[node] = node === root ? made : used;
    numbering.made[node] = made;
    // What is restricted to itself owes nothing.
    if (made !== layout) {
      const owed = [...layout.keys()].filter((digit) => layout[digit] !== made[digit]);
      numbering.owed.set(node, owed);
    }
    for (const child of tree.pairs[node - tree.leaves] ?? []) pending.push([child, layout]);
  }
  return numbering;
}

/** The digits of a spread, given how its value is read: what stays keeps its digit, owed sums go where a mode comes. */
function numbered({ classes }: Numbering, { spread, split }: State, used: Split): Split {
  const layout: (number | null)[] = used.map(() => null);
  classes.forEach(({ digits }, place) => {
    const modes = spread[place] ?? [];
    const stays = digits.filter((digit) => modes.includes(used[digit] ?? -1));
    for (const digit of stays) layout[digit] = used[digit] ?? null;
    const placed = stays.map((digit) => layout[digit]);
    const owed = modes.filter((mode) => split[place]?.includes(mode) !== true);
    const leaving = modes.filter((mode) => !owed.includes(mode) && !placed.includes(mode));
    const others = digits.filter((digit) => !stays.includes(digit));
    const coming = others.filter((digit) => used[digit] !== null);
    const rest = others.filter((digit) => used[digit] === null);
    const order = [...owed, ...leaving];
    [...coming, ...rest].forEach((digit, position) => (layout[digit] = order[position] ?? null));
  });
  return layout;
}
