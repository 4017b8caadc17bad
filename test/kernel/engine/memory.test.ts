import { afterEach, describe, expect, test, vi } from "vitest";
import { UserError } from "../../../dsl/base/diagnostic.ts";
import { memoryLeft, shareMemory } from "../../../kernel/engine/memory.ts";
import type { Stretch } from "../../../kernel/engine/steps.ts";
import { makeThreadsEngine } from "../../../kernel/engine/threads.ts";
import { WORKSPACE_BYTES } from "../../../kernel/tensor/wasm/kernels.ts";
import { outerProduct, slicedNetwork, type Runnable } from "../../support/schedules.ts";
import { engineSuite } from "./suite.ts";

/** Room for the workspace and the arena of one rank of a small network, and not for those of two. */
const ONE_RANK = 1.5 * WORKSPACE_BYTES;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("each rank in a memory of its own", () => engineSuite(makeThreadsEngine(ONE_RANK)));

describe("no memory for the kernels", () => engineSuite(makeThreadsEngine(0)));

function small(devices: number): Runnable {
  return slicedNetwork(devices, "float64", 1);
}

/** Numbers of the blocks in which the stretches lie, in the order of their first mention. */
function blocksOf(stretches: readonly Stretch[]): number[] {
  const blocks = [...new Set(stretches.map(({ block }) => block))];
  return stretches.map(({ block }) => blocks.indexOf(block));
}

const layouts = [
  { name: "one memory", reach: 2 ** 30, blocks: [0, 0, 0, 0], kernels: true },
  { name: "a memory a rank, the inputs elsewhere", reach: ONE_RANK, blocks: [0, 1, 2, 3], kernels: true },
  { name: "plain blocks", reach: WORKSPACE_BYTES, blocks: [0, 1, 2, 3], kernels: false },
];

test.each(layouts)("what the kernels reach is $name", async ({ reach, blocks, kernels }) => {
  const { schedule, entries } = small(3);
  const memory = await shareMemory(schedule, entries, { reach });
  const stretches = [...memory.arenas, memory.inputs];
  expect(blocksOf(stretches)).toEqual(blocks);
  expect(memory.arenas.every(({ block }) => block instanceof WebAssembly.Memory)).toBe(kernels);
  expect(memory.kernels !== undefined).toBe(kernels);
  const workspaces = (memory.kernels?.workspaces ?? []).map((start, rank): Stretch => {
    return { block: memory.arenas[rank]?.block ?? new SharedArrayBuffer(0), start, bytes: WORKSPACE_BYTES };
  });
  expect(overlaps([...stretches, ...workspaces])).toEqual([]);
});

test("stretches of one memory are staggered, so that equal ones lie no power of two apart, where there is room", async () => {
  const { schedule, entries } = outerProduct(2 ** 10);
  const { arenas, inputs } = await shareMemory(schedule, entries, { reach: 2 ** 30 });
  const startsWithin = async (reach: number): Promise<number[]> => {
    const memory = await shareMemory(schedule, entries, { reach });
    return [...memory.arenas, memory.inputs].map(({ start }) => start);
  };
  const end = inputs.start + inputs.bytes;
  expect(await startsWithin(end)).toEqual([...arenas, inputs].map(({ start }) => start));
  const closely = await startsWithin(end - 1);
  const staggers = [...arenas, inputs].map(({ start }, place) => start - (closely[place] ?? NaN));
  const [, stagger = NaN] = staggers;
  expect(staggers).toEqual([0, stagger, 2 * stagger]);
  expect(stagger % 64).toBe(0);
  expect(stagger % 2 ** 12).toBeGreaterThan(0);
});

/** Pairs that share bytes of a block. */
function overlaps(stretches: readonly Stretch[]): Stretch[][] {
  return stretches.flatMap((one, place) =>
    stretches
      .slice(place + 1)
      .filter((other) => one.block === other.block)
      .filter((other) => one.start < other.start + other.bytes && other.start < one.start + one.bytes)
      .map((other) => [one, other]),
  );
}

test("float64 sums have the same bits in every layout", async () => {
  const { schedule, entries } = small(2);
  const [first, ...others] = await Promise.all(
    layouts.map(async ({ reach }) => (await makeThreadsEngine(reach).run(schedule, entries)).value),
  );
  expect(first).toBeDefined();
  for (const other of others) expect(other).toEqual(first);
});

