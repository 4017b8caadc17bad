/**
 * The order search over every network of a folder, beside a peer in the same wall time on as many threads, and beside the best
 * figures known of all peers, however long they took. Two lines a network: whole, and sliced so that no intermediate is above
 * the limit (one line where the whole tree is below it already). Last, for both, the geometric mean of the ratios of
 * multiply-adds and the worst case. All seconds are measured.
 * `npm run bench order -- [--seconds 20] [--workers 2] [--only NAME] [--max-size 27] [--peer cotengra] [--presets reconf,sa] [--networks FOLDER]`
 * `--only` takes several names, or parts of names, with commas between; `--networks FOLDER` takes other networks, in the
 * format of the instances (name, inputs, output, sizes).
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { parseInstance, type Cost, type Network } from "tnlab/dsl/index.js";
import { searchOrder } from "tnlab/kernel/search/search.js";
import { bestOfPeer, installPeer, PRESETS, type PeerFound, type Preset } from "./peer/cotengra.js";

const DATA = "../shared/data";
const PEERS_LIMIT = 27;

/** A figure of peers.json; what is sliced has the limit in its name. */
interface Figure {
  readonly log10_flops: number;
}

type Peers = Readonly<Record<string, Readonly<Record<string, Figure>>>>;

interface Options {
  readonly seconds: number;
  readonly workers: number;
  readonly maxLog2Size: number;
  /** Empty where no peer runs. */
  readonly presets: readonly Preset[];
}

/** One line of the table. */
interface Line {
  readonly name: string;
  readonly sliced: boolean;
  readonly cost: Cost;
  readonly seconds: number;
  readonly peer: PeerFound | undefined;
  /** log10 of the least multiply-adds that any peer is known to reach. */
  readonly known: number | undefined;
}

function bestKnown(peers: Peers, name: string, sliced: boolean): number | undefined {
  const figures = Object.entries(peers[name] ?? {}).filter(([kind]) => kind.includes("sliced") === sliced);
  return figures.length === 0 ? undefined : Math.min(...figures.map(([, figure]) => figure.log10_flops));
}

async function measure(name: string, network: Network, peers: Peers, options: Options): Promise<Line[]> {
  const whole = await run(name, network, peers, options, undefined);
  print(whole);
  // A tree below the limit is the answer to both questions, if the peer's is too.
  const wide = [whole.cost, whole.peer?.cost].some((one) => (one?.log2Size ?? 0) > options.maxLog2Size);
  if (!wide) return [whole, { ...whole, sliced: true, known: bestKnown(peers, name, true) }];
  const sliced = await run(name, network, peers, options, options.maxLog2Size);
  print(sliced);
  return [whole, sliced];
}

async function run(
  name: string,
  network: Network,
  peers: Peers,
  { seconds, workers, presets }: Options,
  maxLog2Size: number | undefined,
): Promise<Line> {
  const size = maxLog2Size === undefined ? {} : { maxLog2Size };
  const found = await searchOrder(network, { objective: "flops", seconds, seed: 1, workers, ...size });
  const peer = await bestOfPeer(network, presets, { seconds, workers, ...size });
  const sliced = maxLog2Size !== undefined;
  const known =
    maxLog2Size === undefined || maxLog2Size === PEERS_LIMIT ? bestKnown(peers, name, sliced) : undefined;
  return { name, sliced, cost: found.cost, seconds: found.seconds, peer, known };
}

function columnsOf(cost: Cost | undefined): string[] {
  if (cost === undefined) return ["-".padStart(8), "-".padStart(6), "-".padStart(6)];
  return [
    cost.log10Flops.toFixed(3).padStart(8),
    cost.log2Size.toFixed(1).padStart(6),
    `2^${cost.log2Slices.toFixed(0)}`.padStart(6),
  ];
}

function ratio(line: Line, other: number | undefined): number | undefined {
  return other === undefined ? undefined : 10 ** (line.cost.log10Flops - other);
}

