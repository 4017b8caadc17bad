/**
 * A thread that multiplies in a memory of its own. Several at once wait for each other before they begin and share nothing else, so that
 * what they reach is the most that this computer lets workers reach. Says the seconds of one product, code and memory warm.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { Dtype } from "tnlab/dsl/index.js";
import { arrive, waitFor } from "tnlab/kernel/engine/barrier.js";
import { floatsOf } from "tnlab/kernel/engine/steps.js";
import { compileKernels, makeKernels, WORKSPACE_BYTES } from "tnlab/kernel/tensor/wasm/kernels.js";

export interface Apart {
  readonly dtype: Dtype;
  readonly elementBytes: number;
  readonly extents: { readonly m: number; readonly n: number; readonly k: number };
  readonly threads: number;
  /** Words of one barrier, zero. */
  readonly barrier: SharedArrayBuffer;
}

/** Looks at the barrier, so that nobody is woken up late. */
const LOOKS = 2 ** 30;

function secondsOf({ dtype, elementBytes, extents, threads, barrier }: Apart): number {
  const { m, n, k } = extents;
  const [bytesA, bytesB, bytesOut] = [m * k, k * n, m * n].map((count) => count * elementBytes) as [
    number,
    number,
    number,
  ];
  const pages = Math.ceil((WORKSPACE_BYTES + bytesA + bytesB + bytesOut) / 2 ** 16);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  floatsOf(dtype, { block: memory, start: WORKSPACE_BYTES, bytes: bytesA + bytesB }).fill(0.5);
  const kernels = makeKernels(compileKernels(), memory, 0);
  const [a, b, out] = [0, bytesA, bytesA + bytesB].map((at) => WORKSPACE_BYTES + at) as [
    number,
    number,
    number,
  ];
  const product = { batch: 1, ...extents, formA: "mk", formB: "kn" } as const;
  const multiply = (): void => kernels.multiply(out, a, b, product, dtype);
  multiply();
  const words = new Int32Array(barrier);
  waitFor(words, 0, arrive(words, 0, threads), LOOKS);
  const begun = performance.now();
  multiply();
  return (performance.now() - begun) / 1000;
}

parentPort?.postMessage(secondsOf(workerData as Apart));
