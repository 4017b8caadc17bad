/**
 * Plans of copies between strided views, in the form in which the module reads them. A plan cuts the axes into squares that vectors
 * turn, a block of squares that touches whole cache lines on both sides, and the axes around it.
 */
import type { Dtype } from "../../../dsl/core.ts";
import { elementBytes } from "../floats.ts";
import { rowMajor, type View } from "../strided.ts";

export interface CopyPlan {
  /** See assembly/copy.ts. */
  readonly words: Uint32Array;
}

/** Most words of a plan. */
export const PLAN_WORDS = 32_768;

const VECTOR = 16;
/** Elements of a long axis are cut into so many and the others. */
const EVEN = 16;

/** Moves, as assembly/copy.ts numbers them. */
const COPY_RUN = 0;
const COPY_ELEMENT: Readonly<Record<number, number>> = { 4: 1, 8: 2, 16: 3 };
const TURN_TWOS = 4;
const TURN_FOURS = 5;

/** Steps in bytes, of the output and of the input. */
interface Axis {
  readonly extent: number;
  readonly to: number;
  readonly from: number;
  /** At which steps, where these do not follow each other: there begin squares that overlap. Such an axis is inside of a block. */
  readonly at?: readonly number[];
}

/** Where a side's smallest steps reach in a block. */
const LINE_BYTES = 256;
/** Rows of the input from this on are read as streams. */
const STREAM_BYTES = 1024;
/** Where the steps of the output reach then: a block of whole lines that are written once. */
const STREAM_LINE_BYTES = 64;
/** Extents that a block has whole, for want of a power of two that divides them. */
const ODD = { least: 5, most: 16 } as const;
/** Most moves along an axis: the second cache holds two lines for each, and what the other side needs. */
const MOST_REPEATS = 1024;
/** Lines that lie so far apart share a set of every cache. */
const ALIAS_BYTES = 4096;

export function planCopy(view: View, dtype: Dtype): CopyPlan {
  const { axes, bytes } = withoutPairs(fusedAxes(view, elementBytes(dtype)));
  const parts = evenParts({ axes, bytes, to: 0, from: 0 }).flatMap(shortRuns);
  const wordsWith = (odd: boolean): number[] => [
    parts.length,
    ...parts.flatMap((part) => partWords(part, odd)),
  ];
  const words = wordsWith(true);
  return { words: Uint32Array.from(words.length <= PLAN_WORDS ? words : wordsWith(false)) };
}

interface Elements {
  readonly bytes: number;
  /** Slowest first. */
  readonly axes: readonly Axis[];
}

/** Elements of a view, from these offsets on. */
interface Part extends Elements {
  readonly to: number;
  readonly from: number;
}

/** Axes that follow each other on both sides become one. Extents of 1 vanish. */
function fusedAxes({ extents, strides, to: writes = rowMajor(extents) }: View, bytes: number): Elements {
  const axes: Axis[] = [];
  for (let which = extents.length - 1; which >= 0; which -= 1) {
    const extent = extents[which] ?? 1;
    const [from, to] = [(strides[which] ?? 0) * bytes, (writes[which] ?? 0) * bytes];
    const inner = axes[0];
    if (inner !== undefined && from === inner.from * inner.extent && to === inner.to * inner.extent)
      axes[0] = { ...inner, extent: inner.extent * extent };
    else if (extent > 1) axes.unshift({ extent, from, to });
  }
  return { bytes, axes };
}

/** Pairs of elements that stay side by side become one element, of at most a vector. */
function withoutPairs({ bytes, axes }: Elements): Elements {
  const last = axes.at(-1);
  if (last?.from !== bytes || last.to !== bytes || last.extent % 2 === 1 || bytes === VECTOR)
    return { bytes, axes };
  return withoutPairs({ bytes: 2 * bytes, axes: [...axes.slice(0, -1), ...rest(last, 2)] });
}

/** What goes around `count` values of an axis. */
function rest({ extent, to, from }: Axis, count: number): Axis[] {
  return extent > count ? [{ extent: extent / count, to: to * count, from: from * count }] : [];
}

