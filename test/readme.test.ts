/** What README.md shows is what happens. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { order } from "./bench/order.ts";
import { MAIN } from "./kernel/cli/tnlab.ts";
import { slurmFolder } from "./support/slurm.ts";

const readme = readFileSync("README.md", "utf8");

/** Contents of the fenced blocks of a kind. */
function blocks(kind: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${kind}\n([^]*?)\n\`\`\`$`, "gm"))].map(
    ([, text]) => text ?? "",
  );
}

const folder = mkdtempSync(path.join(tmpdir(), "tnlab-readme-"));
writeFileSync(path.join(folder, "ising.tn"), `${blocks("tn")[0] ?? ""}\n`);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Of the environment with PyTorch that CI makes. */
const TORCHRUN = path.resolve(".build/torch-env/bin/torchrun");

/** A console block: the command after `$`, and what it prints on either stream, with the commands of `folders` on the path. */
function session(
  block: string,
  folders: readonly string[] = [],
): { readonly shown: string; readonly printed: string } {
  const [first = "", ...shown] = block.split("\n");
  const command = first.replace(/^\$ /, "").replaceAll("npx tnlab", `"${process.execPath}" "${MAIN}"`);
  const search = [...folders, path.dirname(TORCHRUN), process.env["PATH"] ?? ""].join(path.delimiter);
  const env = { ...process.env, PATH: search, MASTER_PORT: String(40_000 + (process.pid % 10_000)) };
  const { stdout } = spawnSync(`(${command}) 2>&1`, { cwd: folder, shell: true, encoding: "utf8", env });
  return { shown: shown.join("\n"), printed: stdout.trimEnd() };
}

/** Measured times differ from run to run; modelled ones and sizes change with the planner. */
function masked(text: string): string {
  return text.replace(/\b[\d.]+ (?:s|ms|us|µs|ns)(?= )/g, "T").replace(/\b[\d.]+ [KMG]?i?B\b/g, "B");
}

const [run = "", mistakes = "", schedule = "", exported = "", imported = ""] = blocks("console");

test("the example gives its value", () => {
  const { shown, printed } = session(run);
  expect(masked(printed)).toBe(masked(shown));
  expect(shown).toMatch(/^Z = [\d.e]+$/m);
});

test("the value is the partition function, by transfer matrix", () => {
  const value = Number(/^Z = ([\d.e]+)$/m.exec(run)?.[1]);
  const [length, beta, states] = [6, 0.4406868, 64];
  const bond = (same: boolean): number => Math.exp(same ? beta : -beta);
  const bit = (row: number, site: number): number => (row >> site) & 1;
  const sites = Array.from({ length }, (_, site) => site);
  const inside = (row: number): number =>
    sites.slice(1).reduce((product, site) => product * bond(bit(row, site) === bit(row, site - 1)), 1);
  const between = (a: number, b: number): number =>
    sites.reduce((product, site) => product * bond(bit(a, site) === bit(b, site)), 1);
  const rows = Array.from({ length: states }, (_, row) => row);
  let sums = rows.map(inside);
  for (let step = 1; step < length; step += 1) {
    const before = sums;
    sums = rows.map((a) => inside(a) * rows.reduce((sum, b) => sum + between(a, b) * (before[b] ?? 0), 0));
  }
  const exact = sums.reduce((sum, one) => sum + one, 0);
  expect(Math.abs(value / exact - 1)).toBeLessThan(1e-11);
});

test("the mistakes are told word for word", () => {
  const { shown, printed } = session(mistakes);
  expect(printed).toBe(shown);
  expect(shown).toContain("error[");
});

test("an equation is drawn as it is", () => {
  writeFileSync(path.join(folder, "yours.tn"), `${blocks("tn")[1] ?? ""}\n`);
  const { printed } = session("$ npx tnlab run yours.tn");
  expect(printed).toMatch(
    /^The contraction of E, 2 pairs one by one: .*\nThe order of E makes 2 contractions: /,
  );
  const [, draw = ""] = /`(npx tnlab run yours\.tn --to [^`]*)`/.exec(readme) ?? [];
  expect(session(`$ ${draw}`).printed).toBe("wrote yours.html");
  const page = readFileSync(path.join(folder, "yours.html"), "utf8");
  expect(page.match(/<figure>/g)).toHaveLength(2);
});

test("the fields of a schedule are those that the README names, and so are its steps", () => {
  const { shown, printed } = session(schedule);
  expect(printed).toBe(shown);
  const declared = readFileSync("dsl/schedule/schedule.ts", "utf8").matchAll(/readonly kind: "([\w-]+)"/g);
  const table = /\| step [^]*?\n\n/.exec(readme)?.[0] ?? "";
  const told = [...table.matchAll(/`([\w-]+)`/g)].map(([, kind]) => kind);
  expect(told.sort()).toEqual([...declared].map(([, kind]) => kind).sort());
});

test("a job is written as shown", () => {
  const { shown, printed } = session(exported);
  expect(printed).toBe(shown);
});

const noTorch = existsSync(TORCHRUN) ? "" : " (left out: no .build/torch-env, made by test/torch/setup.sh)";

test.skipIf(noTorch !== "")(
  `a job runs, and its value comes back${noTorch}`,
  () => {
    const { shown, printed } = session(imported);
    expect(masked(printed)).toBe(masked(shown));
  },
  60_000,
);

test.skipIf(noTorch !== "")(
  `Slurm runs it too${noTorch}`,
  () => {
    const [, submit = ""] = /`(cd job && sbatch [^`]*)`/.exec(readme) ?? [];
    const slurm = slurmFolder();
    rmSync(path.join(folder, "job", "report.json"));
    expect(session(`$ ${submit}`, [slurm]).printed).toContain('"event": "done"');
    rmSync(slurm, { recursive: true });
    const { shown, printed } = session(imported.replace("job/launch/torchrun.sh > job.log 2>&1 && ", ""));
    expect(masked(printed)).toBe(masked(shown));
  },
  60_000,
);

