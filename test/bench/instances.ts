/** Networks of ../shared/data with their numbers, and what is known of their values. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import {
  mulberry32,
  parseInstance,
  type Dtype,
  type Entries,
  type Network,
  type ValuedNetwork,
} from "tnlab/dsl/index.js";

const DATA = "../shared/data";

/** A value of reference.json; of a result with open indices, the sum of its entries. */
export interface Known {
  readonly re: number;
  readonly im: number;
}

interface References {
  readonly values: Readonly<Record<string, Known>>;
}

/** Entries as they lie in the files: one list of numbers a tensor. */
interface Listed {
  readonly re: readonly (readonly number[])[];
  readonly im?: readonly (readonly number[])[];
}

function json(...place: string[]): unknown {
  return JSON.parse(readFileSync(path.join(DATA, ...place), "utf8"));
}

/** The network with the numbers of its file, or where there is none with the fill that reference.json describes. */
export function valuedInstance(name: string, dtype: Dtype): ValuedNetwork {
  const parsed = parseInstance(readFileSync(path.join(DATA, "instances", `${name}.json`), "utf8"));
  if (!parsed.ok) throw new RangeError(`expected a network in ${name}.json`);
  const network = { ...parsed.value, name, dtype };
  const listed = existsSync(path.join(DATA, "tensors", `${name}.json`));
  return { network, entries: listed ? read(json("tensors", `${name}.json`) as Listed) : filled(network) };
}

export function knownValue(name: string): Known | undefined {
  return (json("reference.json") as References).values[name];
}

function read({ re, im }: Listed): Entries[] {
  return re.map((numbers, position) => {
    const imaginary = im?.[position];
    const real = Float64Array.from(numbers);
    return imaginary === undefined ? { re: real } : { re: real, im: Float64Array.from(imaginary) };
  });
}

/** Variance one over the square root of the number of entries: values stay near one. */
export function filled(network: Network): Entries[] {
  return network.tensors.map(({ labels }, position) => {
    const count = labels.reduce((product, label) => product * (network.extents[label] ?? 1), 1);
    const random = mulberry32(((Math.imul(0x9e3779b9, position + 1) >>> 0) ^ 1) >>> 0);
    const scale = Math.sqrt(3) * count ** -0.25;
    return { re: Float64Array.from({ length: count }, () => (2 * random() - 1) * scale) };
  });
}
