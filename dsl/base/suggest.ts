/** The known name that a misspelt one probably means. */

/**
 * Edits (insert, delete, replace, swap of neighbours) from one word to the other: optimal string alignment. Infinity where
 * there are more than `limit`, which is found out early.
 */
export function editDistance(from: string, to: string, limit = Infinity): number {
  const [a, b] = differingParts(from, to);
  let [older, old] = [[] as number[], Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    let least = row;
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
      least = Math.min(least, best);
    }
    // A swap looks back two rows, and costs one.
    if (least > limit + 1) return Infinity;
    [older, old] = [old, current];
  }
  const distance = at(old, b.length);
  return distance > limit ? Infinity : distance;
}

/** What is left of two words without their common beginning and end, which cost nothing. */
function differingParts(a: string, b: string): readonly [string, string] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
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
    const distance = folded ? 0 : editDistance(name, candidate, limit);
    // A single letter replaced by another is no misspelling.
    if (distance < least && (folded || distance < Math.max(name.length, candidate.length))) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}
