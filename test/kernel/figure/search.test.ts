import { expect, test } from "vitest";
import { searchFigure, type SearchProgress } from "../../../kernel/figure/search.ts";
import { expectSound, titleLines, tracesOf } from "./check.ts";

const step = (seconds: number, log10Flops: number, method: string, log2Slices = 0) => ({
  ...{ seconds, log10Flops, log2Size: 20, log2Slices, method },
});

const progress: SearchProgress = {
  network: "Z",
  objective: "flops",
  quantity: "flops",
  steps: [step(0, 9, "greedy"), step(0.25, 8.5, "annealing"), step(2, 8, "annealing", 3)],
  seconds: 4,
  finished: true,
  least: 10,
};

test("the cost of a search falls in steps until its end, above its lower bound", () => {
  const figure = searchFigure(progress);
  expectSound(figure);
  const [best, greedy, annealing, bound] = tracesOf(figure);
  // A logarithmic axis begins at a millisecond.
  expect([best?.x, best?.y]).toEqual([
    [0.001, 0.25, 2, 4],
    [9, 8.5, 8, 8],
  ]);
  expect([annealing?.name, annealing?.x, greedy?.name, greedy?.y]).toEqual([
    ...["annealing", [0.25, 2]],
    ...["greedy", [9]],
  ]);
  expect(annealing?.hovertext?.[1]).toContain("2^3 slices");
  // 2^10 is 10^3.0103.
  expect([bound?.x, bound?.y]).toEqual([
    [0.001, 4],
    [3.0103, 3.0103],
  ]);
  expect(titleLines(figure)[0]).toBe("Z: 108 multiply-adds, 23 slices after 4 s of search (measured)");
  expect(figure.summary).toBe(
    "Z: 10^8 multiply-adds, 2^3 slices after 4 s of search (measured); best found after 2 s by annealing; " +
      "lower bound: at least 10^3.01 whatever the order.",
  );
});

test("a search for small results is drawn by their size, its bound as one without slices", () => {
  const figure = searchFigure({ ...progress, objective: "size", quantity: "size", finished: false });
  expectSound(figure);
  expect(tracesOf(figure)[0]?.y).toEqual([20, 20, 20, 20]);
  expect(figure.summary).toContain("Z: 2^20 elements in the largest intermediate");
  expect(figure.summary).toContain("so far, after 4 s");
  expect(figure.summary).toContain("at least 2^10 whatever the order without slices.");
});

test("many improvements are thinned, the last is kept", () => {
  const steps = Array.from({ length: 5000 }, (_, k) => step(k, 9 - k / 5000, "annealing"));
  const figure = searchFigure({ ...progress, steps, seconds: 4999 });
  expectSound(figure);
  expect(tracesOf(figure)[0]?.x.length).toBeLessThan(410);
  expect(tracesOf(figure)[1]?.x.at(-1)).toBe(4999);
});
