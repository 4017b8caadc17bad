/** The product of two small tensors, summed over what they alone share. */
import type { Entries, Label } from "./network.ts";
import { placesOf, stridesOf } from "./strides.ts";

export interface Labelled {
  /** Distinct. */
  readonly labels: readonly Label[];
  readonly entries: Entries;
}

/** Row-major over `kept`, of which each label is one of `a` or `b`; summed over all other labels. */
export function joined(
  a: Labelled,
  b: Labelled,
  kept: readonly Label[],
  extent: (label: Label) => number,
): Entries {
  const all = [...kept, ...new Set([...a.labels, ...b.labels].filter((label) => !kept.includes(label)))];
  const shape = all.map(extent);
  const places = (labels: readonly Label[]): Int32Array => {
    const strides = stridesOf(labels.map(extent));
    const own = all.map((label) => (labels.includes(label) ? (strides[labels.indexOf(label)] as number) : 0));
    return placesOf({ shape, strides: own, offset: 0 });
  };
  const [inA, inB, to] = [places(a.labels), places(b.labels), places(kept)];
  const size = kept.reduce((product, label) => product * extent(label), 1);
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  const real = a.entries.im === undefined && b.entries.im === undefined;
  for (let k = 0; k < to.length; k += 1) {
    const [i, j, place] = [inA[k] as number, inB[k] as number, to[k] as number];
    const [x, y] = [a.entries.re[i] as number, a.entries.im?.[i] ?? 0];
    const [u, v] = [b.entries.re[j] as number, b.entries.im?.[j] ?? 0];
    re[place] = (re[place] as number) + x * u - y * v;
    if (!real) im[place] = (im[place] as number) + x * v + y * u;
  }
  return real ? { re } : { re, im };
}
