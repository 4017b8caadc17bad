/** How long a call takes at best: others may use the core too. */

/** Extents of a product as where a long tensor meets a small one. */
export const THIN = { m: 2048, n: 16, k: 4 } as const;

/** Least seconds of a call that is repeated for so long, but at least so often, once its code has been compiled for it. */
export function leastSeconds(call: () => void, milliseconds: number, leastGoes: number): number {
  call();
  let least = Infinity;
  const end = performance.now() + milliseconds;
  for (let goes = 0; goes < leastGoes || performance.now() < end; goes += 1) {
    const begun = performance.now();
    call();
    least = Math.min(least, performance.now() - begun);
  }
  return Math.max(least, 1e-4) / 1000;
}
