/**
 * Powers of two that keep what lies between a network's tensors and its value in the range of its dtype. A run with them notes how large
 * each step's numbers are; from that come better powers, until no step loses anything. A value is linear in what each step makes, so
 * that all powers together are the value's, and they cost no rounding. Runs that need none of this are not slowed by it.
 */
import type { BufferId, Dtype, Entries, Schedule, Step } from "../../dsl/core.ts";
import { floatBytes, type Floats } from "../tensor/floats.ts";
import type { Arithmetic } from "./arithmetic.ts";
import { reportedSteps } from "./steps.ts";
import { inTurns } from "./turns.ts";

/** For every step of the report. */
export interface Rescaling {
  /** A step's result is divided by two to this; 0 but for loads and contractions. */
  readonly shifts: readonly number[];
  /** Int32 words: binary exponent of the largest part of any rank, in any slice, before the division. */
  readonly largest: SharedArrayBuffer;
}

/** Exponents where all parts are 0, and where one is not finite. */
const NOTHING = -(2 ** 30);
const OVERFLOWN = 2 ** 30;

/** More rounds than a chain of products needs that leaves the range with every few of its steps. */
const MOST_ROUNDS = 32;

/** Binary exponents between which the largest part of a tensor may lie without loss of digits of the others. */
function rangeOf(dtype: Dtype): { readonly least: number; readonly most: number } {
  return floatBytes(dtype) === 4 ? { least: -102, most: 126 } : { least: -969, most: 1022 };
}

export function makeRescaling(schedule: Schedule, shifts?: readonly number[]): Rescaling {
  const steps = reportedSteps(schedule.steps).length;
  const largest = new SharedArrayBuffer(4 * steps);
  new Int32Array(largest).fill(NOTHING);
  return { shifts: shifts ?? new Array<number>(steps).fill(0), largest };
}

/** Binary exponents of the factors that every dtype has, and its tensors are divided by at a time. */
const MOST_SHIFT = { single: 120, double: 1000 } as const;

/** What a rank does after the step at `position` has made `out`. */
export function rescale(
  { shifts, largest }: Rescaling,
  position: number,
  out: Floats,
  { scale }: Pick<Arithmetic, "scale">,
): void {
  const most = out instanceof Float32Array ? MOST_SHIFT.single : MOST_SHIFT.double;
  let left = shifts[position] ?? 0;
  const next = (): number => {
    const shift = Math.max(-most, Math.min(most, left));
    left -= shift;
    return 2 ** -shift;
  };
  raise(new Int32Array(largest), position, binaryExponent(scale(out, next())));
  while (left !== 0) scale(out, next());
}

function binaryExponent(magnitude: number): number {
  if (magnitude === 0) return NOTHING;
  return magnitude < Infinity ? Math.floor(Math.log2(magnitude)) : OVERFLOWN;
}

export function raise(words: Int32Array, at: number, value: number): void {
  let known = Atomics.load(words, at);
  while (known < value) {
    const found = Atomics.compareExchange(words, at, known, value);
    if (found === known) return;
    known = found;
  }
}

/** Of a buffer: all powers in it, as they were and as they are to be, and its largest exponent as it was. */
interface Scaled {
  readonly before: number;
  readonly after: number;
  readonly exponent: number;
}

const UNSCALED: Scaled = { before: 0, after: 0, exponent: 0 };

interface Judged {
  /** True where no step lost digits, or none that other powers would save. */
  readonly settled: boolean;
  /** For the next run. */
  readonly shifts: readonly number[];
}

/** What a run with `rescaling` has shown; `isProbed`: in its first slices, so that nothing is known of the steps after them. */
function judge(schedule: Schedule, { shifts, largest }: Rescaling, isProbed: boolean): Judged {
  const { least, most } = rangeOf(schedule.dtype);
  const words = new Int32Array(largest);
  const scaled = new Map<BufferId, Scaled>();
  const of = (id: BufferId): Scaled => scaled.get(id) ?? UNSCALED;
  const next = [...shifts];
  let [settled, position] = [true, 0];
  const look = (step: Extract<Step, { kind: "load" | "contract" }>): void => {
    const inputs = step.kind === "load" ? [] : [of(step.a), of(step.b)];
    const sum = (part: keyof Scaled): number => inputs.reduce((all, input) => all + input[part], 0);
    const [own, found] = [shifts[position] ?? 0, words[position] ?? NOTHING];
    const isKnown = found !== NOTHING && found !== OVERFLOWN;
    const after = isKnown ? found + sum("before") : sum("after");
    next[position] = after - sum("after");
    // Products of numbers that are large enough cancel where they are 0.
    const isZero =
      found === NOTHING && (sum("exponent") >= least || inputs.some((input) => input.exponent === NOTHING));
    if (!isZero && (found < least || found > most)) settled = false;
    const exponent = isKnown ? found - own : isZero ? NOTHING : 0;
    scaled.set(step.out, { before: sum("before") + own, after, exponent });
  };
  const walk = (steps: readonly Step[]): void => {
    for (const step of steps) {
      if (step.kind === "free") continue;
      if (step.kind === "load" || step.kind === "contract") look(step);
      else if (step.kind !== "slice-loop") scaled.set(step.out, of(step.in));
      position += 1;
      if (step.kind !== "slice-loop") continue;
      walk(step.body);
      scaled.set(step.into, of(step.from));
      if (isProbed) return;
    }
  };
  walk(schedule.steps);
  return { settled, shifts: next };
}

