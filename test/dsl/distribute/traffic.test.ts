/** Who sends to whom, beside a count of all pairs of ranks one by one. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { collectiveStep, type CollectiveKind } from "../../../dsl/distribute/collective.ts";
import { usedDevices } from "../../../dsl/distribute/links.ts";
import { presetNamed } from "../../../dsl/distribute/presets.ts";
import type { Timed } from "../../../dsl/distribute/time.ts";
import { trafficBetween } from "../../../dsl/distribute/traffic.ts";
import { rankCount, type MeshDigit, type Step } from "../../../dsl/schedule/schedule.ts";

const machine = { ...presetNamed("dgx-h100"), cluster: presetNamed("dgx-h100").node };

function timed(
  mesh: readonly MeshDigit[],
  moves: readonly (readonly [CollectiveKind, readonly number[]])[],
): Timed {
  const steps = moves.map(([kind, digits], k): Step => {
    const model = collectiveStep({ machine, dtype: "float64", mesh }, kind, digits, 2 ** (10 + 2 * k));
    return { kind, digits, in: 0, out: 1, model };
  });
  return { mesh, steps, slices: 1 };
}

function digitsOf(mesh: readonly MeshDigit[], rank: number): number[] {
  return mesh.map((_, k) => Math.floor(rank / rankCount(mesh.slice(k + 1))) % (mesh[k]?.radix ?? 1));
}

/** Pair by pair: who is a peer of whom in each step, and what it is sent. */
function counted({ mesh, steps }: Timed): number[][] {
  const ranks = Array.from({ length: rankCount(mesh) }, (_, rank) => digitsOf(mesh, rank));
  return ranks.map((from) => {
    const row = ranks.map(() => 0);
    for (const step of steps) {
      if (!("digits" in step)) continue;
      const group = ranks.map((to) => to.every((digit, k) => digit === from[k] || step.digits.includes(k)));
      const apart = (to: readonly number[], tier: MeshDigit["tier"]): boolean =>
        to.some((digit, k) => digit !== from[k] && mesh[k]?.tier === tier);
      const near = ranks.map((to, k) => group[k] === true && to !== from && !apart(to, "cluster"));
      const far = ranks.map((to, k) => group[k] === true && apart(to, "cluster"));
      const level = ranks.map((to, k) => far[k] === true && !apart(to, "node"));
      const count = (peers: readonly boolean[]): number => peers.filter(Boolean).length;
      const all = step.kind === "redistribute" && step.model.messages === count(near) + count(far);
      const others = all ? far : level;
      ranks.forEach((_, k) => {
        const within = near[k] === true ? step.model.sentBytes.node / count(near) : 0;
        const between = others[k] === true ? step.model.sentBytes.cluster / count(others) : 0;
        row[k] = (row[k] ?? 0) + within + between;
      });
    }
    return row;
  });
}

const kinds = ["redistribute", "gather", "reduce", "reduce-scatter"] as const;
const schedules = fc
  .tuple(fc.array(fc.constantFrom(2, 3), { maxLength: 2 }), fc.array(fc.constantFrom(2, 3), { maxLength: 3 }))
  .map(([cluster, node]): MeshDigit[] => [
    ...cluster.map((radix) => ({ radix, tier: "cluster" as const })),
    ...node.map((radix) => ({ radix, tier: "node" as const })),
  ])
  .filter((mesh) => mesh.length > 0)
  .chain((mesh) => {
    const some = fc.subarray([...mesh.keys()], { minLength: 1 });
    return fc
      .array(fc.tuple(fc.constantFrom(...kinds), some), { maxLength: 4 })
      .map((moves) => timed(mesh, moves));
  });

test("bytes between blocks are those of all their pairs, and a row is what the models say is sent", () => {
  fc.assert(
    fc.property(schedules, fc.constantFrom(1, 4, 9, 1000), (schedule, most) => {
      const { ranks, ranksPerNode, ranksPerBlock, bytes } = trafficBetween(schedule, most);
      const pairs = counted(schedule);
      expect(ranks).toBe(pairs.length);
      expect(ranksPerNode).toBe(usedDevices(schedule.mesh).perNode);
      expect(bytes.length * ranksPerBlock).toBe(ranks);
      expect(bytes.length).toBeLessThanOrEqual(most);
      const sent = schedule.steps.reduce(
        (sum, { model }) => sum + model.sentBytes.node + model.sentBytes.cluster,
        0,
      );
      const blockOf = (rank: number): number => Math.floor(rank / ranksPerBlock);
      bytes.forEach((row, from) => {
        row.forEach((found, to) => {
          const expected = pairs.reduce(
            (sum, own, k) =>
              blockOf(k) !== from
                ? sum
                : own.reduce((all, one, l) => all + (blockOf(l) === to ? one : 0), sum),
            0,
          );
          expect(found).toBeCloseTo(expected, 3);
        });
        const whole = row.reduce((a, b) => a + b, 0);
        expect(whole).toBeCloseTo(ranksPerBlock * sent, 3);
      });
    }),
    { numRuns: 60 },
  );
});

test("a small all-to-all over nodes goes in two rounds, a large one to every rank; both are told apart", () => {
  const mesh = [
    { radix: 2, tier: "cluster" },
    { radix: 2, tier: "node" },
  ] as const;
  const price = (elements: number) =>
    collectiveStep({ machine, dtype: "float64", mesh }, "redistribute", [0, 1], elements);
  const matrix = (elements: number) =>
    trafficBetween(
      {
        mesh,
        slices: 1,
        steps: [{ kind: "redistribute", digits: [0, 1], in: 0, out: 1, model: price(elements) }],
      },
      4,
    ).bytes;
  // Half to the neighbour, then half to the same place of the other node; or a quarter to each.
  expect(matrix(4)).toEqual([
    [0, 16, 16, 0],
    [16, 0, 0, 16],
    [16, 0, 0, 16],
    [0, 16, 16, 0],
  ]);
  const quarter = 2 * 2 ** 24;
  expect(matrix(2 ** 24)[0]).toEqual([0, quarter, quarter, quarter]);
});