/** A long axis whose elements are neighbours on one side is cut into whole lines and the others. */
function evenParts(part: Part): Part[] {
  const { axes, bytes } = part;
  const uneven = axes.find(
    ({ extent, to, from }) => (to === bytes) !== (from === bytes) && extent > EVEN && extent % EVEN > 0,
  );
  if (uneven === undefined) return [part];
  const most = uneven.extent - (uneven.extent % EVEN);
  const withExtent = (extent: number): Axis[] =>
    axes.flatMap((axis) => (axis !== uneven ? [axis] : extent > 1 ? [{ ...axis, extent }] : []));
  const { to, from } = part;
  const others = { to: to + most * uneven.to, from: from + most * uneven.from };
  return [
    ...evenParts({ ...part, axes: withExtent(most) }),
    ...evenParts({ ...part, ...others, axes: withExtent(uneven.extent - most) }),
  ];
}

/** Bytes that are moved in one go: a thread that is to end does so between two of them. */
const LONGEST_RUN = 2 ** 24;

/** A long run is cut into some of this length and a rest. */
function shortRuns(part: Part): Part[] {
  const { axes, bytes, to, from } = part;
  const last = axes.at(-1);
  if (last?.from !== bytes || last.to !== bytes || last.extent * bytes <= LONGEST_RUN) return [part];
  const around = axes.slice(0, -1);
  const count = LONGEST_RUN / bytes;
  const left = last.extent % count;
  const done = (last.extent - left) * bytes;
  const runs = { extent: (last.extent - left) / count, to: LONGEST_RUN, from: LONGEST_RUN };
  const cut = { ...part, axes: [...around, runs, { ...last, extent: count }] };
  return left === 0
    ? [cut]
    : [cut, { bytes, to: to + done, from: from + done, axes: [...around, { ...last, extent: left }] }];
}

/** What is moved at a time, and the axes around it. */
interface Move {
  readonly kind: number;
  readonly run: number;
  readonly toSteps: readonly number[];
  readonly fromSteps: readonly number[];
  /** Bytes side by side on both sides. */
  readonly reach: number;
  readonly axes: readonly Axis[];
}

function moveOf(elements: Elements): Move {
  const { bytes, axes } = elements;
  const last = axes.at(-1);
  const plain = { run: 0, toSteps: [], fromSteps: [] };
  if (last?.from === bytes && last.to === bytes) {
    const run = last.extent * bytes;
    return { ...plain, kind: COPY_RUN, run, reach: run, axes: axes.slice(0, -1) };
  }
  return (
    turned(elements) ?? { ...plain, kind: COPY_ELEMENT[bytes] ?? COPY_RUN, run: bytes, reach: bytes, axes }
  );
}

/** Squares of a vector by a vector, where both sides have one. */
function turned({ bytes, axes }: Elements): Move | undefined {
  if (bytes === VECTOR) return undefined;
  const read = taken(axes, "from", bytes) ?? overlapping(axes, "from", bytes);
  const written = read && (taken(read.axes, "to", bytes) ?? overlapping(read.axes, "to", bytes));
  if (written === undefined) return undefined;
  const toSteps = read?.steps.map(({ to }) => to) ?? [];
  const fromSteps = written.steps.map(({ from }) => from);
  const kind = bytes === 4 ? TURN_FOURS : TURN_TWOS;
  return { kind, run: 0, toSteps, fromSteps, reach: VECTOR, axes: written.axes };
}

interface Taken {
  readonly steps: readonly Axis[];
  readonly axes: readonly Axis[];
}

/** Takes the steps by 2 out of the axes that lead through one vector of a side. */
function taken(axes: readonly Axis[], side: "to" | "from", bytes: number): Taken | undefined {
  if (bytes === VECTOR) return { steps: [], axes };
  const axis = axes.find(
    ({ extent, at, [side]: step }) => step === bytes && extent % 2 === 0 && at === undefined,
  );
  if (axis === undefined) return undefined;
  const left = axes.flatMap((other) => (other === axis ? rest(axis, 2) : [other]));
  const next = taken(left, side, 2 * bytes);
  return next && { steps: [axis, ...next.steps], axes: next.axes };
}

/** Takes the vectors of an axis that has no whole number of them: the last one begins within the one before. */
function overlapping(axes: readonly Axis[], side: "to" | "from", bytes: number): Taken | undefined {
  const lanes = VECTOR / bytes;
  const axis = axes.find(
    ({ extent, at, [side]: step }) => step === bytes && extent >= lanes && at === undefined,
  );
  if (axis === undefined) return undefined;
  const { extent, to, from } = axis;
  const at = Array.from({ length: Math.ceil(extent / lanes) }, (_, k) => Math.min(k * lanes, extent - lanes));
  const left = { extent: at.length, to, from, at };
  const steps = lanes === 2 ? [axis] : [axis, { extent: 1, to: 2 * to, from: 2 * from }];
  return { steps, axes: axes.flatMap((other) => (other !== axis ? [other] : at.length > 1 ? [left] : [])) };
}

