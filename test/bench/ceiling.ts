/** What 128-bit vectors can do at most on one core, without fused multiply-adds or with them: measured in registers alone. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";

/** Enough chains of dependent steps to hide their latency. */
const CHAINS = Array.from({ length: 12 }, (_, chain) => `s${chain}`);
const STEPS = 20_000;

/** `relaxed`: with multiply-adds of relaxed SIMD. */
const sourceOf = (relaxed: boolean): string =>
  (["f32", "f64"] as const).map((float) => sumOf(float, relaxed)).join("\n");

function sumOf(float: "f32" | "f64", relaxed: boolean): string {
  const next = (sum: string): string =>
    relaxed
      ? `v128.relaxed_madd<${float}>(${sum}, x, x)`
      : `v128.add<${float}>(v128.mul<${float}>(${sum}, x), x)`;
  return `export function sum_${float}(steps: i32, value: ${float}): ${float} {
      const x = v128.splat<${float}>(value);
      ${CHAINS.map((sum) => `let ${sum} = x;`).join("\n")}
      for (; steps > 0; steps--) {
        ${CHAINS.map((sum) => `${sum} = ${next(sum)};`).join("\n")}
      }
      return v128.extract_lane<${float}>(${CHAINS.reduce((x, y) => `v128.add<${float}>(${x}, ${y})`)}, 0);
    }`;
}

/** The compiler runs as a process of its own: its package declares global types that are not ours. */
function compiled(relaxed: boolean): Uint8Array<ArrayBuffer> {
  const folder = mkdtempSync(join(tmpdir(), "tnlab-ceiling-"));
  try {
    writeFileSync(join(folder, "sums.ts"), sourceOf(relaxed));
    const options = ["-O3", "--runtime", "stub", "--enable", "simd", "--enable", "relaxed-simd"];
    const compiler = join(process.cwd(), "node_modules/assemblyscript/bin/asc.js");
    execFileSync(process.execPath, [compiler, "sums.ts", ...options, "--outFile", "sums.wasm"], {
      cwd: folder,
    });
    return Uint8Array.from(readFileSync(join(folder, "sums.wasm")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The value is a parameter: a constant vector is made anew at every use by the compiler of Node 24. */
type Sum = (steps: number, value: number) => number;

/** GFLOP/s of each precision; `seconds` measures one call. */
export function vectorCeiling(
  seconds: (call: () => void) => number,
  relaxed = false,
): Readonly<Record<"f32" | "f64", number>> {
  // Code that is a single loop would long wait for the optimizing compiler.
  setFlagsFromString("--no-liftoff");
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(compiled(relaxed)));
  const { sum_f32, sum_f64 } = exports as Readonly<Record<"sum_f32" | "sum_f64", Sum>>;
  const rate = (sum: Sum, lanes: number): number =>
    (2 * lanes * CHAINS.length * STEPS) / seconds(() => sum(STEPS, 0.5)) / 1e9;
  return { f32: rate(sum_f32, 4), f64: rate(sum_f64, 2) };
}
