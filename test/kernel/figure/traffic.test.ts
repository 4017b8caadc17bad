import { expect, test } from "vitest";
import { collectiveStep } from "../../../dsl/distribute/collective.ts";
import { presetNamed } from "../../../dsl/distribute/presets.ts";
import type { MeshDigit, Schedule, Step } from "../../../dsl/schedule/schedule.ts";
import { trafficFigure } from "../../../kernel/figure/traffic.ts";
import { expectSound, golden, titleLines } from "./check.ts";

const machine = { ...presetNamed("dgx-h100"), cluster: presetNamed("dgx-h100").node };

/** An all-reduce over each of the given sets of digits, of 1 MiB a device. */
function reducing(mesh: readonly MeshDigit[], ...sets: readonly (readonly number[])[]): Schedule {
  const steps = sets.map((digits): Step => {
    const model = collectiveStep({ machine, dtype: "float64", mesh }, "reduce", digits, 2 ** 17);
    return { kind: "reduce", digits, in: 0, out: 1, model };
  });
  const empty = { extents: {}, tensors: [], open: [], modes: [], buffers: [], result: 0 };
  return {
    ...{ version: 1, network: "Z", machine: "pair", dtype: "float64", method: "tree", mesh, steps },
    ...{ slices: 1, peakBytes: 0, modelledSeconds: 0, ...empty },
  };
}

const node = (radix: number): MeshDigit => ({ radix, tier: "node" });
const cluster = (radix: number): MeshDigit => ({ radix, tier: "cluster" });

test("the drawing of two nodes is the one in the golden file", async () => {
  const figure = trafficFigure(reducing([cluster(2), node(2)], [1], [0, 1]));
  await expect(await golden(figure)).toMatchFileSnapshot("../../golden/figure/traffic-nodes.json");
});

// Of an all-reduce over n devices in a node and c nodes each sends 2 (n-1)/n within and 2 (c-1)/(c n) between, in units of 1 MiB.
test.each([
  [reducing([node(1)], []), "Z on pair: one device, nothing moves (modelled)"],
  [reducing([node(4)]), "Z on pair: no data moves between devices (modelled)"],
  [reducing([node(4)], [0]), "Z on pair: 6 MiB between 4 devices, all within a node (modelled)"],
  [
    reducing([cluster(2), node(2)], [0, 1]),
    "Z on pair: 6 MiB between 4 devices, 33 % of it between nodes (modelled)",
  ],
  [
    reducing([cluster(2), node(2)], [0]),
    "Z on pair: 4 MiB between 4 devices, 100 % of it between nodes (modelled)",
  ],
] as const)("the title says what moves, and how much of it between nodes: %#", (schedule, headline) => {
  const figure = trafficFigure(schedule);
  expectSound(figure);
  expect(titleLines(figure)[0]).toBe(headline);
});

test.each([
  [[cluster(2), node(8)], "rank", 16],
  [[...Array.from({ length: 6 }, () => cluster(2)), node(2), node(2)], "node", 64],
  [[...Array.from({ length: 8 }, () => cluster(2)), node(2), node(2)], "group of 4 nodes", 64],
  [[...Array.from({ length: 8 }, () => node(2))], "group of 4 ranks", 64],
] as const)("of many devices neighbours are taken together: %#", (mesh, unit, rows) => {
  const figure = trafficFigure(reducing(mesh, [0, mesh.length - 1]));
  expectSound(figure);
  const [matrix] = figure.data as unknown as { z: number[][]; hovertemplate: string }[];
  expect(matrix?.z.length).toBe(rows);
  expect(matrix?.hovertemplate).toContain(`${unit} %{y} sends ${unit} %{x}`);
  expect(JSON.stringify(figure.layout)).toContain(`sending ${unit}`);
});
