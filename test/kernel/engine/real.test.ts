/** Networks of real origin whose values are known: counts, amplitudes, partition functions, from 1e-134 to 1e19. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { amplitude } from "../../../dsl/circuit/amplitude.ts";
import { parseQsim } from "../../../dsl/circuit/qsim.ts";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import { parseInstance } from "../../../dsl/network/instance.ts";
import {
  extentOf,
  type Dtype,
  type Entries,
  type Network,
  type ValuedNetwork,
} from "../../../dsl/network/network.ts";
import { plan } from "../../../dsl/plan/plan.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import { threadsEngine } from "../../../kernel/engine/threads.ts";

const data = new URL("../../../../shared/data/", import.meta.url);

interface Reference {
  readonly re: number;
  readonly im: number;
  readonly dtype: Dtype;
  /** Where the entries are, or `fill`. */
  readonly data: string;
  readonly log10_flops: number;
}

/** Entries as they lie in the files: one list of numbers a tensor. */
interface Listed {
  readonly re: readonly (readonly number[])[];
  readonly im?: readonly (readonly number[])[];
}

function read(name: string): string {
  return readFileSync(new URL(name, data), "utf8");
}

const present = existsSync(new URL("reference.json", data));
const references = present
  ? (JSON.parse(read("reference.json")) as { values: Record<string, Reference> }).values
  : {};

/** The fill that reference.json describes. */
function filled(network: Network): Entries[] {
  return network.tensors.map(({ labels }, position) => {
    const count = labels.reduce((product, label) => product * extentOf(network, label), 1);
    const random = mulberry32(((Math.imul(0x9e3779b9, position + 1) >>> 0) ^ 1) >>> 0);
    const scale = Math.sqrt(3) * count ** -0.25;
    return { re: Float64Array.from({ length: count }, () => (2 * random() - 1) * scale) };
  });
}

function listed({ re, im }: Listed): Entries[] {
  return re.map((numbers, position) => {
    const imaginary = im?.[position];
    const real = Float64Array.from(numbers);
    return imaginary === undefined ? { re: real } : { re: real, im: Float64Array.from(imaginary) };
  });
}

/** An order that a short search finds: the same for every dtype of a network, so found once. */
const trees = new Map<string, ContractionTree>();

/** Every way to begin, once; annealing at length, which comes next, would take longer than these contractions. */
const TRIALS = 16;

function treeOf(name: string, network: Network, trials: number): ContractionTree {
  const method = { kind: "search", objective: "flops" } as const;
  const found = trees.get(name) ?? plan(network, method, { expired: () => false, trials }, mulberry32(1));
  trees.set(name, found);
  return found;
}

/** Contracts on two workers; the relative error of the sum of the result's entries. */
async function errorOf(name: string, { network, entries }: ValuedNetwork, trials = TRIALS): Promise<number> {
  const reference = references[name] ?? { re: NaN, im: NaN };
  const schedule = distribute(network, treeOf(name, network, trials), threadsMachine(2, 16 * 2 ** 30), 2);
  const { value } = await threadsEngine.run(schedule, entries);
  const total = (part: Float64Array | undefined): number => part?.reduce((sum, x) => sum + x, 0) ?? 0;
  const [re, im] = [total(value?.re), total(value?.im)];
  return Math.hypot(re - reference.re, im - reference.im) / Math.hypot(reference.re, reference.im);
}

function instance(name: string, dtype: Dtype): ValuedNetwork {
  const parsed = parseInstance(read(`instances/${name}.json`));
  if (!parsed.ok) throw new RangeError(`expected a network ${name}`);
  const network = { ...parsed.value, dtype };
  const file = references[name]?.data ?? "fill";
  return { network, entries: file === "fill" ? filled(network) : listed(JSON.parse(read(file)) as Listed) };
}

const because = present ? "" : " (left out: no ../shared/data beside the repository)";
const small = Object.entries(references).flatMap(([name, { dtype, log10_flops }]) =>
  log10_flops <= 8.5 ? [[name, dtype] as const] : [],
);

test.skipIf(!present)(`there are references to check${because}`, () => {
  expect(small.length).toBeGreaterThan(9);
});

test.skipIf(!present).each(small)("%s in %s", async (name, dtype) => {
  expect(await errorOf(name, instance(name, dtype))).toBeLessThan(1e-10);
});

test.skipIf(!present)("gen_eagle_ki_T5_amp in complex64", async () => {
  expect(await errorOf("gen_eagle_ki_T5_amp", instance("gen_eagle_ki_T5_amp", "complex64"))).toBeLessThan(
    1e-5,
  );
});

test.skipIf(!present).each([
  ["complex64", 1e-5],
  ["complex128", 1e-10],
] as const)(
  "an amplitude of Sycamore's circuit of ten cycles, from its file, in %s",
  { timeout: 300_000 },
  async (dtype, error) => {
    const parsed = parseQsim(read("circuits/circuit_n53_m10_s0_e0_pABCDCDAB.qsim"));
    if (!parsed.ok) throw new RangeError("expected a circuit");
    const valued = amplitude(parsed.value, "0".repeat(53), { name: "amp", dtype, open: [] });
    expect(await errorOf("sycamore_m10", valued, 2 * TRIALS)).toBeLessThan(error);
  },
);