function print(line: Line): void {
  const { name, sliced, cost, seconds, peer, known } = line;
  const shown = (value: number | undefined, digits: (value: number) => string): string =>
    (value === undefined ? "-" : digits(value)).padStart(8);
  console.log(
    [
      `${name}${sliced ? " sliced" : ""}`.padEnd(50),
      ...columnsOf(cost),
      shown(seconds, (value) => `${value.toFixed(1)} s`),
      ...columnsOf(peer?.cost),
      shown(peer?.seconds, (value) => `${value.toFixed(1)} s`),
      (peer?.preset ?? "-").padStart(7),
      shown(ratio(line, peer?.cost.log10Flops), (value) => value.toPrecision(3)),
      shown(known, (value) => value.toFixed(3)),
      shown(ratio(line, known), (value) => value.toPrecision(3)),
    ].join(" "),
  );
}

function printHead(): void {
  const side = ["log10 C", "log2 W", "slices", "measured"];
  const cells = [...side, ...side, "preset", "ratio", "known", "ratio"];
  const widths = [8, 6, 6, 8, 8, 6, 6, 8, 7, 8, 8, 8];
  console.log(`${"network".padEnd(50)} ${cells.map((cell, k) => cell.padStart(widths[k] ?? 0)).join(" ")}`);
}

function printSummary(lines: readonly Line[]): void {
  for (const sliced of [false, true])
    for (const against of ["peer", "known"] as const) {
      const ratios = lines
        .filter((line) => line.sliced === sliced)
        .map(
          (line) =>
            [line.name, ratio(line, against === "peer" ? line.peer?.cost.log10Flops : line.known)] as const,
        )
        .filter((pair): pair is readonly [string, number] => pair[1] !== undefined);
      if (ratios.length === 0) continue;
      const mean = Math.exp(ratios.reduce((sum, [, value]) => sum + Math.log(value), 0) / ratios.length);
      const worst = ratios.reduce((most, one) => (one[1] > most[1] ? one : most));
      const what = against === "peer" ? "the peer in the same time" : "the best known";
      console.log(
        `${sliced ? "sliced" : "whole"}, against ${what}: geometric mean ${mean.toFixed(3)}, ` +
          `worst ${worst[1].toFixed(3)} (${worst[0]}), of ${ratios.length} networks`,
      );
    }
}

function optionsOf(args: string[]): Options & { readonly only: readonly string[]; readonly folder: string } {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string", default: "20" },
      workers: { type: "string", default: String(availableParallelism()) },
      only: { type: "string", default: "" },
      "max-size": { type: "string", default: String(PEERS_LIMIT) },
      peer: { type: "string" },
      presets: { type: "string", default: "reconf,sa" },
      networks: { type: "string", default: path.join(DATA, "instances") },
    },
  });
  if (values.peer !== undefined && values.peer !== "cotengra")
    throw new RangeError(`expected --peer cotengra, got ${values.peer}`);
  const presets = values.presets.split(",").map((name) => {
    const preset = PRESETS.find((known) => known === name);
    if (preset === undefined) throw new RangeError(`expected presets of ${PRESETS.join(", ")}, got ${name}`);
    return preset;
  });
  return {
    seconds: Number(values.seconds),
    workers: Number(values.workers),
    maxLog2Size: Number(values["max-size"]),
    presets: values.peer === undefined ? [] : presets,
    only: values.only.split(","),
    folder: values.networks,
  };
}

export async function order(args: string[]): Promise<void> {
  const options = optionsOf(args);
  const { folder, only } = options;
  if (!existsSync(folder)) throw new RangeError(`expected networks in ${folder}, got no such folder`);
  if (options.presets.length > 0) installPeer();
  const figures = path.join(DATA, "peers.json");
  const peers = existsSync(figures) ? (JSON.parse(readFileSync(figures, "utf8")) as Peers) : {};
  printHead();
  const lines: Line[] = [];
  for (const file of readdirSync(folder).sort()) {
    const name = file.replace(/\.json$/, "");
    if (!only.some((part) => name.includes(part))) continue;
    const parsed = parseInstance(readFileSync(path.join(folder, file), "utf8"));
    if (parsed.ok) lines.push(...(await measure(name, parsed.value, peers, options)));
  }
  printSummary(lines);
}
