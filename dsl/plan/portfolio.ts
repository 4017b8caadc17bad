/**
 * Which unit of work of a search comes next, and what is learnt from those done. The best trees are kept as lines: a better tree
 * takes the place of the one that it was made from, so that the lines stay different.
 */
import { mulberry32, type Random } from "../base/random.ts";
import type { Candidate, SlicedPairs } from "./problem.ts";
import { starts } from "./starts.ts";
import type { Unit, Work } from "./unit.ts";

/** Trees that are made in different ways before any is annealed at length; fewer of a large network. */
const FIRST_STARTS = 15;
const LARGE = 1500;
/** Lines kept whole, and kept in slices. */
const MOST_LINES = 6;
const MOST_CHAINS = 3;
/** Passes over all pairs in a first look at a tree, in the first annealing, and in any; while slices are chosen. */
const GLANCE_SWEEPS = 60;
const FIRST_SWEEPS = 300;
const MOST_SWEEPS = 12_000;
const SLICING_SWEEPS = 400;
/** Share of the budget after which trees that are too large are sliced, and after which only the best is bettered. */
const WHOLE_SHARE = 0.2;
const LAST_SHARE = 0.85;
/** Share of the slicing units that make a new tree. */
const FRESH_SHARE = 0.1;
/** Units made before the results of any of them are known, in a search by count. */
export const ROUND = 4;

/** How far a search is, and how long units should be. */
export interface Pace {
  /** Share of the budget that is gone. */
  readonly share: number;
  /** Passes that fill the time meant for the next unit; where absent they grow with the count of units. */
  readonly sweeps?: { readonly whole: number; readonly sliced: number };
}

interface Line {
  readonly id: number;
  readonly found: Candidate;
}

interface Arm {
  /** Which line is annealed, or which start makes a new one. */
  readonly line?: number;
  readonly start?: number;
  readonly hottest: number;
  tries: number;
  gains: number;
}

export interface Portfolio {
  readonly tensors: number;
  readonly maxLog2Size: number;
  /** A tree known before the search. */
  readonly start: SlicedPairs | undefined;
  readonly random: Random;
  units: number;
  /** Units since the last better tree. */
  stale: number;
  /** Best first. */
  readonly lines: Line[];
  readonly chains: Line[];
  readonly arms: readonly Arm[];
  /** Arm and line of each unit that is not merged yet. */
  readonly origins: Map<number, Origin>;
  /** What is to be sliced; undefined before slicing begins. */
  waiting: Work[] | undefined;
}

interface Origin {
  readonly arm?: Arm;
  readonly line?: number;
}

/** Of a network of so many tensors, for one seed; with the tree that a search is to begin from, where there is one. */
export function portfolio(
  tensors: number,
  maxLog2Size: number,
  seed: number,
  start?: SlicedPairs,
): Portfolio {
  const random = mulberry32(seed);
  const origins = new Map<number, Origin>();
  const state = { tensors, maxLog2Size, start, random, origins, units: 0, stale: 0, waiting: undefined };
  return { ...state, lines: [], chains: [], arms: arms() };
}

/** Cold annealing of the best tree pays most often: what is thought before the first try. */
function arms(): Arm[] {
  const fresh = { tries: 0, gains: 0 };
  return [
    ...[0.1, 0.3].map((hottest) => ({ ...fresh, line: 0, hottest, tries: 1, gains: 1 })),
    ...[0.7, 1.5].map((hottest) => ({ ...fresh, line: 0, hottest })),
    ...[0.3, 1].flatMap((hottest) => [1, 3].map((line) => ({ ...fresh, line, hottest }))),
    ...[0.4, 1.5].flatMap((hottest) => starts.map((_, start) => ({ ...fresh, start, hottest, tries: 1 }))),
  ];
}

/** The best tree that fits; of a search that found none yet, the best that does not. */
export function bestFound({ lines, chains }: Portfolio): Candidate | undefined {
  return (chains[0] ?? lines[0])?.found;
}

/** The best tree without slices. */
export function bestWhole({ lines }: Portfolio): Candidate | undefined {
  return lines[0]?.found;
}

/** True where so many units in a row gained nothing that more are not worth while. */
export function isExhausted({ stale, tensors }: Portfolio): boolean {
  return stale >= 40 + tensors;
}

/**
 * True of the units that are done to their end however little time there is: the first tree and, of a network that is not large, one
 * short annealing, so that a short search on a busy computer is no plain greedy one.
 */
export function isDoneAnyway(number: number, tensors: number): boolean {
  return number === 0 || (number === 1 && tensors <= LARGE);
}

