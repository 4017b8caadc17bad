/** The structure of the house: who may import whom, no cycles, files of a readable size, and what the top level holds. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

/** What each folder may import beside itself: folders of the house, then packages. `dsl` is dsl/index.ts and dsl/core.ts. */
const ALLOWED: Readonly<Record<string, string>> = {
  "dsl/base": "",
  "dsl/syntax": "dsl/base moo nearley",
  "dsl/print": "dsl/base dsl/syntax",
  "dsl/network": "dsl/base",
  "dsl/circuit": "dsl/base dsl/network",
  "dsl/plan": "dsl/base dsl/network",
  "dsl/formats": "dsl/base dsl/network",
  "dsl/exact": "dsl/base dsl/network dsl/plan",
  "dsl/program": "dsl/base dsl/syntax dsl/network dsl/circuit dsl/formats dsl/plan dsl/distribute mathjs",
  "dsl/schedule": "dsl/base dsl/network",
  "dsl/distribute": "dsl/base dsl/network dsl/plan dsl/schedule",
  dsl: "dsl/base dsl/syntax dsl/print dsl/network dsl/circuit dsl/exact dsl/formats dsl/plan dsl/program dsl/schedule dsl/distribute",
  "kernel/base": "node:",
  "kernel/tensor": "dsl",
  "kernel/tensor/wasm": "dsl kernel/tensor node:",
  "kernel/tensor/blas": "dsl kernel/tensor kernel/tensor/wasm node:",
  "kernel/engine":
    "dsl kernel/base kernel/tensor kernel/tensor/blas kernel/tensor/wasm kernel/engine/torch node:",
  "kernel/engine/torch": "dsl kernel/engine node:",
  "kernel/search": "dsl kernel/base node:",
  "kernel/figure": "dsl kernel/engine",
  "kernel/figure/picture": "kernel/figure node: @resvg/resvg-js",
  "kernel/protocol": "node: zeromq",
  "kernel/session":
    "dsl kernel/base kernel/engine kernel/figure kernel/figure/picture kernel/search kernel/protocol node: tslab",
  "kernel/face": "dsl kernel/engine kernel/figure kernel/session node:",
  "kernel/notebook": "dsl kernel/figure kernel/protocol kernel/session node: markdown-it @mdit/plugin-katex",
  "kernel/lab": "dsl kernel/notebook kernel/session node: ws esbuild",
  "kernel/lab/page":
    "dsl/syntax kernel/notebook @jupyterlab/ @lumino/ @codemirror/ markdown-it mathjax-full plotly.js",
  "kernel/cli":
    "dsl kernel kernel/base kernel/engine kernel/engine/torch kernel/search kernel/session kernel/notebook kernel/lab kernel/protocol node:",
  kernel: "dsl kernel/base kernel/cli node:",
};

/** Single files that only declare: an implementation may import them, never the other way round. */
const INTERFACES = [
  "kernel/engine/engine.ts",
  "kernel/engine/multiplier.ts",
  "kernel/engine/report.ts",
  "dsl/schedule/schedule.ts",
];

const files = ["dsl", "kernel"].flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => path.posix.join(root, name)),
);

interface Import {
  readonly from: string;
  /** A file of the house, or the name of a package. */
  readonly to: string;
}

/** Sources of another language with the same ending: AssemblyScript, which names its modules without one. */
const ASSEMBLY = "kernel/tensor/wasm/assembly/";
const modules = files.filter((file) => !file.startsWith(ASSEMBLY));

const imports: readonly Import[] = modules.flatMap((from) =>
  ts.preProcessFile(readFileSync(from, "utf8")).importedFiles.map(({ fileName }) => ({
    from,
    to: fileName.startsWith(".") ? path.posix.join(path.posix.dirname(from), fileName) : fileName,
  })),
);

/** Why an import is not allowed, or undefined. */
function breach({ from, to }: Import): string | undefined {
  const folder = path.posix.dirname(from);
  const rules = (ALLOWED[folder] ?? "").split(" ").filter((rule) => rule !== "");
  const inside = /^(dsl|kernel)\//.test(to);
  const target = inside ? path.posix.dirname(to) : to;
  if (target === folder) return undefined;
  // The language is one package to the kernel: these are the only ways in.
  // A page in the browser takes the table of tokens alone.
  const doors = folder === "kernel/lab/page" ? ["dsl/syntax/words.ts"] : ["dsl/index.ts", "dsl/core.ts"];
  const throughDoor = folder.startsWith("dsl") || !target.startsWith("dsl") || doors.includes(to);
  const allowed = rules.some((rule) => (inside ? rule === target : target.startsWith(rule)));
  return allowed && throughDoor ? undefined : `${from} imports ${to}`;
}

