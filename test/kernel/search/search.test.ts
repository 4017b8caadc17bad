import { describe, expect, it } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { cost } from "../../../dsl/plan/cost.ts";
import { checkTree } from "../../../dsl/plan/path.ts";
import { plan } from "../../../dsl/plan/plan.ts";
import { searchOrder, type Improvement } from "../../../kernel/search/search.ts";
import { network, randomNetwork, unlimited } from "../../dsl/plan/networks.ts";

const net = randomNetwork(mulberry32(21), 30, 50);
const options = { objective: "flops", seconds: 60, seed: 3, workers: 1, trials: 18 } as const;

describe("searchOrder", () => {
  it("gives with one worker what plan gives with the same seed", async () => {
    const found = await searchOrder(net, options);
    expect(found.tree).toEqual(
      plan(net, { kind: "search", objective: "flops" }, unlimited(18), mulberry32(3)),
    );
    expect(found.cost).toEqual(cost(net, found.tree));
  });

  it.each([{}, { maxLog2Size: 4 }])(
    "gives the same tree for a count of trials, however many workers there are: %o",
    async (limit) => {
      const found = await Promise.all(
        [1, 2, 3].map((workers) => searchOrder(net, { ...options, ...limit, workers })),
      );
      const [one, two, three] = found.map(({ tree }) => tree);
      expect(two).toEqual(one);
      expect(three).toEqual(one);
      const goal = { kind: "search", objective: "flops", ...limit } as const;
      expect(one).toEqual(plan(net, goal, unlimited(18), mulberry32(3)));
    },
  );

  it("reports each improvement, from the first tree to the last", async () => {
    const seen: Improvement[] = [];
    const onImprovement = (improvement: Improvement): void => void seen.push(improvement);
    const found = await searchOrder(net, { ...options, onImprovement });
    expect(seen.length).toBeGreaterThan(1);
    expect(found.history.slice(0, seen.length)).toEqual(seen);
    found.history.slice(1).forEach((step, place) => {
      const before = found.history[place];
      expect(step.log10Flops).toBeLessThan(before?.log10Flops ?? NaN);
      expect(step.seconds).toBeGreaterThanOrEqual(before?.seconds ?? NaN);
    });
    expect(found.history.at(-1)?.log10Flops).toBeCloseTo(found.cost.log10Flops, 2);
    expect(found.unsliced).toEqual(found.cost);
  });

  it("begins from a tree given, says so, and refuses one of another network", async () => {
    const { tree } = await searchOrder(net, options);
    const { history, tree: again } = await searchOrder(net, { ...options, trials: 1, start: tree });
    expect(history[0]?.method).toBe("the order given");
    expect(cost(net, again).log10Flops).toBeLessThanOrEqual(cost(net, tree).log10Flops + 1e-9);
    const other = randomNetwork(mulberry32(22), 31, 50);
    await expect(searchOrder(other, { ...options, start: tree })).rejects.toThrow(
      "the order is for 30 tensors",
    );
  });

  it("slices to a limit", async () => {
    const found = await searchOrder(net, { ...options, maxLog2Size: 3 });
    checkTree(net, found.tree);
    expect(found.cost.log2Size).toBeLessThanOrEqual(3);
    expect(found.unsliced.log10Flops).toBeLessThanOrEqual(found.cost.log10Flops);
    expect(found.unsliced.log2Slices).toBe(0);
  });

  it("says what the order costs without slices, which is no more than that of its own tree", async () => {
    // Graphs of degree three, whose orders get better while they are sliced.
    for (const seed of [1, 2, 3, 4, 5]) {
      const random = mulberry32(seed);
      const inputs: string[][] = Array.from({ length: 90 }, () => []);
      for (let k = 0; k < 150; k += 1) {
        const a = Math.floor(90 * random());
        for (const end of [a, (a + 1 + Math.floor(89 * random())) % 90]) inputs[end]?.push(`i${k}`);
      }
      const wide = network(inputs, [], Object.fromEntries(inputs.flat().map((label) => [label, 2])));
      const { tree, unsliced } = await searchOrder(wide, { ...options, trials: 20, maxLog2Size: 12 });
      expect(tree.sliced.length).toBeGreaterThan(0);
      expect(unsliced.log2Slices).toBe(0);
      const same = cost(wide, { ...tree, sliced: [] });
      expect(unsliced.log10Flops).toBeLessThanOrEqual(same.log10Flops + 1e-9);
    }
  });

  it("stops at the deadline without a count of trials", async () => {
    const { objective, seed, workers } = options;
    checkTree(net, (await searchOrder(net, { objective, seed, workers, seconds: 0.5 })).tree);
  });

  it("stops on a signal", async () => {
    const { objective, seed, workers } = options;
    const controller = new AbortController();
    const found = searchOrder(net, { objective, seed, workers, seconds: 600, signal: controller.signal });
    controller.abort(new RangeError("stopped here"));
    await expect(found).rejects.toThrow("stopped here");
    await expect(searchOrder(net, { ...options, signal: controller.signal })).rejects.toThrow("stopped here");
  });

  it("refuses no time and no workers", async () => {
    await expect(searchOrder(net, { ...options, seconds: 0 })).rejects.toThrow("needs a positive time");
    await expect(searchOrder(net, { ...options, workers: 0 })).rejects.toThrow("at least one worker");
  });
});