/** Binary exponent of what a run with these shifts leaves out of the value. */
export function exponentOf({ shifts }: Rescaling): number {
  return shifts.reduce((sum, shift) => sum + shift, 0);
}

/** The next run's, or none where no further run would do better than the one just judged, by all of it or by its first slices. */
export function better(
  schedule: Schedule,
  rescaling: Rescaling,
  { round, isProbed }: { readonly round: number; readonly isProbed: boolean },
): Rescaling | undefined {
  const { settled, shifts } = judge(schedule, rescaling, isProbed);
  const isSame = shifts.every((shift, position) => shift === rescaling.shifts[position]);
  return settled || isSame || round >= MOST_ROUNDS ? undefined : makeRescaling(schedule, shifts);
}

/** True where the largest part of the value is 0, or so near an end of the range that other parts may have lost digits, or no number. */
export function isLost(dtype: Dtype, largest: number): boolean {
  return !(largest >= 2 ** rangeOf(dtype).least && largest < Infinity);
}

/** Slices of each group from which a run is judged by the first ones: what is run in vain is then little. */
export const LEAST_PROBED = 4;

/** True where, of these numbers as far as one that is within the range of the dtype, none is, or one is not finite. */
export function isOutside(dtype: Dtype, parts: Floats): boolean {
  const least = 2 ** rangeOf(dtype).least;
  for (let at = 0; at < parts.length; at += 1) {
    const part = Math.abs(parts[at] as number);
    if (!(part < Infinity)) return true;
    if (part >= least) return false;
  }
  return true;
}

/** Binary logarithms of a tensor's root mean square, and of its mean's magnitude. */
interface Typical {
  readonly root: number;
  readonly mean: number;
}

/**
 * The powers for a first run, where products of typical numbers of these tensors, of random signs or of one sign, would lose digits on the
 * way to a value, which would not show in it: those that leave typical numbers near one. None where they keep their digits.
 */
export async function foreseen(
  schedule: Schedule,
  entries: readonly Entries[],
  signal: AbortSignal | undefined,
): Promise<Rescaling | undefined> {
  const { least } = rangeOf(schedule.dtype);
  const steps = reportedSteps(schedule.steps);
  const typical = new Map<BufferId, Typical>();
  const known = new Map<Entries, Typical>();
  /** All powers in a buffer. */
  const powers = new Map<BufferId, number>();
  const shifts = new Array<number>(steps.length).fill(0);
  let isLosing = false;
  for (const [position, step] of steps.entries()) {
    if (step.kind === "slice-loop") continue;
    const inputs = step.kind === "load" ? [] : step.kind === "contract" ? [step.a, step.b] : [step.in];
    const [first, second] = inputs.map((id) => typical.get(id) ?? ONE);
    let own = first ?? ONE;
    if (step.kind === "load") {
      const numbers = entries[step.tensor];
      if (numbers === undefined) continue;
      own = known.get(numbers) ?? (await typicalOf(numbers, signal));
      known.set(numbers, own);
    } else if (step.kind === "contract") own = product(own, second ?? ONE, step.k);
    else if (step.kind === "sum") own = product(own, ONE, step.reduced);
    typical.set(step.out, own);
    const before = inputs.reduce((sum, id) => sum + (powers.get(id) ?? 0), 0);
    const isScaled = (step.kind === "load" || step.kind === "contract") && own.root > -Infinity;
    const power = isScaled ? Math.round(own.root) : before;
    powers.set(step.out, power);
    shifts[position] = power - before;
    isLosing ||= own.root < least && own.root > -Infinity;
  }
  return isLosing ? makeRescaling(schedule, shifts) : undefined;
}

const ONE: Typical = { root: 0, mean: 0 };

function product(a: Typical, b: Typical, summed: number): Typical {
  const mean = a.mean + b.mean + Math.log2(summed);
  return { root: Math.max(mean, a.root + b.root + Math.log2(summed) / 2), mean };
}

interface Moments {
  readonly squares: number;
  readonly real: number;
  readonly imaginary: number;
}

/** Of the numbers times a factor. */
async function momentsOf(
  { re, im }: Entries,
  factor: number,
  signal: AbortSignal | undefined,
): Promise<Moments> {
  let squares = 0;
  const sumOf = (part: Float64Array, begin: number, end: number): number => {
    let sum = 0;
    for (let at = begin; at < end; at += 1) {
      const x = factor * (part[at] as number);
      sum += x;
      squares += x * x;
    }
    return sum;
  };
  let [real, imaginary] = [0, 0];
  await inTurns(re.length, signal, (begin, end) => {
    real += sumOf(re, begin, end);
    if (im !== undefined) imaginary += sumOf(im, begin, end);
  });
  return { squares, real, imaginary };
}

/** A power that brings numbers whose squares are beyond the range of float64, on either side, well into it. */
const NEARER = 600;

async function typicalOf(numbers: Entries, signal: AbortSignal | undefined): Promise<Typical> {
  const { length } = numbers.re;
  let [power, moments] = [0, await momentsOf(numbers, 1, signal)];
  if (moments.squares === 0) power = -NEARER;
  else if (moments.squares === Infinity) power = NEARER;
  if (power !== 0) moments = await momentsOf(numbers, 2 ** -power, signal);
  const { squares, real, imaginary } = moments;
  // Numbers that are not finite are of no size.
  if (!(squares < Infinity)) return ONE;
  return {
    root: power + Math.log2(squares / length) / 2,
    mean: power + Math.log2(Math.hypot(real, imaginary) / length),
  };
}
