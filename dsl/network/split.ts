/** A tensor as the product of two smaller ones, where its entries allow it. */
import type { Entries } from "./network.ts";
import { copied, stridesOf } from "./strides.ts";

export interface SplitTensor {
  /** Axes of the left tensor, ascending; the others are the right one's. */
  readonly rows: readonly number[];
  /** Extent of the index between them. */
  readonly rank: number;
  /** Over the rows, then the link; the link, then the other axes. Row-major. */
  readonly left: Entries;
  readonly right: Entries;
}

/** What is left of a tensor is rounding below this share of its largest entry. */
const ROUNDING = 1e-13;
/** Beyond so many axes there are too many ways to share them out. */
const MOST_AXES = 8;

/**
 * The split with the fewest entries, where that is no more than the tensor has and the link is narrower than each side; undefined
 * where there is none. A product of two tensors has rank one, and needs no link.
 */
export function splitOf(entries: Entries, shape: readonly number[]): SplitTensor | undefined {
  if (shape.length < 2 || shape.length > MOST_AXES) return undefined;
  let best: SplitTensor | undefined;
  let fewest = entries.re.length + 0.5;
  // The first axis is always a row, so that each way is seen once.
  for (let ways = 0; ways < 1 << (shape.length - 1); ways += 1) {
    const rows = shape
      .map((_, axis) => axis)
      .filter((axis) => axis === 0 || ((ways >> (axis - 1)) & 1) === 1);
    if (rows.length === shape.length) continue;
    const height = rows.reduce((product, axis) => product * (shape[axis] as number), 1);
    const width = entries.re.length / height;
    const most = Math.min(height - 1, width - 1, Math.floor(fewest / (height + width)));
    const found = most < 1 ? undefined : factored(asMatrix(entries, shape, rows), height, width, most);
    if (found === undefined) continue;
    best = { rows, ...found };
    fewest = found.rank * (height + width) - 0.5;
  }
  return best;
}

function asMatrix(entries: Entries, shape: readonly number[], rows: readonly number[]): Required<Entries> {
  const order = [...rows, ...shape.map((_, axis) => axis).filter((axis) => !rows.includes(axis))];
  const strides = stridesOf(shape);
  const pick = (list: readonly number[]): number[] => order.map((axis) => list[axis] as number);
  const { re, im } = copied(entries, { shape: pick(shape), strides: pick(strides), offset: 0 });
  return { re, im: im ?? new Float64Array(re.length) };
}

/** Elimination with complete pivoting, which leaves nothing of a matrix after as many steps as its rank; undefined beyond `most`. */
function factored(
  { re, im }: Required<Entries>,
  height: number,
  width: number,
  most: number,
): { readonly rank: number; readonly left: Entries; readonly right: Entries } | undefined {
  const columns: Entries[] = [];
  const rows: Entries[] = [];
  const largest = (): number => {
    let [place, size] = [0, -1];
    for (let k = 0; k < re.length; k += 1) {
      const own = Math.hypot(re[k] as number, im[k] as number);
      if (own > size) [place, size] = [k, own];
    }
    return place;
  };
  const sizeAt = (place: number): number => Math.hypot(re[place] as number, im[place] as number);
  const whole = sizeAt(largest());
  if (whole === 0) return undefined;
  for (let place = largest(); sizeAt(place) > ROUNDING * whole; place = largest()) {
    if (columns.length === most) return undefined;
    const [row, column] = [Math.floor(place / width), place % width];
    const own = {
      re: re.slice(row * width, (row + 1) * width),
      im: im.slice(row * width, (row + 1) * width),
    };
    const other = quotients({ re, im }, height, width, column, place);
    eliminate({ re, im }, other, own);
    columns.push(other);
    rows.push(own);
  }
  const rank = columns.length;
  const real = [...columns, ...rows].every(({ im }) => (im ?? []).every((value) => value === 0));
  const joined = (list: readonly Entries[], transposed: boolean): Entries => {
    const length = list[0]?.re.length ?? 0;
    const made = (part: "re" | "im"): Float64Array =>
      Float64Array.from({ length: length * rank }, (_, k) =>
        transposed
          ? (list[k % rank]?.[part]?.[Math.floor(k / rank)] ?? 0)
          : (list[Math.floor(k / length)]?.[part]?.[k % length] ?? 0),
      );
    return real ? { re: made("re") } : { re: made("re"), im: made("im") };
  };
  return { rank, left: joined(columns, true), right: joined(rows, false) };
}

/** A column over the pivot. */
function quotients(
  { re, im }: Required<Entries>,
  height: number,
  width: number,
  column: number,
  pivot: number,
): Required<Entries> {
  const [x, y] = [re[pivot] as number, im[pivot] as number];
  const size = x * x + y * y;
  const made = { re: new Float64Array(height), im: new Float64Array(height) };
  for (let row = 0; row < height; row += 1) {
    const [a, b] = [re[row * width + column] as number, im[row * width + column] as number];
    made.re[row] = (a * x + b * y) / size;
    made.im[row] = (b * x - a * y) / size;
  }
  return made;
}

function eliminate(matrix: Required<Entries>, column: Required<Entries>, row: Required<Entries>): void {
  const width = row.re.length;
  for (let i = 0; i < column.re.length; i += 1) {
    const [a, b] = [column.re[i] as number, column.im[i] as number];
    for (let j = 0; j < width; j += 1) {
      const [x, y] = [row.re[j] as number, row.im[j] as number];
      const place = i * width + j;
      matrix.re[place] = (matrix.re[place] as number) - (a * x - b * y);
      matrix.im[place] = (matrix.im[place] as number) - (a * y + b * x);
    }
  }
}