/** Takes the axes of least steps on a side, until they reach over `line` bytes. */
function spanning(block: Block, side: "to" | "from", reach: number, line: number): Block {
  const { inside, outside, odd } = block;
  const steps = outside.filter(({ [side]: step }) => step > 0 && step < line);
  const axis = steps.reduce<Axis | undefined>((x, y) => (x && x[side] <= y[side] ? x : y), undefined);
  if (axis === undefined || reach >= line) return block;
  const wanted = Math.max(2, line / axis[side]);
  const power = [64, 32, 16, 8, 4, 2].find((size) => size <= wanted && axis.extent % size === 0) ?? 1;
  const isOdd = odd && power === 1 && axis.extent >= ODD.least && axis.extent <= ODD.most;
  const isWhole = axis.at !== undefined || axis.extent <= wanted || isOdd;
  const count = isWhole ? axis.extent : power;
  if (count === 1) return block;
  const left = outside.flatMap((other) => (other === axis ? rest(axis, count) : [other]));
  const spanned = (axis.at?.at(-1) ?? count) * axis[side];
  return spanning(
    { inside: [...inside, { ...axis, extent: count }], outside: left, odd },
    side,
    Math.max(reach, spanned),
    line,
  );
}

interface Block {
  readonly inside: readonly Axis[];
  readonly outside: readonly Axis[];
  /** Whether it may have odd extents whole. */
  readonly odd: boolean;
}

/** An axis along which one side lies in rows, if there is one, whose steps on the other share no cache set. */
function streamAlong(side: "to" | "from", axes: readonly Axis[]): Axis | undefined {
  const other = side === "to" ? "from" : "to";
  return axes.find(
    ({ extent, [side]: near, [other]: far }) =>
      near <= VECTOR && extent * near >= STREAM_BYTES && far > LINE_BYTES && far % ALIAS_BYTES > 0,
  );
}

/** A move that is repeated along an axis at one place of a block before it begins at the next one. */
interface Repeated extends Block {
  readonly repeats: Axis;
}

const ONCE: Axis = { extent: 1, to: 0, from: 0 };

/**
 * A block of a move. Where the second cache holds a line of each row of the output, these rows are gone along from end to end, by squares or
 * by vectors; writes then come in order, and reads are fetched ahead. Other blocks reach over some lines on both sides.
 */
function blockOf({ kind, reach, axes }: Move, odd: boolean): Repeated {
  const read = streamAlong("from", axes);
  const written = streamAlong("to", axes);
  const isRepeatable = kind === TURN_TWOS || kind === COPY_ELEMENT[VECTOR];
  if (isRepeatable && written !== undefined && written.extent <= MOST_REPEATS) {
    const outside = axes.filter((axis) => axis !== written);
    const block = spanning({ inside: [], outside, odd }, "from", reach, STREAM_LINE_BYTES);
    return { ...block, repeats: written };
  }
  const line = read === undefined ? LINE_BYTES : STREAM_LINE_BYTES;
  const block = spanning({ inside: [], outside: axes, odd }, "to", reach, line);
  return { ...spanning(block, "from", reach, LINE_BYTES), repeats: ONCE };
}

function partWords(part: Part, odd: boolean): number[] {
  const move = moveOf(part);
  const { kind, run, toSteps, fromSteps } = move;
  const { inside, outside, repeats } = blockOf(move, odd);
  let places = [{ to: part.to, from: part.from }];
  for (const { extent, to, from, at } of [...inside, ...outside.filter(({ at }) => at !== undefined)])
    places = Array.from({ length: extent }, (_, place) => at?.[place] ?? place).flatMap((value) =>
      places.map((place) => ({ to: place.to + value * to, from: place.from + value * from })),
    );
  // Reads wait for memory, writes do not: the input is gone through in the order in which it lies.
  const around = outside.filter(({ at }) => at === undefined).sort((x, y) => y.from - x.from);
  return [
    ...[kind, run, toSteps[0] ?? 0, toSteps[1] ?? 0, fromSteps[0] ?? 0, fromSteps[1] ?? 0],
    ...[repeats.extent, repeats.to, repeats.from, places.length, around.length],
    ...places.flatMap(({ to, from }) => [to, from]),
    ...around.flatMap(({ extent, to, from }) => [extent, to, from]),
  ];
}
