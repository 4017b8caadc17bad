/** Some thousands of programs made wrong on purpose; `npm run fuzz` tries many more, with a limit on time. */
import { expect, test } from "vitest";
import { corpus } from "../../fuzz/corpus.ts";
import { fault } from "../../fuzz/judge.ts";
import { mutant } from "../../fuzz/mutate.ts";

const seeds = corpus();

test("the programs that the mutations start from are no faults themselves", () => {
  expect(seeds.length).toBeGreaterThan(10);
  for (const source of seeds) expect(fault(source)).toBeUndefined();
});

test("a seed gives one program, and most mutants differ from what they come from", () => {
  const mutants = Array.from({ length: 200 }, (_, seed) => mutant(seeds, seed));
  expect(mutants).toEqual(Array.from({ length: 200 }, (_, seed) => mutant(seeds, seed)));
  expect(mutants.filter((source) => seeds.includes(source)).length).toBeLessThan(20);
});

test("nothing is thrown at 3,000 mutated programs, and every mistake has its place", () => {
  const faults: string[] = [];
  for (let seed = 0; seed < 3000; seed += 1) {
    const found = fault(mutant(seeds, seed));
    if (found !== undefined) faults.push(`npm run fuzz -- --show ${seed}: ${found}`);
  }
  expect(faults).toEqual([]);
});
