/**
 * Networks of the kinds that arXiv 2606.01852 reports, which does not fix them fully: what is built is said beside each. All are
 * amplitudes <0|C|0> in complex64, without entries: they are planned, not contracted.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { amplitude, parseInstance, type Network } from "tnlab/dsl/index.js";
import { randomCircuit } from "tnlab/dsl/circuit/generate.js";
import { hexagonal, layeredNetwork, square, triangular } from "tnlab/dsl/circuit/layered.js";

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

const DATA = "../shared/data/instances";

/** side x side sites. */
export function triangularLattice(side: number, layers: number): Network {
  return layeredNetwork(`triangular-${side}x${side}x${layers}`, side * side, triangular(side), layers);
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
    network: () => layeredNetwork("hexagonal-8x8", 64, hexagonal(8), 24),
    published: { e8: 172.9, r8: 197.8, e1024: 67_869, r1024: 1.49e6 },
  },
  {
    name: "square-7x7x20",
    built: "7 x 7 sites, 20 layers, one class of bonds a layer",
    network: () => layeredNetwork("square-7x7x20", 49, square(7), 20),
  },
  {
    name: "square-7x7x32",
    built:
      "7 x 7 sites, 32 layers, one class of bonds a layer: as much to reduce as the paper reports, of which 20 layers have little",
    network: () => layeredNetwork("square-7x7x32", 49, square(7), 32),
    published: { e8: 9.4, r8: 9.3, e1024: 216, r1024: 3154 },
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
