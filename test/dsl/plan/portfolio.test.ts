import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { cost } from "../../../dsl/plan/cost.ts";
import { objectiveValue } from "../../../dsl/plan/objective.ts";
import {
  bestFound,
  bestWhole,
  merge,
  nextUnit,
  portfolio,
  type Portfolio,
} from "../../../dsl/plan/portfolio.ts";
import { fits, type Candidate } from "../../../dsl/plan/problem.ts";
import { prepare, treeOf, type Prepared } from "../../../dsl/plan/search.ts";
import { perform, type Unit } from "../../../dsl/plan/unit.ts";
import { randomNetwork } from "./networks.ts";

const never = (): boolean => false;

interface Step {
  readonly unit: Unit;
  readonly found: Candidate;
  readonly better: boolean;
}

function run(prepared: Prepared, units: number): { state: Portfolio; steps: Step[] } {
  const { problem } = prepared;
  const state = portfolio(problem.graph.tensors.length, problem.maxLog2Size, 7);
  const steps = Array.from({ length: units }, (_, count) => {
    const unit = nextUnit(state, { share: count / units });
    const found = perform(problem, unit, never);
    return { unit, found, better: merge(state, unit, found) };
  });
  return { state, steps };
}

const net = randomNetwork(mulberry32(3), 40, 66);

test("the first unit is a plain greedy tree; a unit says by itself what it finds", () => {
  const prepared = prepare(net, { objective: "flops" });
  const { steps } = run(prepared, 24);
  expect(steps[0]?.unit.work).toEqual({ kind: "greedy" });
  expect(new Set(steps.map(({ unit }) => unit.seed)).size).toBe(24);
  for (const { unit, found } of steps.slice(0, 6)) {
    const copy = JSON.parse(JSON.stringify(unit)) as Unit;
    expect(perform(prepared.problem, copy, never)).toEqual(found);
  }
});

test("the best is the best of all found, its score is its cost, and lines stay in order and apart", () => {
  const prepared = prepare(net, { objective: "flops" });
  const { state, steps } = run(prepared, 30);
  const least = Math.min(...steps.map(({ found }) => found.score));
  expect(bestFound(state)?.score).toBe(least);
  expect(steps.filter(({ better }) => better).at(-1)?.found.score).toBe(least);
  const scores = state.lines.map(({ found }) => found.score);
  expect(scores.length).toBeGreaterThan(1);
  scores.slice(1).forEach((score, place) => expect(score).toBeGreaterThan((scores[place] ?? NaN) + 1e-9));
  // What absorption costs comes on top of the score, and is little.
  const tree = treeOf(prepared, bestFound(state) as Candidate);
  const all = objectiveValue(net, tree, "flops");
  expect(all).toBeGreaterThanOrEqual(least - 1e-9);
  expect(2 ** all - 2 ** least).toBeLessThan(net.tensors.length * 4 ** 4);
});

test("with a limit that whole trees do not meet, later units slice, and the best one fits", () => {
  const prepared = prepare(net, { objective: "flops", maxLog2Size: 5 });
  const { state, steps } = run(prepared, 40);
  const kinds = new Set(steps.map(({ unit }) => unit.work.kind));
  for (const kind of ["start", "narrow", "slice", "reslice"] as const) expect(kinds).toContain(kind);
  const best = bestFound(state) as Candidate;
  expect(fits(prepared.problem, best)).toBe(true);
  const fitting = steps.filter(({ found }) => fits(prepared.problem, found)).map(({ found }) => found.score);
  expect(best.score).toBe(Math.min(...fitting));
  expect(bestWhole(state)?.score).toBeLessThanOrEqual(best.score);
  // The score is over all slices.
  const { log10Flops } = cost(net, treeOf(prepared, best));
  expect(log10Flops / Math.log10(2)).toBeGreaterThanOrEqual(best.score - 1e-6);
  expect(2 ** (log10Flops / Math.log10(2) - best.score)).toBeLessThan(1.5);
});

test("slicing that has only begun when time ends is not taken for a result", () => {
  const prepared = prepare(net, { objective: "flops", maxLog2Size: 3 });
  const state = portfolio(prepared.problem.graph.tensors.length, 3, 7);
  const first = nextUnit(state, { share: 0 });
  merge(state, first, perform(prepared.problem, first, never));
  let asked = 0;
  const soon = (): boolean => (asked += 1) > 1;
  const unit = nextUnit(state, { share: 0.9 });
  const found = perform(prepared.problem, unit, soon);
  expect(fits(prepared.problem, found)).toBe(false);
  merge(state, unit, found);
  expect(state.chains).toEqual([]);
});
