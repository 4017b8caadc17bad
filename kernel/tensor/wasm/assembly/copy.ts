/**
 * Copies between strided views. A plan is the number of its parts and the words of each, as plan.ts writes them: the move, the bytes of
 * its run, the steps between its rows in the output and in the input, how often it is repeated at each place of a block and the steps
 * between these in both, the number of places, the number of axes around the block; then by place its offsets in the output and the
 * input, and by axis, slowest first, its extent and its steps in both.
 */
import { lower, mixLower, mixUpper, upper } from "./vectors";

const MOVE: usize = 0;
const RUN: usize = 4;
const TO_STEPS: usize = 8;
const FROM_STEPS: usize = 16;
const REPEATS: usize = 24;
const REPEAT_STEPS: usize = 28;
const PLACES: usize = 36;
const AXES: usize = 40;
const HEADER: usize = 44;

export function copyParts(out: usize, from: usize, plan: usize): void {
  let part = plan + 4;
  for (let left = load<u32>(plan); left > 0; left--) {
    const axes = part + HEADER + 8 * load<u32>(part, PLACES);
    const count = load<u32>(part, AXES);
    copyAxes(out, from, part, axes, count);
    part = axes + 12 * count;
  }
}

function copyAxes(out: usize, from: usize, part: usize, axis: usize, axes: u32): void {
  if (axes === 0) {
    copyBlock(out, from, part);
    return;
  }
  const to = load<u32>(axis, 4);
  const step = load<u32>(axis, 8);
  for (let left = load<u32>(axis); left > 0; left--, out += to, from += step)
    copyAxes(out, from, part, axis + 12, axes - 1);
}

function copyBlock(out: usize, from: usize, part: usize): void {
  const move = load<u32>(part, MOVE);
  let place = part + HEADER;
  const end = place + 8 * load<u32>(part, PLACES);
  const repeats = load<u32>(part, REPEATS);
  if (repeats > 1) {
    for (; place !== end; place += 8) repeatMove(move, repeats, out + load<u32>(place), from + load<u32>(place, 4), part);
  } else if (move === 0) {
    const bytes = load<u32>(part, RUN);
    for (; place !== end; place += 8) copyRun(out + load<u32>(place), from + load<u32>(place, 4), bytes);
  } else if (move === 1)
    for (; place !== end; place += 8) store<u32>(out + load<u32>(place), load<u32>(from + load<u32>(place, 4)));
  else if (move === 2)
    for (; place !== end; place += 8) store<u64>(out + load<u32>(place), load<u64>(from + load<u32>(place, 4)));
  else if (move === 3)
    for (; place !== end; place += 8) v128.store(out + load<u32>(place), v128.load(from + load<u32>(place, 4)));
  else if (move === 4) turnTwos(out, from, part, place, end);
  else turnFours(out, from, part, place, end);
}

/** Again and again at even steps, of an element of a vector or of squares of two by two elements of eight bytes. */
function repeatMove(move: u32, repeats: u32, to: usize, from: usize, part: usize): void {
  const toNext = load<u32>(part, REPEAT_STEPS), fromNext = load<u32>(part, REPEAT_STEPS + 4);
  if (move === 3) {
    for (; repeats > 0; repeats--, to += toNext, from += fromNext) v128.store(to, v128.load(from));
    return;
  }
  let to2 = to + load<u32>(part, TO_STEPS), from2 = from + load<u32>(part, FROM_STEPS);
  for (; repeats > 0; repeats--, to += toNext, to2 += toNext, from += fromNext, from2 += fromNext) {
    const x = v128.load(from), y = v128.load(from2);
    v128.store(to, lower(x, y));
    v128.store(to2, upper(x, y));
  }
}

@inline
export function copyRun(to: usize, from: usize, bytes: u32): void {
  if (bytes >= 1024) {
    memory.copy(to, from, bytes);
    return;
  }
  for (; bytes >= 16; bytes -= 16, to += 16, from += 16) v128.store(to, v128.load(from));
  for (; bytes > 0; bytes -= 4, to += 4, from += 4) store<u32>(to, load<u32>(from));
}

/** Squares of two by two elements of eight bytes. */
function turnTwos(out: usize, from: usize, part: usize, place: usize, end: usize): void {
  const toStep = load<u32>(part, TO_STEPS);
  const fromStep = load<u32>(part, FROM_STEPS);
  for (; place !== end; place += 8) {
    const to = out + load<u32>(place);
    const at = from + load<u32>(place, 4);
    const x = v128.load(at), y = v128.load(at + fromStep);
    v128.store(to, lower(x, y));
    v128.store(to + toStep, upper(x, y));
  }
}

/** Squares of four by four elements of four bytes, whose four rows are two by two. */
function turnFours(out: usize, from: usize, part: usize, place: usize, end: usize): void {
  const toStep = load<u32>(part, TO_STEPS), toStep2 = load<u32>(part, TO_STEPS + 4);
  const fromStep = load<u32>(part, FROM_STEPS), fromStep2 = load<u32>(part, FROM_STEPS + 4);
  for (; place !== end; place += 8) {
    const to = out + load<u32>(place), to2 = to + toStep2;
    const at = from + load<u32>(place, 4), at2 = at + fromStep2;
    const r0 = v128.load(at), r1 = v128.load(at + fromStep);
    const r2 = v128.load(at2), r3 = v128.load(at2 + fromStep);
    const x0 = mixLower(r0, r1), x1 = mixUpper(r0, r1), y0 = mixLower(r2, r3), y1 = mixUpper(r2, r3);
    v128.store(to, lower(x0, y0));
    v128.store(to + toStep, upper(x0, y0));
    v128.store(to2, lower(x1, y1));
    v128.store(to2 + toStep, upper(x1, y1));
  }
}
