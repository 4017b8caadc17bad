/** The value of a network by joining its tensors one by one, summing each index where it is last used. */
import type { Label, ValuedNetwork } from "../../../dsl/network/network.ts";

interface Part {
  readonly labels: readonly Label[];
  readonly re: readonly number[];
  readonly im: readonly number[];
}

export function contractAll({ network, entries }: ValuedNetwork): { re: number[]; im: number[] } {
  const { open, tensors, extents } = network;
  const extent = (label: Label): number => extents[label] ?? NaN;
  let value: Part = { labels: [], re: [1], im: [0] };
  tensors.forEach((tensor, position) => {
    const own = entries[position];
    const later = new Set([...open, ...tensors.slice(position + 1).flatMap(({ labels }) => labels)]);
    const all = [...new Set([...value.labels, ...tensor.labels])];
    const kept = all.filter((label) => later.has(label));
    const size = kept.reduce((product, label) => product * extent(label), 1);
    const [re, im] = [new Array<number>(size).fill(0), new Array<number>(size).fill(0)];
    forEachValue(all, extent, (at) => {
      const [v, t, k] = [value.labels, tensor.labels, kept].map((labels) =>
        labels.reduce((flat, label) => flat * extent(label) + (at.get(label) ?? 0), 0),
      ) as [number, number, number];
      const [a, b] = [value.re[v] ?? NaN, value.im[v] ?? NaN];
      const [x, y] = [own?.re[t] ?? NaN, own?.im?.[t] ?? 0];
      re[k] = (re[k] ?? 0) + a * x - b * y;
      im[k] = (im[k] ?? 0) + a * y + b * x;
    });
    value = { labels: kept, re, im };
  });
  return arranged(value, open, extent);
}

function forEachValue(
  labels: readonly Label[],
  extent: (label: Label) => number,
  visit: (at: ReadonlyMap<Label, number>) => void,
): void {
  const total = labels.reduce((product, label) => product * extent(label), 1);
  for (let flat = 0; flat < total; flat += 1) {
    let rest = flat;
    const at = new Map<Label, number>();
    for (const label of labels.toReversed()) {
      at.set(label, rest % extent(label));
      rest = Math.floor(rest / extent(label));
    }
    visit(at);
  }
}

/** With the axes in the order of `open`. */
function arranged(
  value: Part,
  open: readonly Label[],
  extent: (label: Label) => number,
): { re: number[]; im: number[] } {
  const [re, im]: [number[], number[]] = [[], []];
  forEachValue(open, extent, (at) => {
    const from = value.labels.reduce((flat, label) => flat * extent(label) + (at.get(label) ?? 0), 0);
    re.push(value.re[from] ?? NaN);
    im.push(value.im[from] ?? NaN);
  });
  return { re, im };
}
