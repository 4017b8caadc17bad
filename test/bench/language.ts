/**
 * How long the language takes over programs of growing size: a lattice by a comprehension, and the same factors written out
 * one by one. Seconds are measured, the best of several goes, those of the processor beside those of the clock; microseconds
 * of the processor a tensor stay level where time is linear in size.
 * `npm run bench language -- [--goes 3]`
 */
import { parseArgs } from "node:util";
import { check, parse, type Program } from "tnlab/dsl/index.js";

const SIZES = [5_000, 10_000, 20_000, 40_000, 80_000];

const HEAD = "index s_{*}: 2\nlet beta = 0.4\ntensor W[a: 2, b: 2] = exp(beta * (1 - 2*(a != b)))\n";

/** About `tensors` bonds of a square lattice, twice as long as wide. */
function lattice(tensors: number): string {
  const width = Math.round(Math.sqrt(tensors / 4));
  const length = Math.round(tensors / (2 * width));
  return `${HEAD}network Z = product {
  W[s_{x,y}, s_{x+1,y}] for x in 1..${length}, y in 1..${width}
  W[s_{x,y}, s_{x,y+1}] for x in 1..${length}, y in 1..${width} if x + y > 0
}\n`;
}

/** A comprehension over a list of edges, written out in the program. */
function graph(tensors: number): string {
  const edges = Array.from({ length: tensors }, (_, edge) => `[${edge}, ${(edge * 7 + 1) % tensors}]`);
  return `${HEAD}let edges = [${edges.join(", ")}]\nnetwork Z = product { W[s_a, s_b] for (a, b) in edges }\n`;
}

/** Every factor of a chain by itself, in one statement. */
function chain(tensors: number): string {
  const factors = Array.from({ length: tensors }, (_, site) => `W[s_${site}, s_${site + 1}]`);
  return `${HEAD}network Z = ${factors.join(" ")}\n`;
}

/** A tensor and a network by itself for every site: as many statements. */
function statements(tensors: number): string {
  const lines = Array.from(
    { length: tensors / 2 },
    (_, site) => `tensor A_${site}[s_${site}] = [1, ${site}]`,
  );
  const factors = Array.from({ length: tensors / 2 }, (_, site) => `A_${site}`);
  return `${HEAD}${lines.join("\n")}\nnetwork Z = ${factors.join(" ")} ${factors.join(" ")}\n`;
}

const PROGRAMS = { lattice, graph, chain, statements };

const NO_FILES = {
  variable: () => undefined,
  read: () => "",
  readBytes: () => new Uint8Array(),
  inflate: () => new Uint8Array(),
};

interface Seconds {
  readonly parse: number;
  readonly check: number;
  /** Of the processor. */
  readonly busy: number;
  readonly tensors: number;
}

function measure(source: string): Seconds {
  const before = process.cpuUsage();
  const start = performance.now();
  const parsed = parse(source);
  const middle = performance.now();
  const checked = check(parsed.readable, new Map(), NO_FILES);
  const end = performance.now();
  const { user, system } = process.cpuUsage(before);
  if (!parsed.ok || !checked.ok) throw new RangeError("expected a program without mistakes");
  return {
    parse: (middle - start) / 1000,
    check: (end - middle) / 1000,
    busy: (user + system) / 1e6,
    tensors: tensorsOf(checked.value),
  };
}

function tensorsOf({ definitions }: Program): number {
  const found = definitions.get("Z");
  return found?.kind === "network" ? found.valued.network.tensors.length : 0;
}

function best(goes: readonly Seconds[]): Seconds {
  return goes.reduce((a, b) => (a.busy <= b.busy ? a : b));
}

// eslint-disable-next-line @typescript-eslint/require-await -- all benches have one form
export async function language(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { goes: { type: "string", default: "3" } } });
  console.log(
    "program     tensors   text kB   parse s   check s   total s    busy s   us/tensor   (measured)",
  );
  for (const [name, write] of Object.entries(PROGRAMS))
    for (const size of SIZES) {
      const source = write(size);
      const {
        parse: parsed,
        check: checked,
        busy,
        tensors,
      } = best(Array.from({ length: Number(values.goes) }, () => measure(source)));
      const total = parsed + checked;
      const columns = [
        name.padEnd(10),
        String(tensors).padStart(8),
        (source.length / 1000).toFixed(1).padStart(9),
        parsed.toFixed(3).padStart(9),
        checked.toFixed(3).padStart(9),
        total.toFixed(3).padStart(9),
        busy.toFixed(3).padStart(9),
        ((busy / tensors) * 1e6).toFixed(1).padStart(11),
      ];
      console.log(columns.join(" "));
    }
}