/** The next unit; may be called again before its result is merged. */
export function nextUnit(state: Portfolio, pace: Pace): Unit {
  const number = state.units;
  state.units += 1;
  const seed = Math.floor(state.random() * 2 ** 32);
  const best = state.lines[0]?.found;
  const tooLarge = best !== undefined && best.log2Size > state.maxLog2Size + 1e-9;
  if (tooLarge && pace.share >= WHOLE_SHARE) state.waiting ??= toSlice(state);
  if (state.waiting !== undefined) {
    const sweeps = pace.sweeps?.sliced ?? SLICING_SWEEPS;
    return { number, seed, sweeps, work: slicingWork(state, state.waiting, number, pace) };
  }
  const glances = state.tensors > LARGE ? FIRST_STARTS / 3 : FIRST_STARTS;
  if (number === 0) return { number, seed, sweeps: 0, work: firstWork(state) };
  if (number <= glances || best === undefined) {
    const work = { kind: "start", start: number % starts.length, hottest: 0.1 } as const;
    return { number, seed, sweeps: pace.sweeps?.whole ?? GLANCE_SWEEPS, work };
  }
  const counted = Math.min(MOST_SWEEPS, Math.ceil(FIRST_SWEEPS * 1.15 ** (number - glances)));
  return { number, seed, sweeps: pace.sweeps?.whole ?? counted, work: chosenWork(state, number) };
}

function firstWork({ start }: Portfolio): Work {
  return start === undefined ? { kind: "greedy" } : { kind: "given", from: { ...start, sliced: [] } };
}

function chosenWork(state: Portfolio, number: number): Work {
  const arm = chosen(state.arms, state.random);
  arm.tries += 1;
  const { start, hottest } = arm;
  if (start !== undefined) {
    state.origins.set(number, { arm });
    return { kind: "start", start, hottest };
  }
  const line = state.lines[Math.min(arm.line ?? 0, state.lines.length - 1)] as Line;
  state.origins.set(number, { arm, line: line.id });
  return { kind: "anneal", from: line.found.pairs, hottest };
}

/** At random, in proportion to how often each has gained. */
function chosen(all: readonly Arm[], random: Random): Arm {
  const weights = all.map(({ tries, gains }) => ((gains + 1) / (tries + 2)) ** 2);
  let rest = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const found = all.find((_, position) => (rest -= weights[position] ?? 0) < 0);
  return found ?? (all[0] as Arm);
}

/** Narrow trees, which need fewer slices, and the best ones; in turn, since time may end before all are sliced. */
function toSlice({ lines, start }: Portfolio): Work[] {
  const given: Work[] =
    start === undefined || start.sliced.length === 0 ? [] : [{ kind: "given", from: start }];
  const narrow = [...starts, ...starts].map((_, place): Work => {
    return { kind: "narrow", start: place % starts.length };
  });
  const sliced = narrow.flatMap((work, place): Work[] => {
    const line = lines[place];
    return line === undefined ? [work] : [{ kind: "slice", from: line.found.pairs }, work];
  });
  return [...given, ...sliced];
}

function slicingWork(state: Portfolio, waiting: Work[], number: number, { share }: Pace): Work {
  const { chains } = state;
  const first = waiting.shift();
  if (first !== undefined) return first;
  const fresh = share <= LAST_SHARE && state.random() < FRESH_SHARE;
  if (fresh) return { kind: "narrow", start: Math.floor(state.random() * starts.length) };
  const count = share > LAST_SHARE ? 1 : chains.length;
  const chain = chains[number % count];
  if (chain === undefined) {
    const whole = state.lines[number % state.lines.length] as Line;
    return { kind: "slice", from: whole.found.pairs };
  }
  state.origins.set(number, { line: chain.id });
  return { kind: "reslice", from: chain.found };
}

/** Takes in what a unit found; true where it is the best so far. */
export function merge(state: Portfolio, unit: Unit, found: Candidate): boolean {
  const origin = state.origins.get(unit.number) ?? {};
  state.origins.delete(unit.number);
  const fit = found.log2Size <= state.maxLog2Size + 1e-9;
  if (found.sliced.length > 0 && !fit) return false;
  const whole = state.waiting === undefined || (found.sliced.length === 0 && !fit);
  const [lines, most] = whole ? [state.lines, MOST_LINES] : [state.chains, MOST_CHAINS];
  const known = lines[0]?.found.score ?? Infinity;
  const entered = enter(lines, most, { id: unit.number, found }, origin.line);
  const better = found.score < known - 1e-9;
  state.stale = better ? 0 : state.stale + 1;
  if (origin.arm !== undefined && entered) origin.arm.gains += found.score < known - 1e-3 ? 1 : 0.3;
  return better;
}

function enter(lines: Line[], most: number, line: Line, parent: number | undefined): boolean {
  const { score } = line.found;
  const old = lines.findIndex(({ id }) => id === parent);
  if (old >= 0) {
    if (score >= (lines[old] as Line).found.score) return false;
    lines.splice(old, 1);
  }
  if (lines.some(({ found }) => Math.abs(found.score - score) <= 1e-9)) return old >= 0;
  const place = lines.findIndex(({ found }) => score < found.score);
  if (place < 0 && lines.length >= most) return false;
  lines.splice(place < 0 ? lines.length : place, 0, line);
  lines.length = Math.min(lines.length, most);
  return true;
}
