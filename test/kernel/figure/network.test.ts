import { expect, test } from "vitest";
import type { Network } from "../../../dsl/network/network.ts";
import { networkFigure } from "../../../kernel/figure/network.ts";
import type { Figure } from "../../../kernel/figure/figure.ts";
import { expectSound, golden, titleLines, tracesOf } from "./check.ts";
import { circuit, ising, matrices, networkOf, odd, ring } from "./samples.ts";

const samples: readonly (readonly [string, Network])[] = [
  ["matrices", matrices],
  ["odd", odd],
  ["circuit", circuit],
  ["ising", ising(2)],
];

test.each(samples)("the drawing of %s is the one in the golden file", async (name, network) => {
  await expect(await golden(networkFigure(network))).toMatchFileSnapshot(
    `../../golden/figure/network-${name}.json`,
  );
});

const NOT_TENSORS = ["hyperedge", "open index", "summed alone", "bonds"];

/** Hover texts of the marks for tensors, with their places. */
function tensorMarks(figure: Figure): { hover: string; place: string }[] {
  return tracesOf(figure)
    .filter(({ mode, name }) => mode !== "lines" && !NOT_TENSORS.includes(name))
    .flatMap(({ hovertext = [], x, y }) =>
      hovertext.map((hover, k) => ({ hover, place: `${x[k] ?? ""} ${y[k] ?? ""}` })),
    );
}

test.each([
  ...samples,
  ["ising 6x6", ising(6)],
  ["ring of 40", ring(40)],
  ["ring of 500", ring(500)],
] as const)("%s: every tensor and every index appears, no tensor on another", (_, network) => {
  const figure = networkFigure(network);
  expectSound(figure);
  const marks = tensorMarks(figure);
  const names = marks.map(({ hover }) => /^<b>(.*?)<\/b>/.exec(hover)?.[1] ?? "");
  expect(names.sort()).toEqual(network.tensors.map(({ name }) => name).sort());
  expect(new Set(marks.map(({ place }) => place)).size).toBe(network.tensors.length);
  const hovers = tracesOf(figure).flatMap(({ hovertext = [] }) => hovertext);
  for (const label of Object.keys(network.extents))
    expect(hovers.filter((hover) => hover.includes(`<b>${label}</b>: extent`))).not.toEqual([]);
});

test.each([
  [matrices, "R: 3 tensors, 4 indices", "extents 2 to 1000 · open: i, l"],
  [ising(6), "Z: 60 tensors, 36 indices, 32 of them hyperedges", "every extent 2 · a scalar"],
  [networkOf("one", "A:"), "one: 1 tensor, 0 indices", "a scalar"],
] as const)("the title of $name counts what there is", (network, ...lines) => {
  expect(titleLines(networkFigure(network))).toEqual(lines);
});

test("the spins of a lattice lie where their subscripts say", () => {
  const hubs = tracesOf(networkFigure(ising(3))).find(({ name }) => name === "hyperedge");
  const places = new Map(
    (hubs?.hovertext ?? []).map((hover, k) => [/<b>(.*?)</.exec(hover)?.[1], [hubs?.x[k], hubs?.y[k]]]),
  );
  expect(places.get("s_{2,2}")).toEqual([2, 2]);
  expect(places.get("s_{1,2}")).toEqual([1, 2]);
});

test("subscripts that do not lie near each other are no lattice", () => {
  const far = networkOf("far", "T(i=1):a T(i=2):b T(i=3):c T(i=4):c T(i=9):a;d T(i=12):b;d");
  const marks = tensorMarks(networkFigure(far));
  // A chain of four tensors and one of two, not points on the line 1 to 12.
  expect(Math.max(...marks.map(({ place }) => Number(place.split(" ")[0])))).toBeLessThan(6);
});

test.each([
  ["across", "T(i=1):f;a T(i=2):a;b T(i=3):b;c T(i=4):c;d T(i=5):d;e T(i=6):e;f"],
  ["down", "T(i=0,k=1):f;a T(i=0,k=2):a;b T(i=0,k=3):b;c T(i=0,k=4):c;d T(i=0,k=5):d;e T(i=0,k=6):e;f"],
  ["by its indices", "D:s_1;s_2 D:s_2;s_3 D:s_3;s_4 D:s_4;s_5 D:s_5;s_1 D:s_1;s_3"],
])("a ring with places on one line is drawn with room inside: %s", (_, factors) => {
  const places = tensorMarks(networkFigure(networkOf("ring", factors))).map(({ place }) => place.split(" "));
  for (const axis of [0, 1]) expect(new Set(places.map((place) => place[axis])).size).toBeGreaterThan(2);
});

test("a chain with places on one line stays there, with two indices in a bond too", () => {
  const chain = networkOf("chain", "T(i=1):a;b T(i=2):a;b;c T(i=3):c;d T(i=4):d");
  expect(tensorMarks(networkFigure(chain)).map(({ place }) => place)).toEqual(["1 0", "2 0", "3 0", "4 0"]);
});

test("joined tensors lie nearer than others, on average", () => {
  const network = ring(60);
  const figure = networkFigure(network);
  const at = new Map(
    tensorMarks(figure).map(({ hover, place }) => [
      /<b>(.*?)</.exec(hover)?.[1] ?? "",
      place.split(" ").map(Number) as [number, number],
    ]),
  );
  const apart = (a: number, b: number): number => {
    const [[x, y], [u, v]] = [at.get(`T${a}`) ?? [0, 0], at.get(`T${b}`) ?? [0, 0]];
    return Math.hypot(x - u, y - v);
  };
  const everyone = network.tensors.map((_, k) => k);
  const mean = (step: number): number =>
    everyone.reduce((sum, k) => sum + apart(k, (k + step) % 60), 0) / everyone.length;
  expect(mean(1)).toBeLessThan(0.6 * mean(17));
});

test("beyond two thousand tensors patches are drawn, and the title says so", () => {
  const network = ring(5000);
  const figure = networkFigure(network);
  const uses = new Map<string, number>();
  for (const label of network.tensors.flatMap(({ labels }) => labels))
    uses.set(label, (uses.get(label) ?? 0) + 1);
  const shared = [...uses.values()].filter((count) => count > 2).length;
  expectSound(figure);
  expect(titleLines(figure)[0]).toBe(
    `ring: 5,000 tensors, ${uses.size.toLocaleString("en")} indices, ${shared} of them hyperedges`,
  );
  expect(titleLines(figure)[1]).toMatch(/^drawn as 500 patches of neighbouring tensors · /);
  const counts = tensorMarks(figure).map(({ hover }) => Number(/^<b>(\d+) tensors/.exec(hover)?.[1] ?? 1));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5000);
});

test("names of the user are shown as they are", () => {
  const figure = networkFigure(networkOf("a<b>&c", "<i>:x<y M&M:x<y"));
  expect(JSON.stringify([figure.data, figure.layout])).not.toMatch(/<i>|a<b>|x<y|M&M/);
  expect(titleLines(figure)[0]).toContain("a&lt;b&gt;&amp;c");
});

test("the same network is drawn the same way", () => {
  expect(networkFigure(ring(80))).toEqual(networkFigure(ring(80)));
});
