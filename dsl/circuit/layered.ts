/** Lattices of sites with a gate a bond, layer by layer, as in Trotterised dynamics: networks without entries, to plan with. */
import type { Network } from "../network/network.ts";

/** Two sites of a lattice, numbered row by row. */
export type Bond = readonly [number, number];

/**
 * <0|C|0> in complex64, every extent two: a vector before and one after each site, and one dense gate a bond of the layer; layer l has
 * the bonds of class l mod the count of classes.
 */
export function layeredNetwork(
  name: string,
  sites: number,
  classes: readonly (readonly Bond[])[],
  layers: number,
): Network {
  const time = new Array<number>(sites).fill(0);
  const wire = (site: number): string => `w_{${site},${time[site]}}`;
  const tensors = Array.from({ length: sites }, (_, site) => ({ name: `in(${site})`, labels: [wire(site)] }));
  for (let layer = 0; layer < layers; layer += 1)
    for (const bond of classes[layer % classes.length] ?? []) {
      const before = bond.map(wire);
      for (const site of bond) time[site] = (time[site] ?? 0) + 1;
      tensors.push({ name: `gate(${layer},${bond.join()})`, labels: [...bond.map(wire), ...before] });
    }
  for (let site = 0; site < sites; site += 1) tensors.push({ name: `out(${site})`, labels: [wire(site)] });
  const extents = Object.fromEntries(tensors.flatMap(({ labels }) => labels.map((label) => [label, 2])));
  return { name, dtype: "complex64", tensors, open: [], extents };
}

/** Bonds of a side x side lattice by class: those that a step (down, right) makes, split by a parity so that none share a site. */
function bonds(
  side: number,
  down: number,
  right: number,
  parity: (row: number, column: number) => boolean,
): Bond[] {
  const found: Bond[] = [];
  for (let row = 0; row + down < side; row += 1)
    for (let column = 0; column + right < side; column += 1)
      if (parity(row, column)) found.push([row * side + column, (row + down) * side + column + right]);
  return found;
}

/** Four classes. */
export function square(side: number): Bond[][] {
  return [0, 1].flatMap((odd) => [
    bonds(side, 1, 0, (row) => row % 2 === odd),
    bonds(side, 0, 1, (_, column) => column % 2 === odd),
  ]);
}

/** The square lattice with one diagonal a plaquette: six classes. */
export function triangular(side: number): Bond[][] {
  return [...square(side), ...[0, 1].map((odd) => bonds(side, 1, 1, (row) => row % 2 === odd))];
}

/** A brick wall: every site has two neighbours in its row and one above or below; three classes. */
export function hexagonal(side: number): Bond[][] {
  const rungs = bonds(side, 1, 0, (row, column) => (row + column) % 2 === 0);
  return [0, 1].map((odd) => bonds(side, 0, 1, (_, column) => column % 2 === odd)).concat([rungs]);
}
