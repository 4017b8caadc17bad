/**
 * Orders of the contracted modes where two large operands meet. The stem's chain fixes them, so that the branch mostly has to be
 * permuted; one that is permuted a few pairs further down meets only the orders that those pairs leave, but is read in place where
 * the most is multiplied.
 */
import {
  anyOrder,
  exchanged,
  extracted,
  inLine,
  LEFT,
  partsOf,
  setsOf,
  together,
  type OrderTree,
} from "./arrange.ts";
import type { Meeting, Operands } from "./below.ts";
import { movesOf } from "./moves.ts";
import { operandsOf, permutationCost, usedModes, type Pass } from "./shards.ts";

/** Pairs of the branch between its permutation and the meeting. */
const DEEPEST = 4;
/** A branch that is smaller than this share of the stem may be permuted wherever that is needed. */
const SMALL_SHARE = 1 / 64;

/** Ways for a pair's operands to meet, the freest first. */
export function meetings(pass: Pass, operands: Operands): Meeting[] {
  const { stem, branch, k } = operands;
  const free = anyOrder([...k].sort((a, b) => a - b));
  if (k.size < 2 || (pass.own[branch] ?? 0) < SMALL_SHARE * (pass.own[stem] ?? 0))
    return [{ contracted: free, own: [], cost: 0 }];
  const chain: { readonly node: number; readonly below: Operands }[] = [];
  const found: Meeting[] = [];
  for (let node = branch; chain.length <= DEEPEST; ) {
    const below = operandsOf(pass, node);
    const cost = below === undefined ? 0 : permutationCost(pass, node);
    const met = metBy(chain, inLine(...anyOrder(usedModes(pass, node))), operands);
    if (met !== undefined) found.push({ ...met, cost });
    if (below === undefined || below.batch.size > 0 || movesOf(pass.placements, node).length > 0) break;
    chain.push({ node, below });
    node = below.stem;
  }
  return found;
}

/** Orders of the contracted modes that the pairs of a chain, the last one first, leave of the orders below them. */
function metBy(
  chain: readonly { readonly below: Operands }[],
  lowest: OrderTree,
  { batch, branchFree, k }: Operands,
): Omit<Meeting, "cost"> | undefined {
  const whole = chain.reduceRight<OrderTree | undefined>((tree, { below }) => above(tree, below), lowest);
  const grouped = whole === undefined ? undefined : together(whole, k);
  if (grouped === undefined) return undefined;
  const ends = [branchFree, k].map((inner) => together(grouped, new Set([LEFT, ...batch, ...inner])));
  const tree = ends.find((one) => one !== undefined);
  if (tree === undefined) return undefined;
  const parts = extracted(tree, k);
  const contracted: readonly OrderTree[] = parts.length > 1 ? [{ kind: "line", parts }] : parts;
  return { contracted, own: extracted(tree, branchFree).flatMap(setsOf) };
}

/** Orders of a pair's result that need no permutation, given those of its stem; the branch's own modes in the place of k. */
function above(tree: OrderTree | undefined, { k, branchFree }: Operands): OrderTree | undefined {
  const own = anyOrder([...branchFree].sort((a, b) => a - b));
  if (tree === undefined) return undefined;
  if (k.size === 0) return inLine(...partsOf(tree), ...own);
  const grouped = together(tree, k);
  return grouped === undefined ? undefined : exchanged(grouped, k, own);
}
