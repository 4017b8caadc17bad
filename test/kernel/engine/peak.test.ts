/**
 * The modelled peak against what the threads engine does with its memory. Every rank's memory is filled with a pattern before the run;
 * what no longer has it afterwards was written.
 */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { randomCircuit } from "../../../dsl/circuit/generate.ts";
import {
  amplitude,
  distribute,
  elementBytes,
  InvariantError,
  rankCount,
  threadsMachine,
  walkExecutions,
  type Dtype,
  type Machine,
  type Schedule,
  type StepKind,
  type ValuedNetwork,
  type Wanted,
} from "../../../dsl/index.ts";
import { greedyTree } from "../../../dsl/plan/search.ts";
import { slice } from "../../../dsl/plan/slice.ts";
import { liveElements } from "../../../dsl/schedule/arena.ts";
import { referenceEngine } from "../../../kernel/engine/reference.ts";
import { makeThreadsEngine } from "../../../kernel/engine/threads.ts";
import { WORKSPACE_BYTES } from "../../../kernel/tensor/wasm/kernels.ts";
import { randomEntries } from "../../support/networks.ts";

/** No float32 and no half of a float64 that a contraction leaves has these bits, but by an unlikely accident. */
const PATTERN = 0x5a3c96e1;
const PAGE_BYTES = 2 ** 16;

const made: WebAssembly.Memory[] = [];

class Patterned extends WebAssembly.Memory {
  constructor(wanted: WebAssembly.MemoryDescriptor) {
    super(wanted);
    new Uint32Array(this.buffer).fill(PATTERN);
    made.push(this);
  }
}

beforeEach(() => {
  made.length = 0;
  vi.stubGlobal("WebAssembly", Object.create(WebAssembly, { Memory: { value: Patterned } }));
});

afterEach(() => vi.unstubAllGlobals());

/** What a rank wrote beyond its kernels' workspace: where that ends, and how much of it there is. */
interface Written {
  readonly end: number;
  readonly bytes: number;
}

function writtenIn(memory: WebAssembly.Memory): Written {
  const words = new Uint32Array(memory.buffer, WORKSPACE_BYTES);
  let [end, bytes] = [0, 0];
  words.forEach((word, place) => {
    if (word === PATTERN) return;
    end = 4 * (place + 1);
    bytes += 4;
  });
  return { end, bytes };
}

/** Runs with a memory for each rank, which holds its workspace and its arena and nothing else. */
async function measured(schedule: Schedule, { entries }: ValuedNetwork): Promise<readonly Written[]> {
  const reach = WORKSPACE_BYTES + Math.ceil(schedule.peakBytes / PAGE_BYTES) * PAGE_BYTES + PAGE_BYTES;
  const { value } = await makeThreadsEngine(reach).run(schedule, entries);
  const expected = (await referenceEngine.run(schedule, entries)).value;
  const scale = Math.max(...Array.from(expected?.re ?? [], Math.abs));
  expected?.re.forEach((re, at) => expect(Math.abs((value?.re[at] ?? NaN) - re) / scale).toBeLessThan(1e-4));
  if (made.length !== rankCount(schedule.mesh))
    throw new InvariantError(`expected a memory for each rank, got ${made.length}`);
  return made.map(writtenIn);
}

/** Links so fast that moving tensors pays, however small they are. */
function fastThreads(devices: number): Machine {
  const base = threadsMachine(devices, devices * 2 ** 30);
  const node = { ...base.node, bytesPerSecond: 1e11, latencySeconds: 0 };
  return { ...base, device: { ...base.device, launchSeconds: 0 }, node };
}

/** Sites of a square lattice, each a tensor with a bond to each of its neighbours. */
function lattice(side: number, extent: number, dtype: Dtype): ValuedNetwork {
  const tensors = Array.from({ length: side * side }, (_, site) => {
    const [row, column] = [Math.floor(site / side), site % side];
    const bonds = [
      row > 0 && `d_{${row},${column}}`,
      row + 1 < side && `d_{${row + 1},${column}}`,
      column > 0 && `r_{${row},${column}}`,
      column + 1 < side && `r_{${row},${column + 1}}`,
    ];
    return { name: `T_${site}`, labels: bonds.flatMap((bond) => (bond === false ? [] : [bond])) };
  });
  const extents = Object.fromEntries(tensors.flatMap(({ labels }) => labels.map((label) => [label, extent])));
  const network = { name: "lattice", dtype, tensors, open: [], extents };
  const random = mulberry32(side);
  return { network, entries: tensors.map(({ labels }) => randomEntries(random, network, labels)) };
}

function circuit(dtype: Dtype): ValuedNetwork {
  const made = randomCircuit({ rows: 4, columns: 4, cycles: 10, seed: 3 });
  return amplitude(made, "00.000000000.000", { name: "circuit", dtype });
}

interface Case {
  readonly of: string;
  readonly valued: ValuedNetwork;
  readonly devices: number;
  readonly wanted: Wanted;
  /** log2 elements of the largest tensor of a slice. */
  readonly largest?: number;
}

const kinds = new Set<StepKind>();

const CASES: readonly Case[] = [
  { of: "a circuit", valued: circuit("complex64"), devices: 4, wanted: { method: "slicing" } },
  ...(["greedy", "prefix", "tree"] as const).map((method) => {
    return { of: "a circuit", valued: circuit("complex64"), devices: 4, wanted: { method, groupSize: 4 } };
  }),
  { of: "a circuit", valued: circuit("complex128"), devices: 2, wanted: { method: "tree", groupSize: 2 } },
  { of: "a circuit", valued: circuit("complex64"), devices: 4, wanted: { groupSize: 4 }, largest: 12 },
  { of: "a circuit", valued: circuit("complex64"), devices: 4, wanted: { groupSize: 2 }, largest: 12 },
  { of: "a lattice", valued: lattice(5, 6, "float64"), devices: 2, wanted: { groupSize: 2 } },
  {
    of: "a lattice",
    valued: lattice(5, 6, "float32"),
    devices: 3,
    wanted: { method: "greedy", groupSize: 3 },
  },
  { of: "a lattice", valued: lattice(4, 8, "float64"), devices: 4, wanted: { groupSize: 2 }, largest: 11 },
  { of: "a lattice", valued: lattice(4, 8, "complex128"), devices: 4, wanted: { method: "slicing" } },
];

test.each(CASES)("the peak of $of on $devices workers is true: $wanted", async (one) => {
  const { valued, devices, wanted, largest = Infinity } = one;
  const { network } = valued;
  const tree = slice(network, greedyTree(network, mulberry32(1)), largest);
  const schedule = distribute(network, tree, fastThreads(devices), devices, wanted);
  walkExecutions(schedule, ({ kind }) => kinds.add(kind));
  const ranks = await measured(schedule, valued);
  const live = Math.max(...liveElements(schedule)) * elementBytes(network.dtype);
  for (const { end, bytes } of ranks) {
    expect(end).toBeLessThanOrEqual(schedule.peakBytes);
    expect(bytes).toBeGreaterThanOrEqual(0.8 * schedule.peakBytes);
  }
  expect(live).toBeGreaterThanOrEqual(0.8 * schedule.peakBytes);
});

test("all of that was more than slicing", () => {
  expect([...kinds]).toEqual(
    expect.arrayContaining(["gather", "redistribute", "reduce", "permute", "slice-loop"]),
  );
});
