/** Which arithmetic a run has: by its name, as the user says it. */
import { UserError } from "../../dsl/core.ts";
import { hasRelaxedSimd } from "../tensor/wasm/kernels.ts";
import { ARITHMETIC_NAMES, type ArithmeticName } from "./engine.ts";
import type { Multiplier } from "./multiplier.ts";
import { nativeFor } from "./native.ts";

/**
 * What multiplies in a run; absent where the usual WebAssembly kernels do. Without a name, TNLAB_ARITHMETIC says it, else it is wasm, which
 * gives the same bits everywhere. `warn` is told where a BLAS is wanted and none can be used. Rejects with UserError where
 * TNLAB_ARITHMETIC is no such name, and where this runtime has no relaxed SIMD and that is wanted.
 */
export async function multiplierFor(
  wanted: ArithmeticName | undefined,
  warn: (sentence: string) => void,
): Promise<Multiplier | undefined> {
  const name = wanted ?? usual();
  switch (name) {
    case "wasm":
      return undefined;
    case "wasm-relaxed":
      return relaxed();
    case "blas":
    case "auto":
      return nativeFor(name, warn);
    default:
      return name satisfies never;
  }
}

function usual(): ArithmeticName {
  const text = process.env["TNLAB_ARITHMETIC"] || "wasm";
  const name = ARITHMETIC_NAMES.find((one) => one === text);
  if (name === undefined)
    throw new UserError(`TNLAB_ARITHMETIC is ${text}; it can be ${ARITHMETIC_NAMES.join(", ")}`);
  return name;
}

/** Why this runtime has no relaxed SIMD, and what to do. */
export const NO_RELAXED_SIMD =
  `the WebAssembly of this Node (${process.version}) has no relaxed SIMD: Node 22 and later have it, ` +
  "Node 20 with --experimental-wasm-relaxed-simd";

function relaxed(): Multiplier {
  if (!hasRelaxedSimd())
    throw new UserError(`there is no arithmetic wasm-relaxed here: ${NO_RELAXED_SIMD}; choose wasm`);
  return { relaxed: true, description: "WebAssembly with relaxed SIMD" };
}
