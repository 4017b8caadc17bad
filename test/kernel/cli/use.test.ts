/** What the command line says to wrong use and bad files, in this process; process.test.ts starts it for real. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { commands } from "../../../kernel/cli/commands.ts";
import { dispatch, type Loaders } from "../../../kernel/cli/dispatch.ts";
import { folderWith, type Finished } from "./tnlab.ts";

const NET = '{"inputs": [["a","b"],["b","c"],["c","a"]], "output": [], "sizes": {"a": 2, "b": 3, "c": 4}}';

const BIG =
  '{"inputs": [["a","b"],["b","c"]], "output": ["a","c"], "sizes": {"a": 1000000, "b": 2, "c": 1000000}}';

const folder = folderWith({
  "big.json": BIG,
  "folder.ipynb/": "",
  "net.json": NET,
  "syntax.json": '{\n "inputs": [["a"]],\n "output": [],\n}\n',
  "fields.json": '{"inputs": [["a"], ["b", true]], "output": [], "sizes": {"a": 2, "b": 2}}',
  "binary.json": Buffer.from([0, 255, 254, 1]),
  "good.tn":
    "index i: 2\ntensor A[i] = normal(seed 1)\nnetwork R[i] = A\nnetwork S = A A\nmachine m = threads(2)\n",
  "wrong.tn": "index i: 2\ntensor A[i] = normal(seed 1)\nnetwork R = A B\nrun Q on threads(1)\n",
  "none.tn": "let x = 1\n",
  "loose.tn": "let x=1 # one\n",
  "unread.tn": "let x =\n",
  "empty.tn": " \n",
  "folder.tn/": "",
  "imports.tn": 'import "absent.qsim" as C\n',
  "bell.qsim": "2\n0 h 0\n1 cnot 0 1\n",
  "wrong.qsim": "2\n0 h 0\n1 foo 1\n2 cz 1 9\n",
  "empty.ipynb": "",
  "syntax.ipynb": '{\n "cells": [\n}\n',
  "fields.ipynb": '{"cells": 1, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
  "good.ipynb": '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
});

/** Typed words, and what stderr then says. */
type Row = readonly [words: string, says: RegExp];

