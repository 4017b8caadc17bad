/** Sets of indices as bits, arranged so that what a set weighs is a sum of population counts. */
import { at, type Hypergraph } from "./hypergraph.ts";

export interface IndexBits {
  /** 32-bit words of one set. */
  readonly words: number;
  /** All bits of one word weigh the same: log2 of the extent. */
  readonly wordWeights: Float64Array;
  /** The bit of each index; -1 for an index of extent one, which weighs nothing. */
  readonly places: Int32Array;
}

export function indexBits({ weights }: Hypergraph): IndexBits {
  const order = Array.from(weights, (_, index) => index).filter((index) => at(weights, index) > 0);
  order.sort((a, b) => at(weights, a) - at(weights, b) || a - b);
  const places = new Int32Array(weights.length).fill(-1);
  const wordWeights: number[] = [];
  let next = 0;
  for (const index of order) {
    const weight = at(weights, index);
    if (next === 32 * wordWeights.length || wordWeights[wordWeights.length - 1] !== weight) {
      next = 32 * wordWeights.length;
      wordWeights.push(weight);
    }
    places[index] = next++;
  }
  return { words: wordWeights.length, wordWeights: Float64Array.from(wordWeights), places };
}

/** Ones of a 32-bit word. */
export function ones(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** What the union of two sets weighs, which begin at words `a` and `b` of `sets`. */
export function weighUnion(
  { words, wordWeights }: IndexBits,
  sets: Int32Array,
  a: number,
  b: number,
): number {
  let sum = 0;
  for (let word = 0; word < words; word += 1)
    sum += at(wordWeights, word) * ones(at(sets, a + word) | at(sets, b + word));
  return sum;
}

/** The tensors that have each index as bits, of at most 32 tensors. */
export function holdersOf(graph: Hypergraph): Int32Array {
  const holders = new Int32Array(graph.weights.length);
  graph.tensors.forEach((indices, id) => {
    for (const index of indices) holders[index] = at(holders, index) | (1 << id);
  });
  return holders;
}

/**
 * Writes into `sets` at word `to` the indices that the tensors of `group` (bits) have when contracted: those of which
 * a tensor of the group has a part, and a tensor outside it or the output too.
 */
export function keepInto(
  graph: Hypergraph,
  { words, places }: IndexBits,
  holders: Int32Array,
  group: number,
  sets: Int32Array,
  to: number,
): void {
  sets.fill(0, to, to + words);
  for (let index = 0; index < holders.length; index += 1) {
    const own = at(holders, index);
    const place = at(places, index);
    if (place < 0 || (own & group) === 0) continue;
    if ((own & ~group) === 0 && at(graph.open, index) === 0) continue;
    const word = to + (place >> 5);
    sets[word] = at(sets, word) | (1 << (place & 31));
  }
}
