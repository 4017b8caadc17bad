/**
 * Looks for a BLAS of this computer (OpenBLAS, BLIS, MKL, Accelerate), in processes of their own, since a broken library may take
 * along the one that loads it. What was found is kept in the user's cache folder.
 */
import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { hasKoffi } from "../tensor/blas/koffi.ts";
import { openBlas } from "../tensor/blas/library.ts";
import type { Native } from "../tensor/blas/native.ts";
import type { Found, Line, Wanted } from "../tensor/blas/probe.ts";
import { keep, recall } from "./kept.ts";

/** Raised when what is measured changes. */
const VERSION = 4;

const PROBE_MILLISECONDS = 60_000;

/** Names by platform, best first. */
const CANDIDATES: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: [
    ...["libopenblas.so.0", "libopenblas.so", "libopenblas64.so.0"],
    ...["libblis.so.4", "libblis.so", "libmkl_rt.so.2", "libmkl_rt.so"],
  ],
  darwin: [
    "/System/Library/Frameworks/Accelerate.framework/Accelerate",
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
  ],
  win32: ["libopenblas.dll", "openblas.dll", "mkl_rt.2.dll"],
};

/** So that a library makes no threads of its own: every worker is one. */
const ONE_THREAD = {
  OPENBLAS_NUM_THREADS: "1",
  BLIS_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  VECLIB_MAXIMUM_THREADS: "1",
};

/** What OpenBLAS calls a processor that is newer than itself: it then uses little of what that can do. */
const UNKNOWN_CORE = /\b(Prescott|Generic|Core2|Nehalem)$/i;
const CORES = ["SkylakeX", "Haswell"];

export interface Search {
  readonly native?: Native;
  /** What is there and cannot be used, or why there is none: a sentence each. */
  readonly troubles: readonly string[];
  /** Whether something is there that should work and does not. */
  readonly broken: boolean;
}

let search: Promise<Search> | undefined;

/** The BLAS of this computer, looked for once a process. Never rejects. */
export function findNative(): Promise<Search> {
  search ??= find();
  return search;
}

/** The BLAS for a run, or none; `warn` is told why one that is wanted cannot be used. */
export async function nativeFor(
  name: "blas" | "auto",
  warn: (sentence: string) => void,
): Promise<Native | undefined> {
  const { native, troubles, broken } = await findNative();
  if (broken || (native === undefined && name === "blas"))
    for (const trouble of troubles)
      warn(native === undefined ? `${trouble}; the WebAssembly kernels run` : trouble);
  return name === "auto" ? native : native && { ...native, choices: undefined };
}

async function find(): Promise<Search> {
  if (process.env["TNLAB_BLAS"] === "none") return none("TNLAB_BLAS says none", false);
  if (!hasKoffi()) return none("the optional package koffi is not installed (npm ci installs it)", false);
  const kept = recall("blas", key()) as Native | undefined;
  if (kept !== undefined && load(kept)) return { native: kept, troubles: [], broken: false };
  const { found, troubles } = await firstOf(named() ?? CANDIDATES[process.platform] ?? []);
  if (found === undefined) {
    if (troubles.length > 0) return { troubles, broken: true };
    return none(
      "no OpenBLAS, BLIS, MKL or Accelerate was found (its path can be named in TNLAB_BLAS)",
      false,
    );
  }
  const native = await tuned(found);
  if (native === undefined || !load(native)) return none(`${found.file} cannot be loaded`, true);
  keep("blas", key(), native);
  return { native, troubles, broken: troubles.length > 0 };
}

function none(trouble: string, broken: boolean): Search {
  return { troubles: [trouble], broken };
}

/** The library that the user names. */
function named(): readonly string[] | undefined {
  const file = process.env["TNLAB_BLAS"];
  return file === undefined || file === "" ? undefined : [file];
}

/** Another computer that shares the home folder, or another library of that name, is measured anew. */
function key(): string {
  const file = named()?.[0];
  const { OPENBLAS_CORETYPE = "" } = process.env;
  const changed = file && statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return [VERSION, cpus()[0]?.model, process.version, file, changed, OPENBLAS_CORETYPE].join("|");
}

interface FoundFile extends Found {
  readonly file: string;
}

/** The first that works, and why those before it did not: absent ones only where the user names them. */
async function firstOf(files: readonly string[]): Promise<{ found?: FoundFile; troubles: string[] }> {
  const troubles: string[] = [];
  let left = files;
  while (left.length > 0) {
    const lines = await probe({ files: left, choices: false }, {});
    const last = lines.at(-1);
    for (const line of lines) {
      if ("refused" in line) troubles.push(`${line.file} cannot be used: ${line.refused}`);
      if ("absent" in line && named() !== undefined)
        troubles.push(`TNLAB_BLAS: ${line.file}: ${line.absent}`);
    }
    if (last !== undefined && "found" in last) return { found: { file: last.file, ...last.found }, troubles };
    if (last === undefined || !("trying" in last)) break;
    troubles.push(`${last.trying} cannot be used: it ended the process that tried it`);
    left = left.slice(left.indexOf(last.trying) + 1);
  }
  return { troubles };
}

/** With the processor's name that makes it fastest, and the products that it is the faster one for. */
async function tuned({ file, ...first }: FoundFile): Promise<Native | undefined> {
  let [best, environment]: [Found, Record<string, string>] = [first, {}];
  if (UNKNOWN_CORE.test(first.description) && process.env["OPENBLAS_CORETYPE"] === undefined)
    for (const core of CORES) {
      const other = foundIn(await probe({ files: [file], choices: false }, { OPENBLAS_CORETYPE: core }));
      if (other === undefined || other.flopsPerSecond.float64 <= best.flopsPerSecond.float64) continue;
      [best, environment] = [other, { OPENBLAS_CORETYPE: core }];
    }
  const found = foundIn(await probe({ files: [file], choices: true }, environment));
  return found && { file, environment, ...found };
}

function foundIn(lines: readonly Line[]): Found | undefined {
  const last = lines.at(-1);
  return last !== undefined && "found" in last ? last.found : undefined;
}

/** What the process said until it ended, in whatever way. */
function probe(wanted: Wanted, environment: Readonly<Record<string, string>>): Promise<Line[]> {
  const script = createRequire(import.meta.url).resolve("tnlab/kernel/tensor/blas/probe.js");
  const env = { ...process.env, ...ONE_THREAD, ...environment };
  const options = { env, timeout: PROBE_MILLISECONDS, killSignal: "SIGKILL" } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, [script, JSON.stringify(wanted)], options, (_, stdout) => {
      const whole = stdout.split("\n").filter((line) => line.endsWith("}"));
      resolve(whole.map((line) => JSON.parse(line) as Line));
    });
  });
}

/**
 * Loads it into this process, in the environment that it needs: threads that load it later share it. False where it is no longer the one
 * that was measured.
 */
function load({ file, description, environment }: Native): boolean {
  const wanted = { ...ONE_THREAD, ...environment };
  const before = Object.keys(wanted).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, wanted);
  try {
    return openBlas(file).description === description;
  } catch {
    return false;
  } finally {
    // Processes that are started later have threads of their own.
    for (const [name, value] of before)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
  }
}