const WRONG_USE: readonly Row[] = [
  ["", /Usage: tnlab <command>/],
  ["chek good.tn", /no command chek; did you mean check\?/],
  ["frobnicate", /no command frobnicate\n/],
  ["help ordr", /no command ordr; did you mean order\?/],
  ["help bad-extend", /no command bad-extend; did you mean bad-extent\?/],
  ["--hepl", /no option --hepl here; did you mean --help\?/],
  ["order", /FILE is missing/],
  ["order net.json more", /unexpected argument "more"/],
  ["install more", /unexpected argument "more"/],
  ["order net.json --sceonds 5", /no option --sceonds; did you mean --seconds\?/],
  ["order net.json -s 5", /no option -s\n/],
  ["order net.json --json=1", /--json takes no value/],
  ["order net.json --seconds", /--seconds needs a value: --seconds S/],
  ["order net.json --seconds --json", /--seconds needs a value/],
  ["order net.json --seed 1 --seed 2", /--seed is given twice/],
  ["order net.json --seconds abc", /--seconds takes a positive number, got "abc"/],
  ["order net.json --seconds 0", /--seconds takes a positive number/],
  ["order net.json --seconds -1", /--seconds takes a positive number, got "-1"/],
  ["order net.json --seconds Infinity", /--seconds takes a positive number/],
  ["order net.json --seconds 1e999", /--seconds takes a positive number/],
  ["order net.json --seed 1.5", /--seed takes a whole number from 0 to/],
  ["order net.json --seed 4294967296", /--seed takes a whole number/],
  ["order net.json --workers 0", /--workers takes a whole number from 1/],
  [
    "order net.json --minimize flop",
    /--minimize takes flops, size, combo, writes or peak, got "flop"; did you mean flops\?/,
  ],
  ["order net.json --max-size -3", /--max-size takes a number, 0 or more/],
  ["order net.json --max-size 0x10", /--max-size takes a number/],
  ["order net.json --network R", /--network goes with a program/],
  ["order net.json --bits 00", /--bits goes with a circuit/],
  ["order bell.qsim --bits 000", /--bits: the circuit has 2 qubits/],
  ["order bell.qsim --bits 02", /--bits: .*got 2/],
  ["order good.tn", /defines several networks; choose with --network; its networks: R, S/],
  ["order good.tn --network T", /has no network T/],
  ["order net.txt", /"net.txt" is a .txt file; known: .tn, .qsim, .qasm, .cnf, .uai, .json/],
  ["order net", /has no extension; known:/],
  ["check net.json", /known: .tn\n/],
  ["fmt net.json", /known: .tn\n/],
  ["fmt good.tn --write --check", /--write and --check exclude each other/],
  ["run good.tn --engine trch", /no engine trch \(known: threads, torch\); did you mean torch\?/],
  ["run good.tn --processes 2", /--processes goes with --engine only/],
  ["run good.tn --engine torch --processes 0", /--processes takes a whole number from 1/],
  ["run good.ipynb --engine torch", /--engine goes with a program \(\.tn\) only/],
  [
    "run good.tn --arithmetic bls",
    /no arithmetic bls \(known: wasm, wasm-relaxed, blas, auto\); did you mean blas\?/,
  ],
  ["run good.tn --engine torch --arithmetic auto", /--arithmetic is of the threads engine, not of torch/],
  ["run good.ipynb --checkpoints sums", /--checkpoints goes with a program \(\.tn\) only/],
  [
    "run good.tn --engine threads --overlap",
    /--overlap is of the torch engine: worker threads do not move and/,
  ],
  ["run good.ipynb --overlap", /--overlap goes with a program \(\.tn\) only/],
  ["run good.ipynb --arithmetic auto", /--arithmetic goes with a program \(\.tn\) only/],
  ["run good.ipynb --trace out.json", /--trace goes with a program \(\.tn\) only/],
  ["export-job good.tn --network R", /--out is missing/],
  ["export-job good.tn --network R --out job --device gpu", /--device takes auto, cpu, cuda or cuda-shared/],
  ["schedule net.json", /--machine is missing/],
  ["schedule net.json --machine dgx-h10", /no machine dgx-h10 .*did you mean dgx-h100\?/],
  ["schedule net.json --machine threads(0)", /no machine threads\(0\)/],
  ["schedule net.json --machine dgx-h100 --devices 9", /dgx-h100 has 8 devices, fewer than --devices 9/],
  ["schedule net.json --machine dgx-h100 --devices 1.5", /--devices takes a whole number/],
  ["schedule net.json --machine dgx-h100 --devices 8..2", /--devices takes a range such as 8..1024/],
  ["schedule net.json --machine h100-cluster --devices 9..15", /no count that fills h100-cluster/],
  ["schedule net.json --machine dgx-h100 --devices 1..9", /dgx-h100 has 8 devices, fewer than --devices 9/],
  ["schedule net.json --machine dgx-h100 --devices 1..8 --slow-link 0,1", /--slow-link goes with one count/],
  ["schedule net.json --machine dgx-h100 --slow-link 5", /--slow-link takes NODE,DEVICE or/],
  ["schedule net.json --machine dgx-h100 --slow-link 0,1,101", /--slow-link takes NODE,DEVICE or/],
  ["run good.txt", /known: .tn, .ipynb/],
  ["run good.tn --to out.pdf", /known: .html, .ipynb/],
  ["run good.tn --to out.html --engine torch", /--engine goes with a program \(\.tn\) without --to only/],
  ["run good.tn --parameters {}", /--parameters goes with a notebook/],
  ["run good.ipynb --to out.pdf", /known: .html, .ipynb/],
  ["run good.ipynb --timeout 0", /--timeout takes a positive number/],
  ["lab --port 65536", /--port takes a whole number from 0 to 65535/],
  ["install --user --prefix x", /--user and --prefix exclude each other/],
  ["kernel", /--connection-file is missing/],
];

