/**
 * The arithmetic of one thread beside numpy's: the WebAssembly kernels, those with relaxed SIMD, the TypeScript kernels, the BLAS of this
 * computer if it has one, and numpy on one thread, case by case in turns, on large products, on the thin and tiny ones that tensor networks
 * give, and on permutations. `ceilings`: the share of the first in what 128-bit vectors can do at most, measured in the same run, that of the
 * second in what they can with fused multiply-adds, and that of the BLAS in what the core can. Bytes are those of each operand once.
 * Where others use the computer, goes in turns find a quiet moment for each.
 * `npm run bench arithmetic -- [--seconds 0.15] [--goes 1] [--only TEXT]`: seconds of a measurement; the best of some goes counts; cases
 * whose line has the text.
 */
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import type { Dtype } from "tnlab/dsl/index.js";
import {
  kernelArithmetic,
  nativeArithmetic,
  plainArithmetic,
  type Arithmetic,
} from "tnlab/kernel/engine/arithmetic.js";
import { findNative } from "tnlab/kernel/engine/native.js";
import { askForLargePages } from "tnlab/kernel/engine/pages.js";
import { measuredPeak } from "tnlab/kernel/engine/peak.js";
import { floatBytes, widthOf, type Floats } from "tnlab/kernel/tensor/floats.js";
import type { Product } from "tnlab/kernel/tensor/product.js";
import { compileKernels, makeKernels, WORKSPACE_BYTES } from "tnlab/kernel/tensor/wasm/kernels.js";
import { PERMUTATIONS, PRODUCTS, type Permutation } from "./arithmeticCases.ts";
import { vectorCeiling } from "./ceiling.ts";
import { installPeer } from "./peer/cotengra.ts";
import { startNumpy } from "./peer/numpy.ts";

const memory = new WebAssembly.Memory({ initial: 2 ** 14, maximum: 2 ** 14, shared: true });
// As the engine does.
askForLargePages(memory);
const kernels = makeKernels(compileKernels(), memory, 0);
// Node has relaxed SIMD by itself from version 22 on.
if (Number(process.versions.node.split(".")[0]) < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");
const relaxedKernels = makeKernels(compileKernels(true), memory, 0);

/** Best seconds of the calls that fit the budget. */
function bestSeconds(call: () => void, budget: number): number {
  call();
  let [best, spent] = [Infinity, 0];
  while (spent < budget) {
    const start = performance.now();
    call();
    const taken = (performance.now() - start) / 1e3;
    best = Math.min(best, taken);
    spent += taken;
  }
  return best;
}

interface Case {
  readonly dtype: Dtype;
  readonly title: string;
  /** What numpy is asked. */
  readonly request: object;
  /** Floating-point operations; 0 of a permutation. */
  readonly flops: number;
  readonly bytes: number;
  prepare(arithmetic: Arithmetic): () => void;
}

/** Places arrays of so many elements one after another in the memory, and fills them. */
function placed(dtype: Dtype, ...elements: number[]): Floats[] {
  let next = WORKSPACE_BYTES;
  return elements.map((count) => {
    const length = count * widthOf(dtype);
    const floats =
      floatBytes(dtype) === 4
        ? new Float32Array(memory.buffer, next, length)
        : new Float64Array(memory.buffer, next, length);
    next += Math.ceil(floats.byteLength / 64) * 64;
    for (let lane = 0; lane < length; lane += 1) floats[lane] = ((lane * 37) % 101) / 101 - 0.5;
    return floats;
  });
}

function productCase(dtype: Dtype, product: Product): Case {
  const { batch, m, n, k, formA, formB, shared } = product;
  const width = widthOf(dtype);
  const a = (shared === "a" ? 1 : batch) * m * k;
  const b = (shared === "b" ? 1 : batch) * n * k;
  const out = batch * m * n;
  return {
    dtype,
    title: `${batch > 1 ? `${batch} x ` : ""}(${m}, ${n}, ${k}) ${formA} ${formB}${shared === undefined ? "" : ` shared ${shared}`}`,
    request: { dtype, ...product },
    flops: 2 * width * width * out * k,
    bytes: (a + b + out) * width * floatBytes(dtype),
    prepare: (arithmetic) => {
      const [left, right, result] = placed(dtype, a, b, out) as [Floats, Floats, Floats];
      return () => arithmetic.multiply(result, left, right, product);
    },
  };
}

function permutationCase(dtype: Dtype, { title, shape, axes }: Permutation): Case {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((x, y) => x * y, 1));
  const size = shape.reduce((x, y) => x * y, 1);
  const view = {
    extents: axes.map((axis) => shape[axis] ?? 1),
    strides: axes.map((axis) => strides[axis] ?? 1),
  };
  return {
    dtype,
    title,
    request: { dtype, shape, axes },
    flops: 0,
    bytes: 2 * size * widthOf(dtype) * floatBytes(dtype),
    prepare: (arithmetic) => {
      const [from, out] = placed(dtype, size, size) as [Floats, Floats];
      const copy = arithmetic.planCopy(view);
      return () => copy(out, from, 0);
    },
  };
}

