/** Orders by search, from cell to cell. */
import { expect, test } from "vitest";
import { cost, repair } from "../../../dsl/index.ts";
import { evaluated } from "./evaluate.ts";

const GRID = `index s_{*}: 2
tensor W[a: 2, b: 2] = exp(0.44 * (1 - 2*(a != b)))
`;
const network = (rows: number): string => `network Z = product {
  W[s_{x,y}, s_{x+1,y}] for x in 1..${rows - 1}, y in 1..6
  W[s_{x,y}, s_{x,y+1}] for x in 1..${rows}, y in 1..5
}
`;
const LINE = /^Z: the search begins from the order found before, repaired \(10\^([\d.]+) multiply-adds\)$/;

test("after an edit of its network a search begins from the order found before, and says so", async () => {
  const first = await evaluated(`${GRID}${network(6)}order Z = search within 50 ms\nshow order Z`);
  expect([first.told, first.texts.length]).toEqual([[], 1]);
  const second = await evaluated(
    `${network(7)}order Z = search within 50 ms\nshow order Z`,
    first.environment,
  );
  const [before, after] = [first, second].map(({ environment }) => environment.searched?.get("Z"));
  if (before === undefined || after === undefined) throw new Error("no search was kept");
  const start = cost(after.network, repair(before.network, before.tree, after.network));
  const said = LINE.exec(second.texts[0] ?? "")?.[1];
  expect(said).toBe(start.log10Flops.toFixed(3));
  expect(cost(after.network, after.tree).log10Flops).toBeLessThanOrEqual(start.log10Flops);
});

test.each([
  ["a seed", "order Z = search within 50 ms seed 1"],
  ["a single method", "order Z = greedy"],
])("with %s nothing found before has a part in an order", async (_, order) => {
  const first = await evaluated(`${GRID}${network(6)}order Z = search within 50 ms\nshow order Z`);
  const second = await evaluated(`${network(7)}${order}\nshow order Z`, first.environment);
  expect([second.ok, second.texts.length]).toEqual([true, 1]);
});
