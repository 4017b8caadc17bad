/**
 * The order search over every network of a folder, beside the best figures known of its peers. One line a network: log10 of
 * the multiply-adds, log2 of the largest intermediate, and the ratio of costs; last the geometric mean and the worst case.
 * `npm run bench order -- [--seconds 20] [--only NAME] [--max-size 27]`
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { parseInstance } from "tnlab";
import { searchOrder } from "tnlab/kernel/search/search.js";

const DATA = "../shared/data";

/** A figure of peers.json; what is sliced has the limit in its name. */
interface Figure {
  readonly log10_flops: number;
}

type Peers = Readonly<Record<string, Readonly<Record<string, Figure>>>>;

/** The least cost that any peer is known to reach, however long it took: unsliced, or sliced to 2^27. */
function bestKnown(peers: Peers, name: string, sliced: boolean): number | undefined {
  const figures = Object.entries(peers[name] ?? {}).filter(([kind]) => kind.includes("sliced") === sliced);
  return figures.length === 0 ? undefined : Math.min(...figures.map(([, figure]) => figure.log10_flops));
}

interface Options {
  readonly seconds: number;
  readonly only: string;
  readonly maxLog2Size: number | undefined;
}

async function compare(
  name: string,
  peers: Peers,
  { seconds, maxLog2Size }: Options,
): Promise<number | undefined> {
  const parsed = parseInstance(readFileSync(path.join(DATA, "instances", `${name}.json`), "utf8"));
  if (!parsed.ok) return undefined;
  const size = maxLog2Size === undefined ? {} : { maxLog2Size };
  const workers = availableParallelism();
  const found = await searchOrder(parsed.value, { objective: "flops", seconds, seed: 1, workers, ...size });
  const known = bestKnown(peers, name, maxLog2Size !== undefined);
  const ratio = known === undefined ? undefined : 10 ** (found.cost.log10Flops - known);
  const columns = [
    name.padEnd(46),
    found.cost.log10Flops.toFixed(3).padStart(8),
    found.cost.log2Size.toFixed(1).padStart(6),
    `2^${found.cost.log2Slices.toFixed(0)}`.padStart(6),
    (known?.toFixed(3) ?? "-").padStart(8),
    (ratio?.toPrecision(3) ?? "-").padStart(9),
    `${found.seconds.toFixed(1)} s`.padStart(8),
  ];
  console.log(columns.join(" "));
  return ratio;
}

export async function order(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string", default: "20" },
      only: { type: "string", default: "" },
      "max-size": { type: "string" },
    },
  });
  if (!existsSync(DATA)) throw new RangeError(`expected networks in ${DATA}, got no such folder`);
  const size = values["max-size"];
  const options = {
    seconds: Number(values.seconds),
    only: values.only,
    maxLog2Size: size === undefined ? undefined : Number(size),
  };
  const peers = JSON.parse(readFileSync(path.join(DATA, "peers.json"), "utf8")) as Peers;
  console.log(`${"network".padEnd(46)} log10 C log2 W slices   peers'     ratio  measured`);
  const ratios: number[] = [];
  for (const file of readdirSync(path.join(DATA, "instances")).sort()) {
    const name = file.replace(/\.json$/, "");
    if (!name.includes(options.only)) continue;
    const ratio = await compare(name, peers, options);
    if (ratio !== undefined) ratios.push(ratio);
  }
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  const worst = Math.max(...ratios).toFixed(3);
  console.log(
    `geometric mean ${mean.toFixed(3)}, worst ${worst}, of ${ratios.length} networks with figures of peers`,
  );
}
