/** The known name that a misspelt one probably means. */

/**
 * Edits (insert, delete, replace, swap of neighbours) from one word to the other, of Damerau and Levenshtein: a metric,
 * since letters may also be put in between swapped ones. Infinity where there are more than `limit`, which is found out
 * early.
 */
export function editDistance(from: string, to: string, limit = Infinity): number {
  const [a, b] = differingParts([...from], [...to]);
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const lastRowOf = new Map<string, number>();
  for (const [above, letter] of a.entries()) {
    const row = [above + 1];
    let match = 0;
    for (const [left, other] of b.entries()) {
      const replaced = at(rows[above], left) + (letter === other ? 0 : 1);
      let best = Math.min(at(rows[above], left + 1) + 1, at(row, left) + 1, replaced);
      const crossed = lastRowOf.get(other) ?? 0;
      if (crossed > 0 && match > 0) {
        const between = above - crossed + (left - match);
        best = Math.min(best, at(rows[crossed - 1], match - 1) + between + 1);
      }
      if (letter === other) match = left + 1;
      row.push(best);
    }
    if (Math.min(...row) > limit) return Infinity;
    lastRowOf.set(letter, above + 1);
    rows.push(row);
  }
  const distance = at(rows[a.length], b.length);
  return distance > limit ? Infinity : distance;
}

/** What is left of two words without their common beginning and end, which cost nothing. */
function differingParts(a: readonly string[], b: readonly string[]): readonly [string[], string[]] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}

function at(row: readonly number[] | undefined, column: number): number {
  return row?.[column] ?? Infinity;
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
