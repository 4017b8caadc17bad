import { describe, expect, it } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { cost } from "../../../dsl/plan/cost.ts";
import { checkTree } from "../../../dsl/plan/path.ts";
import { plan } from "../../../dsl/plan/plan.ts";
import { searchOrder } from "../../../kernel/search/search.ts";
import { randomNetwork, unlimited } from "../../dsl/plan/networks.ts";

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

  it("takes the best of its workers, the same at each run", async () => {
    const [one, two, again] = await Promise.all(
      [1, 2, 2].map((workers) => searchOrder(net, { ...options, workers })),
    );
    expect(two?.cost.log10Flops).toBeLessThanOrEqual(one?.cost.log10Flops ?? NaN);
    expect(two?.tree).toEqual(again?.tree);
  });

  it("slices to a limit", async () => {
    const found = await searchOrder(net, { ...options, maxLog2Size: 3 });
    checkTree(net, found.tree);
    expect(found.cost.log2Size).toBeLessThanOrEqual(3);
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
