/** Values beyond float64 as a run shows them: exact counts, partition functions with an exponent, and what a dtype lost. */
import { rmSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import type { RunReport } from "../../../kernel/engine/report.ts";
import { emptyEnvironment, evaluate } from "../../../kernel/session/program.ts";
import { folderWith } from "../cli/tnlab.ts";

/** A ring of eight spins with equal bonds of 1e100 and unequal ones of `other`. */
const ring = (other: string): string =>
  ["MARKOV", "8", "2 2 2 2 2 2 2 2", "8"]
    .concat(Array.from({ length: 8 }, (_, spin) => `2 ${spin} ${(spin + 1) % 8}`))
    .concat(Array.from({ length: 8 }, () => `4\n1e100 ${other} ${other} 1e100`))
    .join("\n");

const folder = folderWith({
  "free.cnf": "p cnf 70 1\n1 2 0\n",
  "none.cnf": "p cnf 2 3\n1 0\n-1 0\n2 0\n",
  "weighted.cnf": "c t wmc\np cnf 2 1\n1 2 0\nc p weight 1 0.3 0\nc p weight -1 0.7 0\n",
  "thirds.cnf": "c t wmc\np cnf 2 1\n1 2 0\nc p weight 1 1/3 0\nc p weight -1 2/3 0\n",
  "long.cnf": `c t wmc\np cnf 1 0\nc p weight 1 0.${"123".repeat(9)} 0\nc p weight -1 0.5 0\n`,
  "ring.uai": ring("1"),
  "steep.uai": ring("1e-200"),
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function ran(source: string): Promise<{ text: string; report: RunReport | undefined }> {
  const texts: string[] = [];
  const { ok, diagnostics, environment } = await evaluate(
    `${source}\norder N = greedy\nrun N on threads(2)`,
    emptyEnvironment(),
    {
      show: ({ data }) => texts.push(String(data["text/plain"])),
      variable: () => undefined,
      folder,
      signal: new AbortController().signal,
    },
  );
  expect([ok, diagnostics]).toEqual([true, []]);
  return { text: texts.join("\n"), report: environment.results.get("N")?.report };
}

const MODELS = String(3n * 2n ** 68n);

test.each([
  ['import "free.cnf" as F\nnetwork N = count(F)', [MODELS], `N = ${MODELS} (exact)\n`],
  ['import "free.cnf" as F\nnetwork N: float32 = count(F)', [MODELS], `N = ${MODELS} (exact)\n`],
  [
    'import "free.cnf" as F\nnetwork N[x_1] = count(F)',
    [String(2n ** 68n), String(2n ** 69n)],
    `N[x_1: 2]: float64 = [${2n ** 68n}, ${2n ** 69n}] (exact)\n`,
  ],
  ['import "none.cnf" as F\nnetwork N = count(F)', ["0"], "N = 0 (exact)\n"],
  // x1: 0.3 * 2, and 0.7 where x1 is false and x2 must be true.
  ['import "weighted.cnf" as F\nnetwork N = count(F)', ["1.3"], "N = 1.3 (exact)\n"],
  ['import "thirds.cnf" as F\nnetwork N = count(F)', ["4/3"], "N = 4/3 (exact)\n"],
])("%s", async (source, entries, line) => {
  const { text, report } = await ran(source);
  expect(report?.exact).toEqual({ kind: "exact", entries });
  expect(report?.warnings).toBeUndefined();
  expect(text).toContain(line);
});

test("weights of more digits than float64 has make a certified value", async () => {
  const { text, report } = await ran('import "long.cnf" as F\nnetwork N = count(F)');
  expect(report?.exact).toMatchObject({ kind: "scaled" });
  expect(text).toMatch(/^N = 0\.62312312312312\d* \(relative error at most \de-16\)$/m);
});

test("a partition function does not overflow", async () => {
  const { text, report } = await ran('import "ring.uai" as G\nnetwork N = partition(G)');
  // All spins equal; walls cost 1e200 a pair.
  expect(report?.exact).toMatchObject({
    kind: "scaled",
    re: [{ mantissa: expect.closeTo(2, 12) as number, exponent10: 800 }],
  });
  expect(text).toMatch(/^N = 2e800 \(relative error at most \de-1[45]\)$/m);
  expect(text).not.toMatch(/warning/);
});

test("a value without a proven bound of its error says so", async () => {
  const { text } = await ran('import "steep.uai" as G\nnetwork N = partition(G)');
  expect(text).toMatch(/^N = 2e800 \(rounded; no proven bound of the error\)$/m);
});

test("a marginal of a partition function keeps its exponent", async () => {
  const { text } = await ran('import "ring.uai" as G\nnetwork N[x_0] = partition(G)');
  expect(text).toMatch(/^N\[x_0: 2\]: float64 = \[1e800, 1e800\] \(relative/m);
});

const POWERS = (dtype: string, entry: string): string =>
  `tensor A[a: 2, b: 2] = ${entry} * (1 + a * b)\nnetwork N: ${dtype} = A[i,j] A[j,k] A[k,l] A[l,m] A[m,i]`;

// The trace of [[1, 1], [1, 2]]^5 is 123, the tenth Lucas number.
test.each([
  ["float32", "1e10", "N = 1.23e52", /overflowed float32, which ends at 3.4e38; .*write network N: float64/],
  [
    "float32",
    "1e-10",
    "N = 1.23e-48",
    /underflowed float32, which ends at 1.2e-38; .*write network N: float64/,
  ],
  ["complex64", "1e10", "N = 1.23e52", /overflowed complex64.*write network N: complex128/],
  ["float32", "1e-8", "N = 1.23e-38", undefined],
  ["float32", "9e-9", "N = 7.26", /below 1.2e-38, where float32 loses digits/],
  ["float64", "1e70", "N = 1.23e352", /overflowed float64, which ends at 1.8e308; .*multiply its tensors/],
  ["float64", "1e-70", "N = 1.23e-348", /underflowed float64/],
])("%s of %s", async (dtype, entry, value, warning) => {
  const { text, report } = await ran(POWERS(dtype, entry));
  expect(text).toContain(value);
  if (warning === undefined) expect(report).not.toHaveProperty("warnings");
  else expect(report?.warnings).toEqual([expect.stringMatching(warning) as string]);
  expect(text.match(/^warning: /gm)?.length ?? 0).toBe(warning === undefined ? 0 : 1);
});

test("a value that is 0 is no underflow", async () => {
  const { text, report } = await ran("tensor A[a: 2] = [1, -1]\nnetwork N: float32 = A[a]");
  expect(text).toMatch(/^N = 0$/m);
  expect([report?.warnings, report?.exact]).toEqual([undefined, undefined]);
});
