/** `slice Z to ...`: the cap holds for all that lives at once on a device, which no worker exceeds when it runs. */
import { expect, test } from "vitest";
import { evaluated } from "./evaluate.ts";

const GRID = `index s_{*}: 2
tensor W[a: 2, b: 2] = exp(0.44 * (1 - 2*(a != b)))
network Z = product {
  W[s_{x,y}, s_{x+1,y}] for x in 1..9, y in 1..10
  W[s_{x,y}, s_{x,y+1}] for x in 1..10, y in 1..9
}
order Z = greedy
`;

test.each([64, 8])("a cap of %i KiB holds on one device and on two", async (kibibytes) => {
  const slices: number[] = [];
  for (const workers of [1, 2]) {
    const { environment, told } = await evaluated(
      `${GRID}slice Z to ${kibibytes} KiB\nrun Z on threads(${workers}) dry`,
    );
    expect(told).toEqual([]);
    const report = environment.results.get("Z")?.report;
    expect(report?.peakBytes).toBeLessThanOrEqual(1024 * kibibytes);
    slices.push(report?.slices ?? NaN);
  }
  expect(slices.every((count) => count > 1)).toBe(kibibytes < 64);
});