const FAILURES: readonly Row[] = [
  ["check absent.tn", /cannot read "absent.tn": there is no such file/],
  ["check folder.tn", /cannot read "folder.tn": it is a folder/],
  ["check empty.tn", /"empty.tn" is empty/],
  ["check imports.tn", /imports.tn:1:8 error.*absent.qsim.*there is no such file/],
  ["fmt absent.tn", /cannot read "absent.tn": there is no such file/],
  ["fmt unread.tn", /^unread.tn:1:8 error.*ends too early/],
  ["fmt loose.tn --check", /loose.tn is not formatted: tnlab fmt --write loose.tn/],
  ["order absent.json", /cannot read "absent.json": there is no such file/],
  ["order net.json/x.json", /cannot read .*a part of its path is a file/],
  ["order syntax.json", /^syntax.json: line 4: not valid JSON/],
  ["order fields.json", /^fields.json: inputs\[1\]\[1\]: expected the name of an index, got true/],
  ["order binary.json", /"binary.json" is not a text file/],
  ["order none.tn", /"none.tn" defines no network/],
  ["order wrong.tn", /^wrong.tn:3:15 error.*no tensor B[^]*^wrong.tn:4:5 error.*no network Q/m],
  ["order wrong.qsim", /^wrong.qsim:3:1 error[^]*foo[^]*^wrong.qsim:4:1 error.*9 is no qubit/m],
  [
    "schedule big.json --machine threads(1) --seconds 0.1",
    /no slicing brings network under .*GiB on one device/,
  ],
  ["schedule net.json --machine dgx-h100 --slow-link 1,0", /no device 0 in node 1; nodes are 0 to 0/],
  ["run absent.ipynb", /cannot read "absent.ipynb"/],
  ["run empty.ipynb", /"empty.ipynb" is empty/],
  ["run syntax.ipynb", /syntax.ipynb: line 3: not a notebook/],
  ["run fields.ipynb", /fields.ipynb: cells: expected a list, got 1/],
  ["run good.ipynb --parameters [1]", /cannot read "\[1\]": there is no such file/],
  ["run good.ipynb --parameters {1}", /--parameters: expected a JSON object of values by name/],
  ["run good.ipynb --parameters net.json", /no cell has the tag parameters/],
  ["run good.ipynb --to absent/out.html", /cannot write "absent\/out.html": there is no folder/],
  ["run good.ipynb --to folder.ipynb", /cannot write "folder.ipynb": it is a folder/],
  ["export-job net.json --out job", /"net.json" has no numbers: import it into a program/],
  ["export-job good.tn --network R --out net.json/job", /net\.json.*: a part of its path is a file/],
  ["export-job good.tn --network R --out net.json", /cannot write "net.json": it is a file/],
  ["export-job good.tn --network R --out .", /cannot write "\.": it holds other files; name a new folder/],
  ["import-report absent", /cannot read "absent\/schedule.json": there is no such file/],
  ["lab absent", /there is no folder "absent"/],
  ["lab net.json", /"net.json" is a file; give the folder/],
  ["install --prefix net.json", /net.json.*a part of its path is a file/],
  ["kernel --connection-file absent.json", /connection file absent.json/],
];

/** The commands as main.ts has them, in this process. */
const loaders: Loaders = {
  check: () => import("../../../kernel/cli/check.ts"),
  fmt: () => import("../../../kernel/cli/fmt.ts"),
  order: () => import("../../../kernel/cli/order.ts"),
  schedule: () => import("../../../kernel/cli/schedule.ts"),
  run: () => import("../../../kernel/cli/run.ts"),
  export: () => import("../../../kernel/cli/export.ts"),
  "export-job": () => import("../../../kernel/cli/export-job.ts"),
  "import-report": () => import("../../../kernel/cli/import-report.ts"),
  lab: () => import("../../../kernel/cli/lab.ts"),
  install: () => import("../../../kernel/cli/install.ts"),
  doctor: () => import("../../../kernel/cli/doctor.ts"),
  kernel: () => import("../../../kernel/cli/kernel.ts"),
};

