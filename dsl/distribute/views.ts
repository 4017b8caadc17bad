/**
 * A contraction of buffers as they lie: which product is at its core, and which axes go around that. Axes are modes that stay neighbours
 * in every buffer that has them. In: the orders of modes in both operands and the result. Out: the step's extents, forms and strides.
 */
import type { FormA, FormB, Loop, Mode, ModeId, Strided } from "../schedule/schedule.ts";
import { contractStep, launchesOf, type CostModel } from "./model.ts";
import { modesOf } from "./modes.ts";
import type { ProductExtents } from "./products.ts";

/** Orders of storage, the slowest first. */
export interface Orders {
  readonly a: readonly ModeId[];
  readonly b: readonly ModeId[];
  readonly out: readonly ModeId[];
}

export interface ContractionView extends ProductExtents {
  readonly formA: FormA;
  readonly formB: FormB;
}

type BufferName = keyof Orders;
const BUFFERS: readonly BufferName[] = ["a", "b", "out"];

/** What an axis is not there with: nothing to go through. */
const ABSENT: Loop = { extent: 1, a: 0, b: 0, out: 0 };

export interface Found {
  readonly view: ContractionView;
  /** The operands have changed places. */
  readonly turned: boolean;
}

/**
 * The view of least modelled time; undefined where there is none. Whether there is one depends on no machine, since what is permuted tells
 * the memory that is needed.
 */
export function viewInPlace(model: CostModel, modes: readonly Mode[], orders: Orders): Found | undefined {
  let best: Found | undefined;
  let least = Infinity;
  for (const found of viewsInPlace(modes, orders)) {
    const { seconds } = contractStep(model, found.view);
    if (seconds < least) [best, least] = [found, seconds];
  }
  return best;
}

/**
 * All views; none where the modes that are contracted are not one axis, where both operands have several axes of their own, where the
 * matrices of a buffer have gaps in both directions, or where launches are too many.
 */
export function* viewsInPlace(modes: readonly Mode[], orders: Orders): Generator<Found> {
  const axes = axesOf(modes, orders);
  const [k = ABSENT, ...others] = axes.filter(({ out }) => out === 0);
  const ofA = axes.filter(({ b, out }) => b === 0 && out > 0);
  const ofB = axes.filter(({ a }) => a === 0);
  if (others.length > 0 || (ofA.length > 1 && ofB.length > 1)) return;
  for (const turned of [false, true])
    for (const m of ofA.length > 0 ? ofA : [ABSENT])
      for (const n of ofB.length > 0 ? ofB : [ABSENT]) {
        const view = turned
          ? viewAround(turnedAxes([n, m, k]), turnedAxes(around(axes, m, n, k)))
          : viewAround([m, n, k], around(axes, m, n, k));
        if (view !== undefined && launchesOf(view) ** 3 <= elementsOf(view)) yield { view, turned };
      }
}

function around(axes: readonly Loop[], ...inside: readonly Loop[]): Loop[] {
  return axes.filter((axis) => !inside.includes(axis));
}

/** With the operands in each other's place. */
function turnedAxes<Axes extends readonly Loop[]>(axes: Axes): Axes {
  return axes.map((axis) => ({ ...axis, a: axis.b, b: axis.a })) as unknown as Axes;
}

/** Of the larger operand. */
function elementsOf({ batch, m, n, k, strided }: ContractionView): number {
  const all = (operand: "a" | "b"): number =>
    (strided?.loops ?? []).reduce((count, loop) => (loop[operand] > 0 ? count * loop.extent : count), batch);
  return k * Math.max(m * all("a"), n * all("b"));
}

/** The axes in the order of the result, then those that are contracted in the order of `a`. */
function axesOf(modes: readonly Mode[], orders: Orders): Loop[] {
  const strides = {
    a: stridesOf(modes, orders.a),
    b: stridesOf(modes, orders.b),
    out: stridesOf(modes, orders.out),
  };
  const axes: Loop[] = [];
  for (const mode of [...orders.out, ...orders.a.filter((one) => !strides.out.has(one))]) {
    const { extent } = modesOf(modes, mode);
    const [a, b, out] = BUFFERS.map((name) => strides[name].get(mode) ?? 0) as [number, number, number];
    const last = axes.at(-1);
    if (last !== undefined && last.a === a * extent && last.b === b * extent && last.out === out * extent)
      axes[axes.length - 1] = { extent: last.extent * extent, a, b, out };
    else axes.push({ extent, a, b, out });
  }
  return axes;
}

function stridesOf(modes: readonly Mode[], order: readonly ModeId[]): Map<ModeId, number> {
  const strides = new Map<ModeId, number>();
  let stride = 1;
  for (const mode of order.toReversed()) {
    strides.set(mode, stride);
    stride *= modesOf(modes, mode).extent;
  }
  return strides;
}

function viewAround(
  [m, n, k]: readonly [Loop, Loop, Loop],
  loops: readonly Loop[],
): ContractionView | undefined {
  const [left, right, result] = [lines(m, k, "a"), lines(k, n, "b"), lines(m, n, "out")];
  if (left === undefined || right === undefined || result?.straight !== true) return undefined;
  const strided = { loops, a: left.step, b: right.step, out: result.step };
  const product = {
    ...{ m: m.extent, n: n.extent, k: k.extent },
    ...({ formA: left.straight ? "mk" : "km", formB: right.straight ? "kn" : "nk" } as const),
  };
  return { ...product, ...(leadingBatch(product, strided) ?? { batch: 1, strided }) };
}

/** A matrix in a buffer: whether its columns are neighbours, else its rows are, and the elements between the others. */
function lines(
  rows: Loop,
  columns: Loop,
  name: BufferName,
): { readonly straight: boolean; readonly step: number } | undefined {
  const [row, column] = [rows[name], columns[name]];
  if (columns.extent === 1 || column === 1)
    return { straight: true, step: rows.extent === 1 ? columns.extent : row };
  if (rows.extent === 1 || row === 1) return { straight: false, step: column };
  return undefined;
}

/** What goes around as one batch that leads, of matrices without gaps; undefined where it is more than that. */
function leadingBatch(
  { m, n, k, formA, formB }: Pick<ContractionView, "m" | "n" | "k" | "formA" | "formB">,
  { loops, a, b, out }: Strided,
): Pick<ProductExtents, "batch" | "shared"> | undefined {
  const dense = a === (formA === "mk" ? k : m) && b === (formB === "kn" ? n : k) && out === n;
  const [loop, ...others] = loops;
  if (!dense || others.length > 0) return undefined;
  if (loop === undefined) return { batch: 1 };
  const leads = (stride: number, elements: number): boolean => stride === 0 || stride === elements;
  if (loop.out !== m * n || !leads(loop.a, m * k) || !leads(loop.b, k * n)) return undefined;
  const shared = loop.a === 0 ? "a" : "b";
  return { batch: loop.extent, ...((loop.a === 0 || loop.b === 0) && { shared }) };
}
