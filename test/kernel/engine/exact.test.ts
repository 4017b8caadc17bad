/** Exact values found on worker threads. */
import { expect, test } from "vitest";
import type { ContractionTree, ValuedNetwork } from "../../../dsl/index.ts";
import { exactly } from "../../../kernel/engine/exact.ts";

/** Colourings of a path, contracted as whole rows so that there is enough to do for workers. */
function colourings(nodes: number, colours: number, step = 1): [ValuedNetwork, ContractionTree] {
  const unequal = {
    re: Float64Array.from({ length: colours ** 2 }, (_, at) => (at % (colours + 1) === 0 ? 0 : step)),
  };
  const tensors = Array.from({ length: nodes - 1 }, (_, k) => ({
    name: `E(k=${k})`,
    labels: [`s_${k}`, `s_${k + 1}`],
  }));
  const extents = Object.fromEntries(Array.from({ length: nodes }, (_, k) => [`s_${k}`, colours]));
  const network = { name: "P", dtype: "float64" as const, tensors, open: [`s_${nodes - 1}`], extents };
  const leaves = nodes - 1;
  // The last two first, so that matrices meet matrices.
  const pairs = Array.from(
    { length: leaves - 1 },
    (_, k) => [k === 0 ? leaves - 1 : leaves + k - 1, leaves - 2 - k] as const,
  );
  return [
    { network, entries: tensors.map(() => unequal) },
    { leaves, pairs, sliced: [] },
  ];
}

test.each([
  [300, 20],
  [60, 24],
])("colourings of a path of %i nodes in %i colours, with one end given", async (nodes, colours) => {
  const [valued, tree] = colourings(nodes, colours);
  const expected = String(BigInt(colours - 1) ** BigInt(nodes - 1));
  expect(await exactly(valued, tree, { kind: "count", denominator: "1" })).toEqual({
    kind: "exact",
    entries: new Array(colours).fill(expected),
  });
});

test("the same with an exponent", async () => {
  const [valued, tree] = colourings(300, 20);
  const found = await exactly(valued, tree, { kind: "scaled", rounded: 0 });
  const digits = String(19n ** 299n);
  if (found.kind !== "scaled") throw new TypeError("expected a scaled value");
  const { mantissa = NaN, exponent10 } = found.re[3] ?? {};
  expect(exponent10).toBe(digits.length - 1);
  const error = Math.abs(mantissa / Number(`${digits.slice(0, 1)}.${digits.slice(1, 30)}`) - 1);
  expect(error).toBeLessThanOrEqual(found.relativeError ?? 0);
  expect(found.relativeError).toBeLessThan(1e-11);
});

test("a mistake of the user is told from a worker too", async () => {
  const [valued, tree] = colourings(300, 20, 0.5);
  await expect(exactly(valued, tree, { kind: "count", denominator: "1" })).rejects.toThrow(
    "tensor E(k=0) has the entry 0.5; an exact value needs integers below 2^53",
  );
});

test("an abort ends the work", async () => {
  const [valued, tree] = colourings(300, 60);
  const stop = new AbortController();
  const work = exactly(valued, tree, { kind: "count", denominator: "1" }, stop.signal);
  stop.abort(new RangeError("stopped"));
  await expect(work).rejects.toThrow("stopped");
});