test("npm start serves the notebooks, the quickstart first", async () => {
  const words = ["run", "--silent", "start", "--", "--no-open", "--port", "0"];
  const lab = spawn("npm", words, { detached: true, stdio: ["ignore", "pipe", "inherit"] });
  try {
    const url = await new Promise<string>((resolve) => {
      lab.stdout.setEncoding("utf8").on("data", (text: string) => {
        const found = /http:\S+/.exec(text)?.[0];
        if (found !== undefined) resolve(found);
      });
    });
    const first = await fetch(url, { redirect: "manual" });
    const headers = { cookie: first.headers.get("set-cookie") ?? "" };
    const answer = await fetch(new URL(first.headers.get("location") ?? "", url), { headers });
    expect([answer.status, answer.url]).toEqual([200, new URL("/notebooks/quickstart.ipynb", url).href]);
  } finally {
    // npm and the lab.
    process.kill(-(lab.pid ?? NaN));
  }
});

/** Of the environment that the benches make for their peer. */
const PEER = path.resolve(".build/peer-env/bin/python");
const noPeer = existsSync(PEER)
  ? ""
  : ": left out, since .build/peer-env has no cotengra (test/bench/peer/install.sh)";

/** The bench of orders over one network, a ring of three matrices: what it prints. */
async function ordered(...options: readonly string[]): Promise<string> {
  const networks = path.join(folder, "networks");
  const ring = {
    name: "ring",
    inputs: [
      ["a", "b"],
      ["b", "c"],
      ["c", "a"],
    ],
    output: [],
    sizes: { a: 2, b: 3, c: 5 },
  };
  mkdirSync(networks, { recursive: true });
  writeFileSync(path.join(networks, "ring.json"), JSON.stringify(ring));
  const printed = vi.spyOn(console, "log").mockReturnValue();
  await order(["--seconds", "0.1", "--networks", networks, ...options]);
  const lines = printed.mock.calls.join("\n");
  printed.mockRestore();
  return lines;
}

test("the bench of orders takes networks of one's own", async () => {
  expect(readme).toContain("npm run bench order");
  expect(await ordered()).toMatch(/^ring/m);
});

test.skipIf(noPeer !== "")(
  `the bench of orders compares with cotengra${noPeer}`,
  async () => {
    const [, peer = ""] = /-- (--peer cotengra)/.exec(readme) ?? [];
    const printed = await ordered(...peer.split(" "), "--presets", "greedy");
    expect(printed).toMatch(/against the peer in the same time: geometric mean 1\.000/);
  },
  60_000,
);

test("the machine of the example plans the network of the first", () => {
  const own = `${blocks("tn")[0] ?? ""}\n${blocks("tn")[2] ?? ""}\n`.replace("run Z on threads(2)", "");
  writeFileSync(path.join(folder, "own.tn"), own);
  expect(session("$ npx tnlab run own.tn").printed).toMatch(/^Z on own, 8 devices.* modelled/);
});

test("every file and folder that the README names is there", () => {
  const named = [...readme.matchAll(/[`(]((?:dsl|kernel|notebooks|test)\/[\w./-]+)[`)]/g)].map(
    ([, file]) => file ?? "",
  );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((file) => !existsSync(file))).toEqual([]);
});

test("every command that the README names has a help", () => {
  const named = [...new Set([...readme.matchAll(/`tnlab ([\w-]+)/g)].map(([, name]) => name ?? ""))];
  expect(named.length).toBeGreaterThan(5);
  const help = execFileSync(process.execPath, [MAIN, "--help"], { encoding: "utf8" });
  expect(named.filter((name) => !help.includes(`\n  ${name} `))).toEqual([]);
});
