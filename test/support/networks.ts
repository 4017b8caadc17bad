/** Random small networks, and their values by brute force: the oracle of everything that contracts. */
import { mulberry32, normal, type Random } from "../../dsl/base/random.ts";
import {
  isComplex,
  type Dtype,
  type Entries,
  type Label,
  type Network,
  type ValuedNetwork,
} from "../../dsl/network/network.ts";

export interface Shape {
  readonly tensors: number;
  readonly labels: number;
  readonly extents: readonly number[];
  readonly dtype: Dtype;
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** Tensors of rank 0 to 3 over a common pool of labels: bonds, hyperedges, diagonals, loose ends, open indices. */
export function randomNetwork(seed: number, shape: Shape): ValuedNetwork {
  const random = mulberry32(seed);
  const labels = Array.from({ length: shape.labels }, (_, position) => `i_${position}`);
  const tensors = Array.from({ length: shape.tensors }, (_, position) => ({
    name: `T${position}`,
    labels: Array.from({ length: Math.floor(random() * 4) }, () => pick(random, labels)),
  }));
  const used = [...new Set(tensors.flatMap((tensor) => tensor.labels))];
  const extents = Object.fromEntries(used.map((label) => [label, pick(random, shape.extents)]));
  const open = used.filter(() => random() < 0.25);
  const network: Network = { name: "N", dtype: shape.dtype, tensors, open, extents };
  return { network, entries: tensors.map((tensor) => randomEntries(random, network, tensor.labels)) };
}

export function randomEntries(random: Random, network: Network, labels: readonly Label[]): Entries {
  const count = labels.reduce((product, label) => product * (network.extents[label] ?? 1), 1);
  const draw = (): Float64Array => Float64Array.from({ length: count }, () => normal(random));
  return isComplex(network.dtype) ? { re: draw(), im: draw() } : { re: draw() };
}

/** Sums the product of all entries over every value of every index, straight from the definition. */
export function bruteForce({ network, entries }: ValuedNetwork): { re: number[]; im: number[] } {
  const labels = [
    ...network.open,
    ...Object.keys(network.extents).filter((label) => !network.open.includes(label)),
  ];
  const extents = labels.map((label) => network.extents[label] ?? 1);
  const total = extents.reduce((product, extent) => product * extent, 1);
  const openCount = network.open.reduce((product, label) => product * (network.extents[label] ?? 1), 1);
  const re = new Array<number>(openCount).fill(0);
  const im = new Array<number>(openCount).fill(0);
  for (let flat = 0; flat < total; flat += 1) {
    const values = new Map<Label, number>();
    let rest = flat;
    for (let axis = labels.length - 1; axis >= 0; axis -= 1) {
      values.set(labels[axis] ?? "", rest % (extents[axis] ?? 1));
      rest = Math.floor(rest / (extents[axis] ?? 1));
    }
    let product: readonly [number, number] = [1, 0];
    network.tensors.forEach((tensor, position) => {
      const at = tensor.labels.reduce(
        (sum, label) => sum * (network.extents[label] ?? 1) + (values.get(label) ?? 0),
        0,
      );
      const [x, y] = [entries[position]?.re[at] ?? NaN, entries[position]?.im?.[at] ?? 0];
      product = [product[0] * x - product[1] * y, product[0] * y + product[1] * x];
    });
    const place = Math.floor(flat / (total / openCount));
    re[place] = (re[place] ?? 0) + product[0];
    im[place] = (im[place] ?? 0) + product[1];
  }
  return { re, im };
}

/** A random contraction tree: pairs drawn blindly. */
export function randomPairs(seed: number, leaves: number): [number, number][] {
  const random = mulberry32(seed);
  const live = Array.from({ length: leaves }, (_, leaf) => leaf);
  const pairs: [number, number][] = [];
  while (live.length > 1) {
    const take = (): number => live.splice(Math.floor(random() * live.length), 1)[0] as number;
    pairs.push([take(), take()]);
    live.push(leaves + pairs.length - 1);
  }
  return pairs;
}
