/**
 * How long distribution planning alone takes, the order being given: seconds by the clock and of all processors, the best of some goes,
 * measured. V8 compiles and collects garbage beside the planning; on a busy computer the seconds of processors say more. A digest of the
 * schedule tells whether two versions of the planners make the same plans; orders that are kept in a folder stay the same from run to run.
 * `npm run bench planning -- [--only NAME] [--devices 1024] [--methods tree] [--seconds 3] [--goes 3] [--orders FOLDER]`
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import {
  distributeSliced,
  METHODS,
  presetNamed,
  type ContractionTree,
  type Machine,
  type Method,
  type Network,
} from "tnlab/dsl/index.js";
import { treeFor } from "./distribution.ts";
import { families } from "./families.ts";

interface Go {
  readonly seconds: number;
  /** Seconds of all processors. */
  readonly processor: number;
  readonly digest: string;
}

function timed(
  network: Network,
  tree: ContractionTree,
  machine: Machine,
  devices: number,
  method: Method,
): Go {
  const [before, begun] = [process.cpuUsage(), performance.now()];
  const plan = distributeSliced(network, tree, machine, devices, { method });
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(before);
  const digest = createHash("sha256").update(JSON.stringify(plan)).digest("hex").slice(0, 12);
  return { seconds, processor: (user + system) / 1e6, digest };
}

/** From the folder, or searched for and put there. */
async function orderOf(
  folder: string,
  name: string,
  search: () => Promise<ContractionTree>,
): Promise<ContractionTree> {
  const file = path.join(folder, `${name}.json`);
  if (folder !== "" && existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as ContractionTree;
  const tree = await search();
  if (folder === "") return tree;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(tree));
  return tree;
}

export async function planning(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string", default: "" },
      devices: { type: "string", default: "1024" },
      machine: { type: "string", default: "h100-cluster" },
      methods: { type: "string", default: "tree" },
      seconds: { type: "string", default: "3" },
      goes: { type: "string", default: "3" },
      orders: { type: "string", default: "" },
    },
  });
  const machine = presetNamed(values.machine);
  const asked = values.methods.split(",");
  for (const family of families.filter(({ name }) => name.includes(values.only))) {
    const network = family.network();
    if (network === undefined) continue;
    for (const devices of values.devices.split(",").map(Number)) {
      const tree = await orderOf(values.orders, `${family.name}-${devices}`, () =>
        treeFor(network, { seconds: Number(values.seconds), machine }, devices, "combo"),
      );
      for (const method of METHODS.filter((one) => one !== "joint" && asked.includes(one))) {
        const goes = Array.from({ length: Number(values.goes) }, () =>
          timed(network, tree, machine, devices, method),
        );
        const least = (of: "seconds" | "processor"): string =>
          Math.min(...goes.map((go) => go[of]))
            .toFixed(2)
            .padStart(6);
        const what = `${family.name}, ${tree.pairs.length} pairs, ${devices} devices, ${method}`;
        const taken = `${least("seconds")} s, ${least("processor")} s of processors, measured`;
        console.log(`${what.padEnd(60)} ${taken}, plan ${goes[0]?.digest}`);
      }
    }
  }
}
