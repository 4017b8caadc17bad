/**
 * A BLAS of this computer, called on the memory in which the numbers lie, one thread a caller. In: raw addresses and the extents of a
 * row-major product. The optional package koffi makes the calls.
 */
import type { Dtype } from "../../../dsl/core.ts";
import { addressOf, koffi, type Address, type Library } from "./koffi.ts";
import { undisturbed } from "./loading.ts";
import { linesOf, type Lines, type Product } from "../product.ts";
import { eachPortion } from "./portions.ts";

export interface Matrices extends Pick<Product, "m" | "n" | "k" | "formA" | "formB"> {
  /** Where absent, rows follow each other. */
  readonly lines?: Lines;
  /** The product is added to what `out` holds. */
  readonly adds?: boolean;
}

export interface Blas {
  /** What it says of itself, such as "OpenBLAS 0.3.21 SkylakeX". */
  readonly description: string;
  /** out[r, c] := sum over p of a[r, p] * b[p, c]. */
  multiply(out: Address, a: Address, b: Address, matrices: Matrices, dtype: Dtype): void;
}

/** Builds differ in the names of their functions; those that end in 64_ count in 64 bits. */
const BUILDS = [
  { prefix: "", suffix: "", integer: "int" },
  { prefix: "", suffix: "64_", integer: "int64_t" },
  { prefix: "scipy_", suffix: "", integer: "int" },
  { prefix: "scipy_", suffix: "64_", integer: "int64_t" },
] as const;

type Build = (typeof BUILDS)[number];

/** Each caller is a thread of its own, and a library's threads would only be in the way. */
const THREAD_SETTERS = ["openblas_set_num_threads", "bli_thread_set_num_threads", "MKL_Set_Num_Threads"];

/** As CBLAS numbers them. */
const [ROW_MAJOR, AS_STORED, TRANSPOSED] = [101, 111, 112] as const;

/** The system's loader does not find a library, or not what that needs. */
export class AbsentLibrary extends Error {
  override readonly name = "AbsentLibrary";
}

/**
 * Kept as long as the thread lives, even where this module is loaded twice: a library that nobody holds is unloaded, and would be loaded
 * again in another environment.
 */
const held = ((globalThis as { tnlabLibraries?: Library[] }).tnlabLibraries ??= []);

function opened(file: string): Library {
  try {
    const library = koffi().load(file);
    held.push(library);
    return library;
  } catch (error) {
    throw new AbsentLibrary(error instanceof Error ? error.message : String(error));
  }
}

const known = new Map<string, Blas>();

/** Opened once a thread. Throws AbsentLibrary, and RangeError where the file is not a BLAS with C names. */
export function openBlas(file: string): Blas {
  const blas = known.get(file) ?? undisturbed(() => bound(file));
  known.set(file, blas);
  return blas;
}

function bound(file: string): Blas {
  const library = opened(file);
  const build = BUILDS.find(({ prefix, suffix }) => named(library, `${prefix}cblas_dgemm${suffix}`));
  if (build === undefined) throw new RangeError(`${file} has no function cblas_dgemm`);
  for (const setter of THREAD_SETTERS) named(library, fullName(build, setter), "void", ["int"])?.(1);
  const gemm = {
    float32: gemmOf(library, build, "s"),
    float64: gemmOf(library, build, "d"),
    complex64: gemmOf(library, build, "c"),
    complex128: gemmOf(library, build, "z"),
  };
  return {
    description: descriptionOf(library, build),
    multiply: (out, a, b, matrices, dtype) => gemm[dtype](out, a, b, matrices),
  };
}

function fullName({ prefix, suffix }: Build, name: string): string {
  return `${prefix}${name}${suffix}`;
}

function named(
  library: Library,
  name: string,
  result = "void",
  parameters: readonly string[] = [],
): ReturnType<Library["func"]> | undefined {
  try {
    return library.func(name, result, parameters);
  } catch {
    return undefined;
  }
}

type Gemm = (out: Address, a: Address, b: Address, matrices: Matrices) => void;

function gemmOf(library: Library, build: Build, letter: "s" | "d" | "c" | "z"): Gemm {
  const isComplex = letter === "c" || letter === "z";
  const scalar = isComplex ? "uint64_t" : letter === "s" ? "float" : "double";
  const [flag, integer, pointer] = ["int", build.integer, "uint64_t"];
  const call = library.func(fullName(build, `cblas_${letter}gemm`), "void", [
    ...[flag, flag, flag, integer, integer, integer],
    ...[scalar, pointer, integer, pointer, integer, scalar, pointer, integer],
  ]);
  // Complex factors are passed by address.
  const factor = (value: number): number => {
    const place = new SharedArrayBuffer(16);
    (letter === "c" ? new Float32Array(place) : new Float64Array(place))[0] = value;
    if (isComplex) factors.push(place);
    return isComplex ? addressOf(place) : value;
  };
  const [one, zero] = [factor(1), factor(0)];
  const bytes = BYTES[letter];
  return (out, a, b, matrices) => {
    const { formA, formB, lines = linesOf(matrices), adds = false } = matrices;
    const orderA = formA === "mk" ? AS_STORED : TRANSPOSED;
    const orderB = formB === "kn" ? AS_STORED : TRANSPOSED;
    eachPortion(matrices, letter, (at, part) => {
      const from = a + bytes * (formA === "mk" ? at.m * lines.a + at.k : at.k * lines.a + at.m);
      const with_ = b + bytes * (formB === "kn" ? at.k * lines.b + at.n : at.n * lines.b + at.k);
      const to = out + bytes * (at.m * lines.out + at.n);
      const extents = [part.m, part.n, part.k];
      const before = at.k === 0 && !adds ? zero : one;
      call(ROW_MAJOR, orderA, orderB, ...extents, one, from, lines.a, with_, lines.b, before, to, lines.out);
    });
  };
}

/** Of an element. */
const BYTES = { s: 4, d: 8, c: 8, z: 16 } as const;

/** Kept, since functions know their addresses only. */
const factors: SharedArrayBuffer[] = [];

function descriptionOf(library: Library, build: Build): string {
  const says = (name: string): string | undefined => {
    const text = named(library, name, "const char *")?.();
    return typeof text === "string" ? text.trim() : undefined;
  };
  const config = says(fullName(build, "openblas_get_config"));
  if (config !== undefined) {
    const core = says(fullName(build, "openblas_get_corename")) ?? "";
    return [...config.split(/\s+/).slice(0, 2), core].filter(Boolean).join(" ");
  }
  const blis = says("bli_info_get_version_str");
  if (blis !== undefined) return `BLIS ${blis}`;
  return named(library, "MKL_Set_Num_Threads") === undefined ? "BLAS" : "MKL";
}
