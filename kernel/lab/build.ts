/** Builds what the browser loads into `.build/lab`: the notebook page, plotly.js, and the licences of both. */
import { build } from "esbuild";
import type { BuildOptions, Metafile, Plugin } from "esbuild";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const [ROOT = "."] = fileURLToPath(import.meta.url).split(/[\\/](?:\.build[\\/]js[\\/])?kernel[\\/]lab[\\/]/);
const PAGE = path.join(ROOT, "kernel/lab/page");
const OUT = path.join(ROOT, ".build/lab");
/** Written last, so an interrupted build is repeated. */
const LICENSES = path.join(OUT, "LICENSES.txt");

/** The trace types that figures use; a tenth of the whole library. */
const PLOTLY_ENTRY = `
const Plotly = require("plotly.js/lib/core");
Plotly.register([require("plotly.js/lib/bar"), require("plotly.js/lib/heatmap")]);
module.exports = Plotly;
`;

const SHARED: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
  target: "es2022",
  define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
};

/** JupyterLab's table of languages would bring a hundred modes that no cell of tnlab is written in. */
const FEW_LANGUAGES: Plugin = {
  name: "few-languages",
  setup(hooks) {
    hooks.onResolve({ filter: /^@codemirror\/(lang-|legacy-modes)/ }, ({ importer }) => {
      return /@jupyterlab[\\/]codemirror/.test(importer) ? { path: "none", namespace: "none" } : undefined;
    });
    hooks.onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "module.exports = {}" }));
    // JupyterLab's style sheets write "~package" for a package.
    hooks.onResolve({ filter: /^~/ }, ({ path: name, resolveDir, kind }) => {
      return hooks.resolve(name.slice(1), { resolveDir, kind });
    });
  },
};

async function main(): Promise<void> {
  if (await isFresh()) return;
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  const page = await build({
    ...SHARED,
    entryPoints: [path.join(PAGE, "main.ts")],
    entryNames: "page",
    chunkNames: "chunk-[hash]",
    assetNames: "asset-[hash]",
    outdir: OUT,
    format: "esm",
    splitting: true,
    plugins: [FEW_LANGUAGES],
    alias: { path: "path-browserify" },
    loader: {
      ".svg": "text",
      ".woff": "file",
      ".woff2": "file",
      ".ttf": "file",
      ".eot": "file",
      ".png": "dataurl",
      ".gif": "dataurl",
    },
  });
  const plotly = await build({
    ...SHARED,
    stdin: { contents: PLOTLY_ENTRY, resolveDir: ROOT },
    outfile: path.join(OUT, "plotly.js"),
    format: "iife",
    globalName: "Plotly",
    // Map styles; figures have no maps.
    loader: { ".css": "empty" },
    banner: { js: "/* plotly.js, MIT licence; licences of all parts: LICENSES.txt */" },
  });
  await writeFile(LICENSES, await licenses([page.metafile, plotly.metafile]));
}

/** Newer than the page's sources, this script and the lockfile. */
async function isFresh(): Promise<boolean> {
  if (!existsSync(LICENSES)) return false;
  const sources = (await readdir(PAGE)).map((name) => path.join(PAGE, name));
  const inputs = [...sources, fileURLToPath(import.meta.url), path.join(ROOT, "package.json")];
  const lockfile = path.join(ROOT, "package-lock.json");
  const times = [...inputs, ...(existsSync(lockfile) ? [lockfile] : [])].map(
    async (file) => (await stat(file)).mtimeMs,
  );
  return Math.max(...(await Promise.all(times))) < (await stat(LICENSES)).mtimeMs;
}

/** Name, version and licence text of every package that a bundle holds a part of. */
async function licenses(metafiles: readonly (Metafile | undefined)[]): Promise<string> {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile?.inputs ?? {}));
  const packages = new Set(inputs.flatMap((input) => packageOf(input) ?? []));
  const texts = await Promise.all([...packages].sort().map(describePackage));
  return texts.join("\n" + "-".repeat(78) + "\n\n");
}

function packageOf(input: string): string | undefined {
  return /^(?!\(disabled\)).*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

async function describePackage(folder: string): Promise<string> {
  const home = path.join(ROOT, folder);
  const { name, version, license } = JSON.parse(await readFile(path.join(home, "package.json"), "utf8")) as {
    readonly name?: string;
    readonly version?: string;
    readonly license?: string;
  };
  const files = (await readdir(home)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(home, file), "utf8")));
  return [`${name ?? folder} ${version ?? ""} (${license ?? "see below"})\n`, ...texts].join("\n");
}

await main();