test("a memory that a run has left is taken, and grows", async () => {
  const { schedule, entries } = small(2);
  const left = new WebAssembly.Memory({ initial: 1, maximum: 2 ** 15, shared: true });
  const memory = await shareMemory(schedule, entries, { reach: 2 ** 30, left });
  expect(memoryLeft(memory)).toBe(left);
  const ends = [...memory.arenas, memory.inputs].map(({ start, bytes }) => start + bytes);
  expect(left.buffer.byteLength).toBeGreaterThanOrEqual(Math.max(...ends));
});

test("a memory that cannot grow far enough is left", async () => {
  const { schedule, entries } = small(2);
  const left = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const taken = memoryLeft(await shareMemory(schedule, entries, { reach: 2 ** 30, left }));
  expect(taken).toBeInstanceOf(WebAssembly.Memory);
  expect(taken).not.toBe(left);
});

test("what a run leaves in the memory does not matter to the next", async () => {
  const { schedule, entries } = small(2);
  const { value } = await makeThreadsEngine().run(schedule, entries);
  const engine = makeThreadsEngine();
  const nothing = entries.map(({ re }) => ({ re: new Float64Array(re.length).fill(NaN) }));
  expect((await engine.run(schedule, nothing)).value?.re[0]).toBeNaN();
  expect((await engine.run(schedule, entries)).value).toEqual(value);
});

/** Bytes of all that a run allocates: blocks, and the float64 copy of its value. */
async function allocated(reach: number): Promise<number> {
  const { schedule, entries } = small(2);
  const { arenas, inputs } = await shareMemory(schedule, entries, { reach });
  const blocks = new Set([...arenas, inputs].map(({ block }) => block));
  const sizes = [...blocks].map((block) =>
    block instanceof WebAssembly.Memory ? block.buffer.byteLength : block.byteLength,
  );
  const { value } = await makeThreadsEngine(reach).run(schedule, entries);
  return sizes.reduce((sum, bytes) => sum + bytes, value?.re.byteLength ?? NaN);
}

/** The least memory with which the run is not refused: halving between what is too little and what is enough. */
async function least(reach: number): Promise<number> {
  const { schedule, entries } = small(2);
  let [little, enough] = [0, 2 ** 26];
  while (enough - little > 1) {
    const middle = Math.floor((little + enough) / 2);
    vi.spyOn(process, "constrainedMemory").mockReturnValue(middle);
    try {
      await shareMemory(schedule, entries, { reach });
      enough = middle;
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      little = middle;
    }
  }
  return enough;
}

test.each(layouts)("what is refused is what would take more than there is: $name", async ({ reach }) => {
  const needed = await least(reach);
  vi.restoreAllMocks();
  expect(await allocated(reach)).toBeLessThanOrEqual(needed);
});

test("what cannot fit is refused with the numbers, before anything is allocated", async () => {
  const { schedule, entries } = small(2);
  vi.spyOn(process, "constrainedMemory").mockReturnValue(2 ** 20);
  const asked = vi.fn(function () {
    throw new TypeError("expected no allocation");
  });
  vi.stubGlobal("WebAssembly", { Memory: asked });
  vi.stubGlobal("SharedArrayBuffer", asked);
  const run = makeThreadsEngine().run(schedule, entries);
  await expect(run).rejects.toThrow(UserError);
  await expect(run).rejects.toThrow(
    /^N needs [\d.]+ MiB on 2 workers \([\d.]+ [KM]?i?B each .*\), and this computer has 1 MiB; slice it/,
  );
  expect(asked).not.toHaveBeenCalled();
});

test("more than the 4 GiB of one memory, and than the computer has, is refused with the numbers", async () => {
  const { schedule, entries } = outerProduct(2 ** 15);
  vi.spyOn(process, "constrainedMemory").mockReturnValue(5 * 2 ** 30);
  await expect(shareMemory(schedule, entries)).rejects.toThrow(
    /^outer needs [\d.]+ GiB on 2 workers \([\d.]+ GiB each .*\), and this computer has 5 GiB; slice it/,
  );
});

test("a runtime that gives no memory for the kernels runs without them", async () => {
  const { schedule, entries } = small(2);
  const expected = await makeThreadsEngine().run(schedule, entries);
  const refuse = vi.fn(function () {
    throw new RangeError("could not allocate memory");
  });
  vi.stubGlobal("WebAssembly", { Memory: refuse });
  expect((await shareMemory(schedule, entries)).kernels).toBeUndefined();
  expect((await makeThreadsEngine().run(schedule, entries)).value).toEqual(expected.value);
  expect(refuse).toHaveBeenCalled();
});
