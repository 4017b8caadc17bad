/** Colours between those of a scale. */

/** The colour at a part of the scale, 0 to 1; the stops are `#rrggbb`. */
export function colourAt(scale: readonly (readonly [number, string])[], part: number): string {
  const within = Math.min(1, Math.max(0, part));
  const after = scale.findIndex(([stop]) => stop >= within);
  const [high, to] = scale[after] ?? [1, "#8b949e"];
  const [low, from] = scale[after - 1] ?? [high, to];
  const share = high > low ? (within - low) / (high - low) : 0;
  const mixed = channels(from).map((value, k) =>
    Math.round(value + share * ((channels(to)[k] ?? 0) - value)),
  );
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16));
}
