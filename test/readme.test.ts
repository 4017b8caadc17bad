/** What README.md shows is what happens. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { MAIN } from "./kernel/cli/tnlab.ts";

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

/** A console block: the command after `$`, and what it prints on either stream. */
function session(block: string): { readonly shown: string; readonly printed: string } {
  const [first = "", ...shown] = block.split("\n");
  const command = first.replace(/^\$ /, "").replace("npx tnlab", `"${process.execPath}" "${MAIN}"`);
  const { stdout } = spawnSync(`(${command}) 2>&1`, { cwd: folder, shell: true, encoding: "utf8" });
  return { shown: shown.join("\n"), printed: stdout.trimEnd() };
}

/** Measured times differ from run to run; modelled ones and sizes change with the planner. */
function masked(text: string): string {
  return text.replace(/\b[\d.]+ (?:s|ms|us|µs|ns)(?= )/g, "T").replace(/\b[\d.]+ [KMG]?i?B\b/g, "B");
}

const [run = "", mistakes = ""] = blocks("console");

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

test("every command that the README names has a help", () => {
  const named = [...new Set([...readme.matchAll(/`tnlab ([\w-]+)/g)].map(([, name]) => name ?? ""))];
  expect(named.length).toBeGreaterThan(5);
  const help = execFileSync(process.execPath, [MAIN, "--help"], { encoding: "utf8" });
  expect(named.filter((name) => !help.includes(`\n  ${name} `))).toEqual([]);
});