export async function arithmetic(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string", default: "0.15" },
      goes: { type: "string", default: "1" },
      only: { type: "string", default: "" },
    },
  });
  const [budget, goes] = [Number(values.seconds), Number(values.goes)];
  installPeer();
  const ceiling = vectorCeiling((call) => bestSeconds(call, budget * goes));
  const fused = vectorCeiling((call) => bestSeconds(call, budget * goes), true);
  for (const [name, { f32, f64 }] of [
    ["128-bit ceiling", ceiling],
    ["with fused multiply-adds", fused],
  ] as const)
    console.log(`${name}: ${f32.toFixed(1)} GFLOP/s single, ${f64.toFixed(1)} double`);
  const { native } = await findNative();
  const peak = await measuredPeak();
  if (peak !== undefined)
    console.log(
      `the core: ${(peak.float32 / 1e9).toFixed(1)} GFLOP/s single, ${(peak.float64 / 1e9).toFixed(1)} double`,
    );
  const header = ["wasm", "relaxed", "TypeScript", "BLAS", "numpy"].map((name) => name.padStart(11)).join("");
  console.log(`${"".padEnd(48)}${header}        to numpy   ceilings  (measured)`);
  const cases = [
    ...PRODUCTS.map(([dtype, product]) => productCase(dtype, product)),
    ...PERMUTATIONS.map(([dtype, permutation]) => permutationCase(dtype, permutation)),
  ];
  const numpy = startNumpy();
  for (const one of cases.filter(({ dtype, title }) => `${dtype.padEnd(11)}${title}`.includes(values.only))) {
    const { dtype, flops, bytes } = one;
    const usual = kernelArithmetic(dtype, kernels, memory);
    const contenders = [
      usual,
      kernelArithmetic(dtype, relaxedKernels, memory),
      plainArithmetic(dtype),
      native && nativeArithmetic(dtype, { ...native, choices: undefined }, usual),
    ].map((arithmetic) => arithmetic && one.prepare(arithmetic));
    const taken: number[][] = [];
    for (let go = 0; go < goes; go += 1)
      taken.push([
        ...contenders.map((call) => (call === undefined ? NaN : bestSeconds(call, budget))),
        await numpy.seconds(one.request, budget),
      ]);
    const best = (place: number): number => Math.min(...taken.map((seconds) => seconds[place] ?? Infinity));
    const [wasm, relaxed, plain, blas, peer] = [best(0), best(1), best(2), best(3), best(4)];
    // What is bound by memory is told in bytes.
    const isBytes = flops < 8 * bytes;
    const rates = [wasm, relaxed, plain, blas, peer].map((seconds) =>
      Number.isNaN(seconds) || (seconds === blas && flops === 0)
        ? "-"
        : ((isBytes ? bytes : flops) / seconds / 1e9).toFixed(1),
    );
    const isSingle = floatBytes(dtype) === 4;
    const precision = isSingle ? "f32" : "f64";
    const most = (isSingle ? peak?.float32 : peak?.float64) ?? NaN;
    const shares = [
      flops / wasm / ceiling[precision],
      flops / relaxed / fused[precision],
      (1e9 * flops) / blas / most,
    ].filter((share) => !Number.isNaN(share));
    console.log(
      `${dtype.padEnd(11)}${one.title.padEnd(37)}${rates.map((rate) => rate.padStart(11)).join("")}`,
      `${isBytes ? "GB/s   " : "GFLOP/s"}${(peer / wasm).toFixed(2).padStart(8)}`,
      flops === 0 ? "" : shares.map((share) => `${(share / 1e7).toFixed(0).padStart(5)} %`).join(""),
    );
  }
  numpy.stop();
}
