/**
 * The orders that notebooks/paper-tables.ipynb prices, of each network that arXiv 2606.01852 reports. One is searched for multiply-adds
 * alone and one for time, both within the memory of one device, and one for time within that of 8 and of 1024 devices; all with the
 * same count of trials from the same seed. One device, which is what the others are compared with, gets a further search that begins from
 * the fastest so far. Each count of devices then keeps, with its slices, the order that is fastest there of all of them. No
 * clock decides, so that only a change of the search or of the planners changes the files. It takes many minutes.
 * `npm run bench orders -- [--trials 64] [--only NAME]`
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  cost,
  distributeSliced,
  formatSeconds,
  presetNamed,
  UserError,
  type ContractionTree,
  type Network,
  type SlicedSchedule,
} from "tnlab/dsl/index.js";
import { treeFor } from "./distribution.ts";
import { families } from "./families.ts";

const FOLDER = "notebooks/paper-orders";
const MACHINE = presetNamed("h100-cluster");
const COUNTS = [1, 8, 64, 1024];

const SEARCHED = [
  { devices: 1, objective: "flops" },
  { devices: 1, objective: "combo" },
  { devices: 8, objective: "combo" },
  { devices: 1024, objective: "combo" },
] as const;

/** Undefined where it does not fit. */
function planOf(network: Network, tree: ContractionTree, devices: number): SlicedSchedule | undefined {
  try {
    return distributeSliced(network, tree, MACHINE, devices, { method: devices === 1 ? "slicing" : "tree" });
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function fastest(
  network: Network,
  trees: readonly ContractionTree[],
  devices: number,
): SlicedSchedule | undefined {
  return trees
    .flatMap((tree) => planOf(network, tree, devices) ?? [])
    .sort((a, b) => a.schedule.modelledSeconds - b.schedule.modelledSeconds)[0];
}

function line(name: string, network: Network, plan: SlicedSchedule | undefined): string[] {
  if (plan === undefined) return [];
  const { tree, schedule } = plan;
  const flops = `10^${cost(network, tree).log10Flops.toFixed(2)} multiply-adds`;
  console.log(network.name, name, flops, formatSeconds(schedule.modelledSeconds), "modelled");
  const { pairs: ssa_path, sliced } = tree;
  return [`"${name}": ${JSON.stringify({ network: network.name, ssa_path, sliced })}`];
}

export async function orders(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { trials: { type: "string", default: "64" }, only: { type: "string", default: "" } },
  });
  const options = { machine: MACHINE, seconds: Infinity, trials: Number(values.trials) };
  mkdirSync(FOLDER, { recursive: true });
  for (const family of families) {
    const network = family.published === undefined ? undefined : family.network();
    if (network === undefined || !family.name.includes(values.only)) continue;
    const trees: ContractionTree[] = [];
    for (const { devices, objective } of SEARCHED)
      trees.push(await treeFor(network, options, devices, objective));
    const alone = fastest(network, trees, 1);
    if (alone !== undefined) trees.push(await treeFor(network, options, 1, "combo", alone.tree));
    const lines = [
      ...line("flops", network, fastest(network, trees.slice(0, 1), 1)),
      ...COUNTS.flatMap((count) => line(String(count), network, fastest(network, trees, count))),
    ];
    writeFileSync(`${FOLDER}/${family.name}.json`, `{\n${lines.join(",\n")}\n}\n`);
  }
}