const home = process.cwd();

beforeAll(() => {
  process.chdir(folder);
});

afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

async function told(words: string): Promise<Finished> {
  const [out, err] = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockReturnValue(true),
  );
  const textOf = (spy: typeof out): string => spy?.mock.calls.map(([text]) => String(text)).join("") ?? "";
  try {
    const code = await dispatch(words === "" ? [] : words.split(" "), loaders, "1.2.3");
    return { code, stdout: textOf(out), stderr: textOf(err) };
  } finally {
    vi.restoreAllMocks();
  }
}

const names = Object.keys(commands);

test.each(["--help", "-h", "help"])("tnlab %s lists every command", async (words) => {
  const { code, stdout, stderr } = await told(words);
  expect([code, stderr]).toEqual([0, ""]);
  for (const name of names) expect(stdout).toContain(`\n  ${name} `);
});

test.each(Object.values(commands))("the help of $name tells its use and every option", async (spec) => {
  const asked = [
    `${spec.name} --help`,
    `${spec.name} -h`,
    `help ${spec.name}`,
    `${spec.name} --sceonds --help`,
  ];
  for (const words of asked) {
    const { code, stdout, stderr } = await told(words);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`Usage: tnlab ${spec.name} ${spec.synopsis}\n`);
    for (const option of Object.keys(spec.options)) expect(stdout).toContain(`\n  --${option} `);
  }
});

test("tnlab help errors lists every mistake, and help CODE explains and mends one", async () => {
  const list = await told("help errors");
  expect([list.code, list.stderr]).toEqual([0, ""]);
  expect(list.stdout).toMatch(/^bad-extent {2,}An extent is a positive integer\.$/m);
  const one = await told("help bad-extent");
  expect([one.code, one.stderr]).toEqual([0, ""]);
  expect(one.stdout).toContain("2:10 error[bad-extent]: the extent of i is 1.5");
  expect(one.stdout).toContain("Mended:");
});

test("tnlab fmt prints a program, checks it, and writes it", async () => {
  expect(await told("fmt loose.tn")).toEqual({ code: 0, stdout: "let x = 1  # one\n", stderr: "" });
  writeFileSync("written.tn", "let x=1\n");
  expect(await told("fmt written.tn --write")).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(readFileSync("written.tn", "utf8")).toBe("let x = 1\n");
  expect(await told("fmt written.tn --check")).toEqual({ code: 0, stdout: "", stderr: "" });
});

test.each(["--version", "-V"])("tnlab %s prints the version", async (words) => {
  expect(await told(words)).toEqual({ code: 0, stdout: "1.2.3\n", stderr: "" });
});

test.each(WRONG_USE)("tnlab %s is wrong use", async (words, says) => {
  const { code, stdout, stderr } = await told(words);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(says);
  expect(stderr).toMatch(/usage: tnlab /i);
});

test.each(FAILURES)("tnlab %s fails", async (words, says) => {
  const { code, stdout, stderr } = await told(words);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/^ +at |bug of tnlab/m);
});

test("an error that nobody foresaw is told as a bug, with its stack", async () => {
  const broken = { ...loaders, install: () => Promise.reject(new TypeError("x is not a function")) };
  const err = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const code = await dispatch(["install"], broken, "1.2.3");
  const text = String(err.mock.calls[0]?.[0]);
  vi.restoreAllMocks();
  expect([code, text]).toEqual([
    1,
    expect.stringMatching(/bug of tnlab.*\nTypeError: x is not a function\n +at /),
  ]);
});
