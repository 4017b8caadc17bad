/** `tnlab run` of programs that read files: what it prints, and its JSON. */
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { npyFile, npzFile } from "../../dsl/formats/bytes.ts";
import { folderWith, tnlab } from "./tnlab.ts";

const folder = folderWith({
  "free.cnf": "p cnf 70 1\n1 2 0\n",
  "chain.json": '{"inputs": [["a","b"],["b","c"]], "output": [], "sizes": {"a": 2, "b": 1, "c": 2}}',
  "data.npz": Buffer.from(
    npzFile({ T0: npyFile("<f8", [2, 1], [1, 2]), T1: npyFile("<f8", [1, 2], [3, 4]) }),
  ),
  "count.tn": 'import "free.cnf" as F\nnetwork N = count(F)\norder N = greedy\nrun N on threads(1)\n',
  "data.tn":
    'import "chain.json" as E\nnetwork N = E with file("data.npz")\norder N = greedy\nrun N on threads(1)\nrun E dry\n',
  "bare.tn": 'import "chain.json" as E\nrun E\n',
  // 1e-30 to the fifth where all three indices are 0.
  "lost.tn": `tensor A[a: 2] = [1e-30, 1]
tensor D[a: 2, b: 2, c: 2] = (a + b + c == 0)
network N: float32 = A[a] A[a] A[b] A[b] A[c] D[a, b, c]
order N = greedy
run N on threads(1)
`,
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("a count carries all its digits", async () => {
  const { code, stdout, stderr } = await tnlab(["run", "count.tn", "--json"], folder);
  expect([code, stderr]).toEqual([0, ""]);
  const models = String(3n * 2n ** 68n);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    outputs: [{ "text/plain": expect.stringMatching(`^N = ${models} \\(exact\\)\n`) as string }],
    results: [{ network: "N", value: { re: [Number(models)] }, exact: { entries: [models] } }],
  });
});

test("a network gets its data from a file, and runs dry without", async () => {
  const { code, stdout } = await tnlab(["run", "data.tn"], folder);
  expect([code, stdout.split("\n")[0]]).toEqual([0, "N = 21"]);
  expect(stdout).toMatch(/^E on .*modelled, not run/m);
});

test("a network without data is not run, and the way out is told", async () => {
  const { code, stderr } = await tnlab(["run", "bare.tn"], folder);
  expect(code).toBe(1);
  expect(stderr).toMatch(/bare\.tn:2:5 error.*network E has no data to run with/);
  expect(stderr).toMatch(/hint: give it data: network E1 = E with normal\(seed 1\)/);
});

test("a trace has the last run of each network, measured or modelled", async () => {
  const { code } = await tnlab(["run", "data.tn", "--trace", "trace.json"], folder);
  expect(code).toBe(0);
  const { traceEvents } = JSON.parse(readFileSync(path.join(folder, "trace.json"), "utf8")) as {
    readonly traceEvents: readonly { readonly name: string; readonly args: { readonly name?: string } }[];
  };
  const processes = traceEvents.filter(({ name }) => name === "process_name").map(({ args }) => args.name);
  expect(processes).toEqual([
    expect.stringMatching(/^N on threads\(1\), measured$/),
    expect.stringMatching(/^E on .*, modelled$/),
  ]);
});

test("a trace that cannot be written is refused before anything runs", async () => {
  const { code, stdout, stderr } = await tnlab(["run", "data.tn", "--trace", "absent/trace.json"], folder);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/cannot write "absent\/trace.json": there is no folder/);
});

test("an underflow is told", async () => {
  const { code, stdout } = await tnlab(["run", "lost.tn", "--json"], folder);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    results: [
      {
        value: { re: [0] },
        exact: { entries: [expect.stringMatching(/e-150$/) as string] },
        warnings: [expect.stringMatching(/^N underflowed float32/) as string],
      },
    ],
  });
});
