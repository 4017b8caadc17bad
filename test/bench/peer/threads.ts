/** cotengra contracting along an order of ours, on numpy or torch, in a process that keeps the numbers between goes. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { ContractionTree, ValuedNetwork } from "tnlab/dsl/index.js";

const SCRIPT = "test/bench/peer/threads_contract.py";
const PACKAGES = ".build/peer-env/lib/python3.11/site-packages";
const PYTHON = { numpy: ".build/peer-env/bin/python", torch: ".build/torch-env/bin/python" } as const;

export type Backend = keyof typeof PYTHON;

export function isInstalled(backend: Backend): boolean {
  return existsSync(PYTHON[backend]) && existsSync(PACKAGES);
}

export interface Answer {
  /** Measured; reading and converting the numbers are not counted. */
  readonly seconds: number;
  /** Largest difference of any entry from the reference, relative to its largest entry. */
  readonly error?: number | null;
  /** Of a reference, every step-th entry. */
  readonly step?: number;
  readonly re?: readonly number[];
  readonly im?: readonly number[];
}

export interface Peer {
  /** Undefined where the peer could not. `reference`: in complex128, untimed by the caller; `go`: in the network's dtype. */
  readonly ask: (what: "reference" | "go") => Promise<Answer | undefined>;
  readonly end: () => void;
}

/** Settings that slow a current numpy. */
const SLOWING = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];

export function startPeer(
  backend: Backend,
  { network, entries }: ValuedNetwork,
  tree: ContractionTree,
  threads: number,
): Peer {
  const folder = mkdtempSync(path.join(tmpdir(), "tnlab-bench-"));
  const data = path.join(folder, "entries");
  writeFileSync(data, planes(entries));
  const env: NodeJS.ProcessEnv = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !SLOWING.includes(name)),
  );
  for (const name of ["OPENBLAS", "OMP", "MKL"]) env[`${name}_NUM_THREADS`] = String(threads);
  // cotengra lies beside numpy only.
  if (backend === "torch") env["PYTHONPATH"] = PACKAGES;
  const child = spawn(PYTHON[backend], [SCRIPT], { env, stdio: ["pipe", "pipe", "inherit"] });
  const request = {
    inputs: network.tensors.map(({ labels }) => labels),
    output: network.open,
    sizes: network.extents,
    ssa_path: tree.pairs,
    sliced: tree.sliced,
    dtype: network.dtype,
    backend,
    threads,
    data,
  };
  child.stdin.write(`${JSON.stringify(request)}\n`);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (what) => {
      child.stdin.write(`${what}\n`);
      const line: IteratorResult<string, unknown> = await answers.next();
      return line.done === true ? undefined : (JSON.parse(line.value) as Answer);
    },
    end: () => finish(child, folder),
  };
}

function finish(child: ChildProcess, folder: string): void {
  child.kill();
  rmSync(folder, { recursive: true, force: true });
}

/** Real parts of all tensors, then imaginary parts. */
function planes(entries: ValuedNetwork["entries"]): Uint8Array {
  const elements = entries.reduce((sum, { re }) => sum + re.length, 0);
  const all = new Float64Array(2 * elements);
  let at = 0;
  for (const { re, im } of entries) {
    all.set(re, at);
    if (im !== undefined) all.set(im, elements + at);
    at += re.length;
  }
  return new Uint8Array(all.buffer);
}
