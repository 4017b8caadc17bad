import { setFlagsFromString } from "node:v8";

/** Makes this process take WebAssembly with relaxed SIMD, which Node has by itself from version 22 on. */
export function allowRelaxedSimd(): void {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");
}
