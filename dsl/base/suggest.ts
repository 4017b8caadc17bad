/** The known name that a misspelt one probably means. */

/** Edits (insert, delete, replace, swap of neighbours) from one word to the other: optimal string alignment. */
export function editDistance(from: string, to: string): number {
  const a = [...from];
  const b = [...to];
  let [older, old] = [[] as number[], Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        at(old, column) + 1,
        at(current, column - 1) + 1,
        at(old, column - 1) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) best = Math.min(best, at(older, column - 2) + 1);
      current.push(best);
    }
    [older, old] = [old, current];
  }
  return at(old, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}

/**
 * The nearest of `known`, if it is near: at most a third of the letters wrong (one in short names). Ties go to the
 * first; a name that differs in case alone is nearest of all.
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let least = limit + 0.5;
  for (const candidate of known) {
    if (candidate === name || Math.abs(candidate.length - name.length) > limit) continue;
    const folded = candidate.toLowerCase() === name.toLowerCase();
    const distance = folded ? 0 : editDistance(name, candidate);
    // A single letter replaced by another is no misspelling.
    if (distance < least && (folded || distance < Math.max(name.length, candidate.length))) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}
