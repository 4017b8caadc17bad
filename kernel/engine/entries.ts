import type { Entries } from "../../dsl/core.ts";

/** Where each distinct set of entries begins, in elements; tensors that share one share its place. */
export function layEntries(entries: readonly Entries[]): { starts: Map<Entries, number>; elements: number } {
  const starts = new Map<Entries, number>();
  let elements = 0;
  for (const own of entries)
    if (!starts.has(own)) {
      starts.set(own, elements);
      elements += own.re.length;
    }
  return { starts, elements };
}
