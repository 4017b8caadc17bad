/**
 * Orders of the contracted modes where two large operands meet. The stem's chain fixes them, so that the branch mostly has to be
 * permuted; one that is permuted a few pairs further down meets only the orders that those pairs leave, but is read in place where
 * the most is multiplied.
 */
import type { ModeId } from "../schedule/schedule.ts";
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
import { elementCount } from "./modes.ts";
import { movesOf } from "./moves.ts";
import { flopShare, operandsOf, permutationCost, usedModes, type Pass } from "./shards.ts";

/** Pairs of the branch between its permutation and the meeting. */
const DEEPEST = 4;
/** A branch that is smaller than this share of the stem may be permuted wherever that is needed. */
const SMALL_SHARE = 1 / 64;
/** Of the multiply-adds of the largest product. */
const LARGE_SHARE = 0.5;

/**
 * Whether each mode that both operands keep may be an axis around the products, wherever it lies in the branch. That slows them a little,
 * so it pays where a permutation is cheaper far below and the product one of the largest; as few launches as `viewInPlace` asks for.
 */
export function scatters(pass: Pass, { stem, branch, batch }: Operands): boolean {
  const { modes } = pass.tree;
  const few = elementCount(modes, [...batch]) ** 3 <= elementCount(modes, usedModes(pass, stem));
  return few && flopShare(pass, branch) >= LARGE_SHARE;
}

/** Ways for a pair's operands to meet, the freest first. */
export function meetings(pass: Pass, operands: Operands): Meeting[] {
  const { stem, branch, k } = operands;
  const free = anyOrder([...k].sort((a, b) => a - b));
  if (k.size < 2 || (pass.own[branch] ?? 0) < SMALL_SHARE * (pass.own[stem] ?? 0))
    return [{ contracted: free, own: [], cost: 0 }];
  const scattered = scatters(pass, operands);
  const chain: { readonly node: number; readonly below: Operands }[] = [];
  const found: Meeting[] = [];
  for (let node = branch; chain.length <= DEEPEST; ) {
    const below = operandsOf(pass, node);
    const cost = below === undefined ? 0 : permutationCost(pass, node);
    const met = metBy(chain, inLine(...anyOrder(usedModes(pass, node))), operands, scattered);
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
  scattered: boolean,
): Omit<Meeting, "cost"> | undefined {
  const whole = chain.reduceRight<OrderTree | undefined>((tree, { below }) => above(tree, below), lowest);
  const sets = scattered ? [branchFree, k] : [k];
  const parts = sets.reduce<OrderTree | undefined>((tree, own) => tree && together(tree, own), whole);
  if (parts === undefined) return undefined;
  const ends = [new Set([LEFT, ...batch, ...branchFree]), new Set([LEFT, ...(scattered ? [] : batch), ...k])];
  const tree = ends.map((end) => together(parts, end)).find((one) => one !== undefined);
  if (tree === undefined) return undefined;
  const summed = extracted(tree, k);
  const contracted: readonly OrderTree[] = summed.length > 1 ? [{ kind: "line", parts: summed }] : summed;
  return { contracted, own: ownSets(tree, branchFree, scattered ? batch : new Set()) };
}

/** Sets of the branch's own modes that lie together; those beside modes of the batch have to end them, so what they leave does too. */
function ownSets(
  tree: OrderTree,
  own: ReadonlySet<ModeId>,
  batch: ReadonlySet<ModeId>,
): ReadonlySet<ModeId>[] {
  const beside = setsOf(tree).filter((modes) => [...batch].some((mode) => modes.has(mode)));
  const ends = beside.flatMap((modes) =>
    [true, false].map((held) => new Set([...own].filter((mode) => modes.has(mode) === held))),
  );
  return [...extracted(tree, own).flatMap(setsOf), ...ends.filter(({ size }) => size > 1 && size < own.size)];
}

/** Orders of a pair's result that need no permutation, given those of its stem; the branch's own modes in the place of k. */
function above(tree: OrderTree | undefined, { k, branchFree }: Operands): OrderTree | undefined {
  const own = anyOrder([...branchFree].sort((a, b) => a - b));
  if (tree === undefined) return undefined;
  if (k.size === 0) return inLine(...partsOf(tree), ...own);
  const grouped = together(tree, k);
  return grouped === undefined ? undefined : exchanged(grouped, k, own);
}
