/** Sums in float64 of what was summed in the operands' precision. */
import { lower, upper } from "./vectors";

/** Adds `bytes` of floats, whole vectors, to their sums. Returns where these end. `first`: there are none yet. */
@inline
export function addTile<T extends number>(sums: usize, tile: usize, bytes: u32, first: bool): usize {
  for (const end = tile + bytes; tile !== end; tile += 16)
    if (first) sums = keep<T>(true, sums, v128.load(tile));
    else sums = keep<T>(false, sums, v128.load(tile));
  return sums;
}

/** Adds a vector to its sums. Returns where these end. */
@inline
export function keep<T extends number>(first: bool, sums: usize, terms: v128): usize {
  keepTwo(first, sums, sizeof<T>() === 4 ? f64x2.promote_low_f32x4(terms) : terms);
  if (sizeof<T>() === 8) return sums + 16;
  keepTwo(first, sums + 16, f64x2.promote_low_f32x4(upper(terms, terms)));
  return sums + 32;
}

@inline
function keepTwo(first: bool, sums: usize, terms: v128): void {
  v128.store(sums, first ? terms : f64x2.add(v128.load(sums), terms));
}

export function round<T extends number>(to: usize, sums: usize, floats: u32): void {
  for (; floats >= 4; floats -= 4, to += 4 * sizeof<T>(), sums += 32) {
    const low = v128.load(sums), high = v128.load(sums, 16);
    if (sizeof<T>() === 4) v128.store(to, lower(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high)));
    else v128.store(to, low), v128.store(to, high, 16);
  }
  for (; floats > 0; floats--, to += sizeof<T>(), sums += 8) store<T>(to, <T>load<f64>(sums));
}
