/** Every command as a process: exit codes, streams, signals. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { verify, type Schedule } from "../../../dsl/index.ts";
import { folderWith, start, tnlab } from "./tnlab.ts";

const RING = "index i: 4, j: 4, k: 4\ntensor A[i,j], B[j,k], C[k,i] = normal(seed 1)\n";
const CHAIN = `${RING}network R[i,k] = A B\nlet R2 = 1\nrun R on threads(2)\nshow order R\n`;

/** Slices of seconds altogether. */
/** Each worker takes 48 of the slices. */
const SLOW = `index s: 96
let n = 700
tensor w[s, a: n] = sin(s + 3*a)
tensor A[a: n, b: n] = cos(a + 5*b)
tensor B[b: n, c: n] = sin(7*b + c)
tensor C[c: n, a: n] = cos(c - 2*a)
network Z = w A B C
order Z = (((w A) B) C)
slice Z over s
distribute Z on threads(2) by slicing
run Z on threads(2)
`;

const code = (id: string, source: string): object => {
  return { cell_type: "code", id, metadata: {}, execution_count: null, outputs: [], source };
};
const notebook = (...sources: readonly string[]): string =>
  JSON.stringify({
    cells: sources.map((source, at) => code(`c${at}`, source)),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  });

const folder = folderWith({
  "chain.tn": CHAIN,
  "ones.tn": "index i: 2, j: 3\ntensor A[i,j] = i + 10 * j\nnetwork R[j,i] = A\nrun R on threads(1)\n",
  "wrong.tn": `${RING}network R[i,k] = A D\n`,
  "stops.tn": `${RING}machine far = preset "dgx-h100"\nnetwork R[i,k] = A B\nrun R on threads(1)\nrun R on far\n`,
  "long.tn": `${RING}network S = A B C\nrun S on threads(1)\nnetwork T = A B C\norder T = search within 600 s\nrun T\n`,
  "good.ipynb": notebook('console.log("a"); console.error("b")', "%%tn\nindex i: 2\n", "6 * 7"),
  "fails.ipynb": notebook("const one = 1", 'throw new TypeError("oops")', 'console.log("later")'),
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("wrong use is 2, a failure 1, and neither prints a result", async () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect(await tnlab(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  expect(await tnlab(["chek"])).toMatchObject({ code: 2, stdout: "" });
  expect(await tnlab(["check", "absent.tn"])).toMatchObject({ code: 1, stdout: "" });
});

test("a reader that goes away ends the command without noise", async () => {
  const running = start(["help", "order"]);
  running.closeStdout();
  expect(await running.finished).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("check lists the networks of a program", async () => {
  const { code: exit, stdout, stderr } = await tnlab(["check", "chain.tn"], folder);
  expect([exit, stderr]).toEqual([0, ""]);
  expect(stdout).toBe("chain.tn: no mistakes\n  network R[i,k]: 2 tensors, 3 indices, float64\n");
  const asJson = await tnlab(["check", "chain.tn", "--json"], folder);
  expect(JSON.parse(asJson.stdout)).toEqual({
    ok: true,
    networks: [{ name: "R", tensors: 2, indices: 3, open: ["i", "k"], dtype: "float64" }],
    diagnostics: [],
  });
});

test.each(["check", "run"])("%s draws mistakes on stderr, and gives them as JSON", async (command) => {
  const { code: exit, stdout, stderr } = await tnlab([command, "wrong.tn", "--json"], folder);
  expect(exit).toBe(1);
  expect(stderr).toMatch(/^wrong.tn:3:20 error\[unknown-name\]: .* D\n {2}network R\[i,k\] = A D\n {21}\^\n/);
  const range = { line: 3, column: 20, end_line: 3, end_column: 21 };
  const mistake = { file: "wrong.tn", ...range, severity: "error", code: "unknown-name" };
  expect(JSON.parse(stdout)).toMatchObject({ ok: false, diagnostics: [mistake] });
});

test("schedule prints modelled figures, and a sound schedule as JSON", async () => {
  const flags = ["schedule", "chain.tn", "--machine", "dgx-h100", "--devices", "4", "--seconds", "0.1"];
  const { code: exit, stdout, stderr } = await tnlab(flags, folder);
  expect([exit, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^schedule on dgx-h100, 4 devices, float64, 1 slice, method /m);
  expect(stdout).toMatch(/^figures of one device, all modelled:\nstep +times +flops .*\nload +2 /m);
  expect(stdout).toMatch(/^total .*\npeak memory .* a device, time .*, both modelled$/m);
  const summary = JSON.parse(
    (await tnlab([...flags, "--out", "made.json", "--json"], folder)).stdout,
  ) as object;
  expect(summary).toMatchObject({ network: "R", machine: "dgx-h100", devices: 4, slices: 1 });
  const schedule = JSON.parse(readFileSync(path.join(folder, "made.json"), "utf8")) as Schedule;
  expect(schedule).toMatchObject({ network: "R", machine: "dgx-h100", open: ["i", "k"], slices: 1 });
  expect(schedule.mesh.map(({ radix }) => radix)).toEqual([2, 2]);
  expect(verify(schedule)).toEqual([]);
});

/** A closed ring of three matrices: on eight devices the sums that they owe are settled by one all-reduce. */
const LARGE_RING = {
  inputs: ["ab", "bc", "ca"].map((labels) => [...labels]),
  output: [],
  sizes: { a: 8192, b: 8192, c: 8192 },
};

test("schedule says what a slow link costs: of an all-reduce over p devices one part in p - 1, once it is planned for", async () => {
  writeFileSync(path.join(folder, "ring.json"), JSON.stringify(LARGE_RING));
  const flags = ["schedule", "ring.json", "--machine", "dgx-h100", "--seconds", "0.1", "--slow-link", "0,1"];
  const { stdout } = await tnlab(flags, folder);
  expect(stdout).toMatch(
    /^with link\(node 0, device 1\) at 50 %: the same plan takes .*planned for it .*modelled$/m,
  );
  const json = JSON.parse((await tnlab([...flags, "--json"], folder)).stdout) as {
    readonly what_if: { readonly kept_loss: number; readonly replanned_loss: number };
  };
  const { kept_loss: kept, replanned_loss: replanned } = json.what_if;
  expect(kept).toBeGreaterThan(0);
  expect(replanned / kept).toBeCloseTo(1 / 7, 3);
});

test("schedule plans for a range of devices, with one tree and with a tree searched for each", async () => {
  writeFileSync(path.join(folder, "ring.json"), JSON.stringify(LARGE_RING));
  const flags = ["schedule", "ring.json", "--machine", "dgx-h100", "--devices", "2..8", "--seconds", "0.1"];
  const { stdout } = await tnlab(flags, folder);
  expect(stdout).toMatch(/^devices +one tree +E +R +tree of each .*\n2 .*\n4 .*\n8 /m);
  interface Figures {
    readonly modelled_seconds: number;
    readonly extra_speedup: number;
  }
  const { points } = JSON.parse((await tnlab([...flags, "--json"], folder)).stdout) as {
    readonly points: readonly { devices: number; one_tree: Figures; tree_of_each: Figures }[];
  };
  expect(points.map(({ devices }) => devices)).toEqual([2, 4, 8]);
  for (const { devices, one_tree: one, tree_of_each: each } of points) {
    expect(each.modelled_seconds).toBeLessThanOrEqual(one.modelled_seconds);
    // Nothing to slice: slicing alone takes the time of one device.
    expect(each.extra_speedup).toBeGreaterThan(0.9 * devices);
    expect(each.extra_speedup).toBeLessThanOrEqual(devices);
  }
});

test("run prints values and figures' findings", async () => {
  const { code: exit, stdout, stderr } = await tnlab(["run", "chain.tn"], folder);
  expect([exit, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(
    /^R\[i: 4, k: 4\]: float64 = \[.*, \.\.\. 8 more\]\n.* measured, .* modelled on threads\(2\)/,
  );
  expect(stdout).toMatch(/order of R/);
});

test("run --json gives every entry, row-major over the open indices", async () => {
  const { code: exit, stdout } = await tnlab(["run", "ones.tn", "--json"], folder);
  const value = { labels: ["j", "i"], shape: [3, 2], dtype: "float64", re: [0, 1, 10, 11, 20, 21] };
  const result = { network: "R", engine: "threads", machine: "threads(1)", devices: 1, slices: 1, value };
  const figures = {
    modelled_seconds: expect.any(Number) as number,
    measured_seconds: expect.any(Number) as number,
    peak_bytes: expect.any(Number) as number,
  };
  const outputs = [{ "text/plain": expect.stringContaining("R[j: 3, i: 2]") as string }];
  expect(exit).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    ok: true,
    outputs,
    results: [{ ...result, ...figures }],
    diagnostics: [],
  });
});

test("run keeps what came before the statement that failed", async () => {
  const { code: exit, stdout, stderr } = await tnlab(["run", "stops.tn"], folder);
  expect([exit, stdout.startsWith("R[i: 4, k: 4]")]).toEqual([1, true]);
  expect(stderr).toMatch(/^stops.tn:6:1 error\[cannot-run\]: dgx-h100 is a model/);
});

test("Ctrl-C ends a run with 130", async () => {
  const running = start(["run", "long.tn"], folder);
  await running.printed("S = ");
  running.signal("SIGINT");
  const { code: exit, stderr } = await running.finished;
  expect([exit, stderr]).toEqual([130, "tnlab: interrupted\n"]);
});

test("a run that is killed goes on from its last checkpoint, to the same value", async () => {
  writeFileSync(path.join(folder, "slow.tn"), SLOW);
  const [sums, program] = [path.join(folder, "sums"), path.join(folder, "slow.tn")];
  const run = start(["run", program, "--checkpoints", sums]);
  const slices = (): number[] =>
    (existsSync(sums) ? readdirSync(sums, { recursive: true }) : []).flatMap((name) => {
      const [, done] = /\/0-\d-(\d+)$/.exec(String(name)) ?? [];
      return done === undefined ? [] : [Number(done)];
    });
  while (slices().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  run.signal("SIGKILL");
  await run.finished;
  expect(slices()[0]).toBeLessThan(48);
  const goesOn = await tnlab(["run", program, "--checkpoints", sums]);
  expect(goesOn.stdout).toMatch(/^Z: goes on from .*sums/);
  const whole = await tnlab(["run", program]);
  expect(goesOn.stdout.split("\n")[1]).toBe(whole.stdout.split("\n")[0]);
  expect(readdirSync(sums)).toEqual([]);
  const refused = await tnlab(["run", program, "--checkpoints", path.join(program, "sums")]);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toMatch(/no sums can be kept in .*: a part of its path is a file/);
});

test("a notebook prints its outputs where they belong", async () => {
  const { code: exit, stdout, stderr } = await tnlab(["run", "good.ipynb"], folder);
  expect([exit, stdout, stderr]).toEqual([0, "a\n42\n", "b\n"]);
});

test("a notebook that fails is written all the same", async () => {
  const { code: exit, stdout, stderr } = await tnlab(["run", "fails.ipynb", "--to", "out.ipynb"], folder);
  expect([exit, stdout]).toEqual([1, "wrote out.ipynb\n"]);
  expect(stderr).toMatch(/^TypeError: oops/);
  const written = readFileSync(path.join(folder, "out.ipynb"), "utf8");
  expect(written).toContain('"ename": "TypeError"');
  expect(written).not.toContain("later\\n");
});

test("an exported notebook is a page with the outputs that it holds, and runs nothing", async () => {
  await tnlab(["run", "good.ipynb", "--to", "ran.ipynb"], folder);
  const { code: exit, stdout, stderr } = await tnlab(["export", "ran.ipynb"], folder);
  expect([exit, stdout, stderr]).toEqual([0, "wrote ran.html\n", ""]);
  expect(readFileSync(path.join(folder, "ran.html"), "utf8")).toContain("42");
  const bare = await tnlab(["export", "good.ipynb", "--to", "bare.html"], folder);
  expect([bare.code, bare.stdout]).toEqual([0, "wrote bare.html\n"]);
  expect(bare.stderr).toMatch(/^"good.ipynb" has no outputs: tnlab run good.ipynb --to bare.html runs it/);
});

test("--allow-errors goes on and succeeds", async () => {
  const {
    code: exit,
    stdout,
    stderr,
  } = await tnlab(["run", "fails.ipynb", "--allow-errors", "--json"], folder);
  const cells = (JSON.parse(stdout) as { cells: { id: string; outputs: object[] }[] }).cells;
  expect([exit, cells.map(({ id, outputs }) => [id, outputs.length])]).toEqual([
    0,
    [["c0", 0], ["c1", 1], ["c2", 1]], // prettier-ignore
  ]);
  expect(stderr).toMatch(/^TypeError: oops/);
});

test("install writes the kernelspec under the prefix, and says where", async () => {
  const where = path.join(folder, "prefix", "share", "jupyter", "kernels", "tnlab");
  const asJson = await tnlab(["install", "--prefix", "prefix", "--json"], folder);
  expect([asJson.code, JSON.parse(asJson.stdout)]).toEqual([0, { folder: where }]);
  const { argv } = JSON.parse(readFileSync(path.join(where, "kernel.json"), "utf8")) as { argv: string[] };
  expect(argv.slice(0, 2).every((file) => existsSync(file))).toBe(true);
  const { stdout } = await tnlab(["install", "--prefix", "prefix"], folder);
  expect(stdout).toBe(`installed the kernel "tnlab" in ${where}\n`);
});

test("lab serves the folder at the address it prints, until Ctrl-C", async () => {
  const running = start(["lab", folder, "--no-open"]);
  await running.printed("Ctrl-C");
  running.signal("SIGINT");
  const { code: exit, stdout, stderr } = await running.finished;
  expect([exit, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/http:\/\/127\.0\.0\.1:\d+\/\?token=\w+/);
});