test("every folder has its rule", () => {
  const folders = new Set(modules.map((file) => path.posix.dirname(file)));
  expect([...folders].filter((folder) => ALLOWED[folder] === undefined)).toEqual([]);
});

test("folders import only what they may", () => {
  expect(imports.length).toBeGreaterThan(100);
  expect(imports.flatMap((one) => breach(one) ?? [])).toEqual([]);
});

test.each([
  ["dsl/plan/plan.ts", "kernel/engine/engine.ts"],
  ["dsl/schedule/verify.ts", "dsl/plan/tree.ts"],
  ["dsl/plan/plan.ts", "node:fs"],
  ["kernel/figure/tree.ts", "zeromq"],
  ["kernel/engine/threads.ts", "dsl/plan/cost.ts"],
  ["kernel/engine/dry.ts", "kernel/figure/figure.ts"],
])("%s may not import %s", (from, to) => {
  expect(breach({ from, to })).toBe(`${from} imports ${to}`);
});

/** What a file imports, itself or through others. */
function reach(from: string): Set<string> {
  const reached = new Set([from]);
  for (const file of reached) for (const one of imports) if (one.from === file) reached.add(one.to);
  return reached;
}

test("worker threads load no parser: it takes three times as long to start as they do", () => {
  const bodies = modules.filter((file) => /worker\.ts$/i.test(file));
  expect(bodies.length).toBeGreaterThan(3);
  for (const body of bodies) {
    expect([...reach(body)].filter((file) => /^(dsl\/(index\.ts|syntax|program)|mathjs)/.test(file))).toEqual(
      [],
    );
  }
  expect([...reach("kernel/session/session.ts")]).toContain("mathjs/lib/browser/math.js");
});

/** Files that lie on a cycle of imports: what is left when files without imports are taken away again and again. */
function onCycles(edges: readonly Import[]): string[] {
  let live = edges.filter(({ to }) => files.includes(to));
  for (;;) {
    const importing = new Set(live.map(({ from }) => from));
    const imported = new Set(live.map(({ to }) => to));
    const rest = live.filter(({ from, to }) => importing.has(to) && imported.has(from));
    if (rest.length === live.length) return [...new Set(rest.map(({ from }) => from))];
    live = rest;
  }
}

test("no file imports itself through others, types included", () => {
  expect(onCycles(imports)).toEqual([]);
  const [one, other] = ["dsl/base/units.ts", "dsl/base/random.ts"];
  const seeded = [...imports, { from: one, to: other }, { from: other, to: one }];
  expect(onCycles(seeded).sort()).toEqual([other, one]);
});

test("interfaces import no implementation", () => {
  const declared = imports.filter(({ from }) => INTERFACES.includes(from)).map(({ to }) => to);
  const known = [...INTERFACES, "kernel/tensor/blas/native.ts", "dsl/core.ts", "dsl/network/network.ts"];
  expect(declared.filter((to) => !known.includes(to))).toEqual([]);
});

test("files have at most 400 lines", () => {
  const lines = (file: string): number => readFileSync(file, "utf8").split("\n").length;
  const written = files.filter((file) => file !== "dsl/syntax/grammar.ts");
  expect(written.filter((file) => lines(file) > 401)).toEqual([]);
});

test("dsl asks no clock, no environment and no chance of its own", () => {
  const impure = /\b(Date\.now|new Date|performance\.|process\.|Math\.random|globalThis)/;
  const found = files.filter((file) => file.startsWith("dsl/") && impure.test(readFileSync(file, "utf8")));
  expect(found).toEqual([]);
});

const inRepository = existsSync(".git");
const because = inRepository ? "" : " (left out: not a git checkout)";

test.skipIf(!inRepository)(`the top level holds nothing else${because}`, () => {
  const tracked = execFileSync("git", ["ls-files"], { encoding: "utf8" }).trim().split("\n");
  const top = new Set(
    tracked.map((file) => file.split("/")[0] ?? "").filter((name) => !name.startsWith(".")),
  );
  const expected = "LICENSE README.md dsl kernel notebooks package-lock.json package.json test tsconfig.json";
  expect([...top].sort().join(" ")).toBe(expected);
});
