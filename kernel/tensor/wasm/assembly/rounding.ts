/** Sums in float64 of what was summed in the operands' precision. */

/** Adds `bytes` of floats, whole vectors, to their sums. Returns where these end. `first`: there are none yet. */
@inline
export function addTile<T extends number>(sums: usize, tile: usize, bytes: u32, first: bool): usize {
  const zero = f64x2.splat(0);
  for (const end = tile + bytes; tile !== end; tile += 16) {
    const terms = v128.load(tile);
    const low = sizeof<T>() === 4 ? f64x2.promote_low_f32x4(terms) : terms;
    v128.store(sums, f64x2.add(first ? zero : v128.load(sums), low));
    sums += 16;
    if (sizeof<T>() === 4) {
      const high = f64x2.promote_low_f32x4(v128.shuffle<f64>(terms, terms, 1, 0));
      v128.store(sums, f64x2.add(first ? zero : v128.load(sums), high));
      sums += 16;
    }
  }
  return sums;
}

export function round<T extends number>(to: usize, sums: usize, floats: u32): void {
  for (; floats > 0; floats--, to += sizeof<T>(), sums += 8) store<T>(to, <T>load<f64>(sums));
}
