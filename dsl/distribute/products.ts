/** How fast matrix products are by their shape, measured on a grid of extents, as a machine's figures say it. */
import type { FormA, FormB, Strided } from "../schedule/schedule.ts";

/** Extents of a batched matrix product. */
export interface ProductExtents {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** The operand that all batches share. */
  readonly shared?: "a" | "b";
  /** Matrices that lie in larger buffers, and the axes around them; then there is no batch, and the forms are known. */
  readonly strided?: Strided;
  /** How the operands lie in memory; absent while that is open. */
  readonly formA?: FormA;
  readonly formB?: FormB;
}

export type Forms = `${FormA},${FormB}`;

const FORMS: readonly Forms[] = ["mk,kn", "mk,nk", "km,kn", "km,nk"];

/** One product; one that goes on in a cache; many; many that share the first operand; one whose sums are taken in 64 bits. */
export type ProductKind = "one" | "cached" | "batched" | "shared" | "long";

/** Of one dtype. */
export interface ProductRates {
  /** Of m, n and k, ascending from 1; the last stands for all that are longer. */
  readonly extents: readonly number[];
  /** Of the largest matrix of one product, in memory and in a cache; between the two, rates are so too. */
  readonly elements: Readonly<Record<"one" | "cached", number>>;
  /** A single product is "long" where it sums more terms than this, and its result has at most `smallResult` elements. */
  readonly longSum: number;
  readonly smallResult: number;
  /** Real operations a second for each m, n and k of the grid, row-major; 0 where it was not measured. */
  readonly flopsPerSecond: Readonly<Record<ProductKind, Readonly<Record<Forms, readonly number[]>>>>;
}

/** Matrices of a batch that are so many times as long as those measured in batches are as fast as each alone. */
const ALONE = 4;

/**
 * Real operations a second of a product, between the measured ones: linear in the logarithms of extents and rate, with the mean over
 * all forms where the forms are open. NaN where nothing near it was measured.
 */
export function productRate(rates: ProductRates, extents: ProductExtents, wide: boolean): number {
  const { batch, shared, formA, formB } = extents;
  const joined = batch > 1 && shared === "b" && formA !== "km";
  const turned = batch > 1 && shared === "a" && extents.n === 1;
  const { m, n, k } = turned
    ? { m: batch, n: extents.m, k: extents.k }
    : { ...extents, m: joined ? batch * extents.m : extents.m };
  const single = batch === 1 || joined || turned;
  const results = (single ? 1 : batch) * m * n;
  const long = !wide && k > rates.longSum && results <= rates.smallResult;
  const alone = single || Math.max(m, n, k) >= ALONE * (rates.extents.at(-1) ?? Infinity);
  const wanted = turned ? turnedForms(extents) : formsOf(formA, formB);
  const cells = cellsAround(rates.extents, [m, n, k]);
  const mean = (kind: ProductKind): number =>
    wanted.reduce((all, forms) => all + logRate(rates.flopsPerSecond[kind][forms], cells), 0) / wanted.length;
  if (long) return Math.exp(mean("long"));
  if (!alone) return Math.exp(mean(shared === "a" ? "shared" : "batched"));
  const { one, cached } = rates.elements;
  const beyond = Math.log(Math.max(m * n, n * k, m * k) / cached) / Math.log(one / cached);
  const share = Math.max(0, Math.min(1, beyond));
  return Math.exp(share * mean("one") + (1 - share) * mean("cached"));
}

function formsOf(formA: FormA | undefined, formB: FormB | undefined): readonly Forms[] {
  if (formA !== undefined && formB !== undefined) return [`${formA},${formB}`];
  return FORMS;
}

/** Vectors that meet one matrix are the rows of a product with that. */
function turnedForms({ formA, formB }: ProductExtents): readonly Forms[] {
  if (formA === undefined || formB === undefined) return FORMS;
  return [`mk,${formA === "mk" ? "nk" : "kn"}`];
}

interface Cell {
  readonly place: number;
  readonly weight: number;
}

/** The corners of the grid around a shape, by place in a table, with weights that add up to 1. */
function cellsAround(extents: readonly number[], shape: readonly number[]): readonly Cell[] {
  let cells: readonly Cell[] = [{ place: 0, weight: 1 }];
  for (const extent of shape) {
    const { below, above } = between(extents, extent);
    cells = cells.flatMap(({ place, weight }) => [
      { place: place * extents.length + below, weight: weight * (1 - above) },
      ...(above > 0 ? [{ place: place * extents.length + below + 1, weight: weight * above }] : []),
    ]);
  }
  return cells;
}

/** The last grid point that is not above an extent, and how far the extent is on the way to the next, 0 to 1. */
function between(extents: readonly number[], extent: number): { below: number; above: number } {
  const below = extents.findLastIndex((one) => one <= extent);
  const [from, to] = [extents[below] ?? 1, extents[below + 1]];
  return { below, above: to === undefined ? 0 : Math.log(extent / from) / Math.log(to / from) };
}

function logRate(table: readonly number[], cells: readonly Cell[]): number {
  let [sum, weights] = [0, 0];
  for (const { place, weight } of cells) {
    const rate = table[place] ?? 0;
    if (rate === 0) continue;
    sum += weight * Math.log(rate);
    weights += weight;
  }
  return sum / weights;
}
