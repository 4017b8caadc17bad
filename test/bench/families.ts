/**
 * Networks of the kinds that arXiv 2606.01852 reports, which does not fix them fully: what is built is said beside each. All are
 * amplitudes <0|C|0> in complex64, without entries: they are planned, not contracted.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { amplitude, parseInstance, type Network } from "tnlab/dsl/index.js";
import { randomCircuit } from "tnlab/dsl/circuit/generate.js";

/** What the paper reports for 8 and for 1024 devices; absent where it has no such network. */
export interface Published {
  readonly e8: number;
  readonly r8: number;
  readonly e1024: number;
  readonly r1024: number;
}

export interface Family {
  readonly name: string;
  readonly built: string;
  readonly network: () => Network | undefined;
  readonly published?: Published;
}

type Bond = readonly [number, number];

const DATA = "../shared/data/instances";

/** Sites from |0> to <0|, with one dense gate a bond of the layer; layer l has the bonds of class l mod classes. */
function trotter(
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

function square(side: number): Bond[][] {
  return [0, 1].flatMap((odd) => [
    bonds(side, 1, 0, (row) => row % 2 === odd),
    bonds(side, 0, 1, (_, column) => column % 2 === odd),
  ]);
}

function triangular(side: number): Bond[][] {
  return [...square(side), ...[0, 1].map((odd) => bonds(side, 1, 1, (row) => row % 2 === odd))];
}

/** side x side sites. */
export function triangularLattice(side: number, layers: number): Network {
  return trotter(`triangular-${side}x${side}x${layers}`, side * side, triangular(side), layers);
}

/** A brick wall: every site has two neighbours in its row and one above or below. */
function hexagonal(side: number): Bond[][] {
  const rungs = bonds(side, 1, 0, (row, column) => (row + column) % 2 === 0);
  return [0, 1].map((odd) => bonds(side, 0, 1, (_, column) => column % 2 === odd)).concat([rungs]);
}

function circuit(): Network {
  const made = randomCircuit({ rows: 6, columns: 10, cycles: 24, seed: 1 });
  return amplitude(made, "0".repeat(60), { name: "circuit-60x24", dtype: "complex64" }).network;
}

function instance(file: string): Network | undefined {
  let text: string;
  try {
    text = readFileSync(path.join(DATA, `${file}.json`), "utf8");
  } catch {
    return undefined;
  }
  const parsed = parseInstance(text);
  return parsed.ok ? { ...parsed.value, name: file, dtype: "complex64" } : undefined;
}

export const families: readonly Family[] = [
  {
    name: "circuit-60x24",
    built: "6 x 10 qubits, 24 cycles, patterns ABCDCDAB, fSim(pi/2, pi/6)",
    network: circuit,
    published: { e8: 18.5, r8: 18.5, e1024: 41.8, r1024: 418 },
  },
  {
    name: "hexagonal-8x8",
    built: "brick wall of 8 x 8 sites, 24 layers, one class of bonds a layer",
    network: () => trotter("hexagonal-8x8", 64, hexagonal(8), 24),
    published: { e8: 172.9, r8: 197.8, e1024: 67_869, r1024: 1.49e6 },
  },
  {
    name: "square-7x7x20",
    built: "7 x 7 sites, 20 layers, one class of bonds a layer",
    network: () => trotter("square-7x7x20", 49, square(7), 20),
    published: { e8: 9.4, r8: 9.3, e1024: 216, r1024: 3154 },
  },
  {
    name: "square-7x7x32",
    built: "7 x 7 sites, 32 layers, one class of bonds a layer",
    network: () => trotter("square-7x7x32", 49, square(7), 32),
  },
  {
    name: "triangular-7x7x24",
    built: "7 x 7 sites, 24 layers, one class of bonds a layer",
    network: () => triangularLattice(7, 24),
    published: { e8: 7.0, r8: 7.4, e1024: 132.6, r1024: 986 },
  },
  {
    name: "sycamore-m20",
    built: "53 qubits, 20 cycles, simplified, from the data folder",
    network: () => instance("ctg_sycamore_m20"),
  },
  {
    name: "surface-code-d21",
    built: "decoding, distance 21, from the data folder",
    network: () => instance("bfs_surfacecode_d21"),
  },
  {
    name: "kings-graph",
    built: "independent sets of a King's graph, from the data folder",
    network: () => instance("bfs_indset_ksg"),
  },
];
