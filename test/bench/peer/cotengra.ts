/** cotengra's order search in a process of its own, on as many cores and for as long as ours. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cost, type ContractionTree, type Cost, type Network } from "tnlab/dsl/index.js";

const PYTHON = ".build/peer-env/bin/python";
const SCRIPT = "test/bench/peer/cotengra_order.py";
const INSTALL = "test/bench/peer/install.sh";

/**
 * HyperOptimizer over greedy, labels and kahypar with subtree reconfiguration (of 8 tensors), or with simulated annealing and
 * then reconfiguration; or random greedy trees, reconfigured. Where there is a limit, slices are found with reconfiguration
 * (slicing_reconf_opts) or by the annealing. The better of the first two wins nearly everywhere.
 */
export const PRESETS = ["reconf", "sa", "greedy"] as const;
export type Preset = (typeof PRESETS)[number];

export interface PeerOptions {
  readonly seconds: number;
  readonly workers: number;
  readonly maxLog2Size?: number;
}

export interface PeerFound {
  readonly preset: Preset;
  /** By the product's own account of the tree, so that both sides are counted alike. */
  readonly cost: Cost;
  /** Measured; more than was given where the first trial took longer. */
  readonly seconds: number;
}

/** Makes the environment where there is none. */
export function installPeer(): void {
  if (existsSync(PYTHON)) return;
  console.log("installing cotengra into .build/peer-env");
  execFileSync("sh", [INSTALL], { stdio: "inherit" });
}

/** The best of several presets, each for the whole time; those that failed are left out. */
export async function bestOfPeer(
  network: Network,
  presets: readonly Preset[],
  options: PeerOptions,
): Promise<PeerFound | undefined> {
  let best: PeerFound | undefined;
  for (const preset of presets) {
    const found = await search(network, preset, options);
    if (found !== undefined && (best === undefined || found.cost.log10Flops < best.cost.log10Flops))
      best = found;
  }
  return best;
}

interface Answer {
  readonly ssa_path: ContractionTree["pairs"];
  readonly sliced: readonly string[];
  readonly seconds: number;
}

async function search(
  network: Network,
  preset: Preset,
  { seconds, workers, maxLog2Size }: PeerOptions,
): Promise<PeerFound | undefined> {
  const request = {
    inputs: network.tensors.map(({ labels }) => labels),
    output: network.open,
    sizes: network.extents,
    seconds,
    workers,
    preset,
    max_log2_size: maxLog2Size ?? null,
  };
  const { stdout, stderr } = await python(JSON.stringify(request), 10 * seconds + 120);
  if (!stdout.includes("{")) {
    console.error(`cotengra (${preset}) gave no tree: ${stderr.trim().split("\n").at(-1) ?? ""}`);
    return undefined;
  }
  const answer = JSON.parse(stdout) as Answer;
  const tree = { leaves: network.tensors.length, pairs: answer.ssa_path, sliced: answer.sliced };
  return { preset, cost: cost(network, tree), seconds: answer.seconds };
}

/** The child has a group of its own, which it ends with itself; after `patience` seconds we end it. */
function python(input: string, patience: number): Promise<{ stdout: string; stderr: string }> {
  // Settings that slow a current numpy.
  const slowing = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !slowing.includes(name)));
  const child = spawn(PYTHON, [SCRIPT], { env, detached: true });
  const out = { stdout: "", stderr: "" };
  child.stdout.on("data", (text: Buffer) => (out.stdout += text.toString()));
  child.stderr.on("data", (text: Buffer) => (out.stderr += text.toString()));
  const { pid } = child;
  const timer = setTimeout(() => {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  }, 1000 * patience);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => {
      clearTimeout(timer);
      resolve(out);
    });
  });
}
