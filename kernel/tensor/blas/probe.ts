/**
 * A process of its own that tries libraries, since one that is broken may take its process along. In: their names, and whether to
 * measure which products the first good one is faster at. Out: a line of JSON before and after each.
 */
import { DTYPES, type Dtype } from "../../../dsl/core.ts";
import { floatBytes, widthOf, type Floats } from "../floats.ts";
import { leastSeconds, THIN } from "../timing.ts";
import { compileKernels, makeKernels, WORKSPACE_BYTES } from "../wasm/kernels.ts";
import { choicesOf, type Choices } from "./choice.ts";
import { addressOf } from "./koffi.ts";
import { AbsentLibrary, openBlas, type Blas, type Matrices } from "./library.ts";

export interface Wanted {
  readonly files: readonly string[];
  readonly choices: boolean;
}

export type Line =
  | { readonly trying: string }
  | { readonly file: string; readonly absent: string }
  /** It is not a BLAS, or computes wrongly. */
  | { readonly file: string; readonly refused: string }
  | { readonly file: string; readonly found: Found };

export interface Found {
  readonly description: string;
  /** Of large products, measured. */
  readonly flopsPerSecond: Readonly<Record<Dtype, number>>;
  /** Of THIN in complex64, measured. */
  readonly thinFlopsPerSecond: number;
  readonly choices?: Choices;
}

const FORMS = [
  { formA: "mk", formB: "kn" },
  { formA: "mk", formB: "nk" },
  { formA: "km", formB: "kn" },
  { formA: "km", formB: "nk" },
] as const;

/** Long enough for full speed. */
const SIDE = 256;

/** Bytes of an operand or result at most. */
const SLOT_BYTES = 16 * 1024 * 1024;
/** The BLAS must be so much faster that it is no accident. */
const MARGIN = 0.95;
const PRODUCT_MILLISECONDS = 0.1;

interface Bench {
  readonly memory: WebAssembly.Memory;
  readonly starts: readonly [out: number, a: number, b: number];
}

function makeBench(): Bench {
  const pages = Math.ceil((WORKSPACE_BYTES + 3 * SLOT_BYTES) / 2 ** 16);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const [out, a, b] = [0, 1, 2].map((slot) => WORKSPACE_BYTES + slot * SLOT_BYTES) as [
    number,
    number,
    number,
  ];
  return { memory, starts: [out, a, b] };
}

function floatsAt({ memory }: Bench, start: number, dtype: Dtype, elements: number): Floats {
  const length = elements * widthOf(dtype);
  return floatBytes(dtype) === 4
    ? new Float32Array(memory.buffer, start, length)
    : new Float64Array(memory.buffer, start, length);
}

type Multiply = (matrices: Matrices, dtype: Dtype) => void;

function multiplyOf(blas: Blas, { memory, starts: [out, a, b] }: Bench): Multiply {
  const origin = addressOf(memory.buffer);
  return (matrices, dtype) => blas.multiply(origin + out, origin + a, origin + b, matrices, dtype);
}

/** Small whole numbers, whose products every precision holds, against the definition. Throws RangeError. */
function check(multiply: Multiply, bench: Bench): void {
  for (const dtype of DTYPES)
    for (const forms of FORMS)
      for (const [m, n, k] of [
        [3, 5, 7],
        [33, 18, 65],
      ] as const) {
        const matrices = { m, n, k, ...forms };
        const [out, a, b] = bench.starts;
        const left = floatsAt(bench, a, dtype, m * k);
        const right = floatsAt(bench, b, dtype, n * k);
        left.forEach((_, at) => (left[at] = ((at * 7) % 5) - 2));
        right.forEach((_, at) => (right[at] = ((at * 5) % 7) - 3));
        multiply(matrices, dtype);
        const got = floatsAt(bench, out, dtype, m * n);
        const wrong = direct(left, right, matrices, dtype).findIndex((value, at) => got[at] !== value);
        if (wrong >= 0) throw new RangeError(`it multiplies wrongly (${dtype}, ${m} x ${n} x ${k})`);
      }
}

/** The definition of the product, in the order of its floats. */
function direct(left: Floats, right: Floats, { m, n, k, formA, formB }: Matrices, dtype: Dtype): number[] {
  const width = widthOf(dtype);
  const part = (floats: Floats, element: number, lane: number): number =>
    lane < width ? (floats[element * width + lane] ?? NaN) : 0;
  return Array.from({ length: m * n }, (_, place) => {
    const [row, column] = [Math.floor(place / n), place % n];
    let [re, im] = [0, 0];
    for (let p = 0; p < k; p += 1) {
      const x = formA === "mk" ? row * k + p : p * m + row;
      const y = formB === "kn" ? p * n + column : column * k + p;
      const [xr, xi, yr, yi] = [part(left, x, 0), part(left, x, 1), part(right, y, 0), part(right, y, 1)];
      re += xr * yr - xi * yi;
      im += xr * yi + xi * yr;
    }
    return width === 1 ? [re] : [re, im];
  }).flat();
}

function flopsPerSecond(
  multiply: Multiply,
  extents: { m: number; n: number; k: number },
  dtype: Dtype,
): number {
  const matrices = { ...extents, ...FORMS[0] };
  const flops = extents.m * extents.n * extents.k * (widthOf(dtype) === 1 ? 2 : 8);
  return flops / leastSeconds(() => multiply(matrices, dtype), 8, 3);
}

/** Tiny products are timed many at once. */
function productSeconds(multiply: Multiply, matrices: Matrices, dtype: Dtype): number {
  const repeats = Math.ceil(2 ** 13 / (matrices.m * matrices.n * matrices.k + 2 ** 8));
  const call = (): void => {
    for (let go = 0; go < repeats; go += 1) multiply(matrices, dtype);
  };
  return leastSeconds(call, PRODUCT_MILLISECONDS, 2) / repeats;
}

function choose(multiply: Multiply, { memory, starts: [out, a, b] }: Bench): Choices {
  const kernels = makeKernels(compileKernels(), memory, 0);
  const own: Multiply = (matrices, dtype) => kernels.multiply(out, a, b, { batch: 1, ...matrices }, dtype);
  const isFaster = (dtype: Dtype, matrices: Matrices): boolean =>
    productSeconds(multiply, matrices, dtype) < MARGIN * productSeconds(own, matrices, dtype);
  // Twice: another process that holds the core for a while may make either look slow.
  return choicesOf((dtype, matrices) => isFaster(dtype, matrices) && isFaster(dtype, matrices));
}

function probe(file: string, choices: boolean): Found {
  const blas = openBlas(file);
  const bench = makeBench();
  const multiply = multiplyOf(blas, bench);
  check(multiply, bench);
  const large = { m: SIDE, n: SIDE, k: SIDE };
  for (const start of bench.starts) floatsAt(bench, start, "float64", SLOT_BYTES / 8).fill(0.5);
  return {
    description: blas.description,
    flopsPerSecond: Object.fromEntries(
      DTYPES.map((dtype) => [dtype, flopsPerSecond(multiply, large, dtype)]),
    ) as Record<Dtype, number>,
    thinFlopsPerSecond: flopsPerSecond(multiply, THIN, "complex64"),
    ...(choices && { choices: choose(multiply, bench) }),
  };
}

function say(line: Line): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function main({ files, choices }: Wanted): void {
  for (const file of files) {
    say({ trying: file });
    try {
      say({ file, found: probe(file, choices) });
      return;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      say(error instanceof AbsentLibrary ? { file, absent: message } : { file, refused: message });
    }
  }
}

main(JSON.parse(process.argv[2] ?? "") as Wanted);
