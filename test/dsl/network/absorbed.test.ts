/** What absorption leaves must be worth what was there. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { amplitude } from "../../../dsl/circuit/amplitude.ts";
import { randomCircuit } from "../../../dsl/circuit/generate.ts";
import { parseQsim } from "../../../dsl/circuit/qsim.ts";
import type { ValuedNetwork } from "../../../dsl/network/network.ts";
import { simplify } from "../../../dsl/network/simplify.ts";
import { bruteForce, randomNetwork } from "../../support/networks.ts";
import { contractAll } from "../circuit/contract.ts";

/** The reduced network with numbers: each of its tensors is the contraction of the factors that went into it. */
function reducedValues({ network, entries }: ValuedNetwork): ValuedNetwork {
  const { pairs, reduced, ids } = simplify(network);
  const leaves = network.tensors.map((_, id) => [id]);
  for (const [a, b] of pairs) leaves.push([...(leaves[a] ?? []), ...(leaves[b] ?? [])]);
  const values = reduced.tensors.map(({ labels }, position) => {
    const own = leaves[ids[position] ?? -1] ?? [];
    const tensors = own.map((id) => network.tensors[id] ?? { name: "", labels: [] });
    const part = { ...network, tensors, open: labels };
    const { re, im } = contractAll({
      network: part,
      entries: own.map((id) => entries[id] ?? { re: new Float64Array() }),
    });
    return { re: Float64Array.from(re), im: Float64Array.from(im) };
  });
  const used = new Set(reduced.tensors.flatMap(({ labels }) => labels));
  const extents = Object.fromEntries(Object.entries(reduced.extents).filter(([label]) => used.has(label)));
  return { network: { ...reduced, extents }, entries: values };
}

function expectSame(a: { re: number[]; im: number[] }, b: { re: number[]; im: number[] }): void {
  const size = Math.max(1, ...a.re.map(Math.abs), ...a.im.map(Math.abs));
  expect(b.re).toHaveLength(a.re.length);
  a.re.forEach((value, position) => expect((b.re[position] ?? NaN) / size).toBeCloseTo(value / size, 12));
  a.im.forEach((value, position) => expect((b.im[position] ?? NaN) / size).toBeCloseTo(value / size, 12));
}

test("random networks keep their value: bonds, hyperedges, diagonals, traces, open indices", () => {
  let absorbed = 0;
  for (let seed = 1; seed <= 200; seed += 1) {
    const shape = {
      tensors: 1 + (seed % 7),
      labels: 6,
      extents: seed % 3 === 0 ? [2, 3] : [2],
      dtype: "complex128",
    } as const;
    const own = randomNetwork(seed, shape);
    absorbed += simplify(own.network).pairs.length;
    expectSame(bruteForce(own), bruteForce(reducedValues(own)));
  }
  expect(absorbed).toBeGreaterThan(200);
});

test("circuits keep their amplitudes", () => {
  for (const seed of [1, 2, 3]) {
    const circuit = randomCircuit({ rows: 2, columns: 2, cycles: 3, seed });
    const own = amplitude(circuit, "0.1.", { name: "a", dtype: "complex128" });
    const reduced = reducedValues(own);
    expect(reduced.network.tensors.length).toBeLessThan(own.network.tensors.length / 2);
    expectSame(contractAll(own), contractAll(reduced));
  }
});

const circuit = "../shared/data/circuits/circuit_n53_m10_s0_e0_pABCDCDAB.qsim";
const instance = "../shared/data/instances/sycamore_m10.json";

// The files lie beside some checkouts only.
test.skipIf(!existsSync(circuit) || !existsSync(instance))(
  "Sycamore is about as small as the published network",
  () => {
    const parsed = parseQsim(readFileSync(circuit, "utf8"));
    if (!parsed.ok) throw new Error("malformed");
    const { network } = amplitude(parsed.value, "0".repeat(53), { name: "a", dtype: "complex64" });
    const { reduced } = simplify(network);
    const { inputs } = JSON.parse(readFileSync(instance, "utf8")) as {
      readonly inputs: readonly (readonly string[])[];
    };
    expect(reduced.tensors.length).toBeLessThan(1.05 * inputs.length);
    expect(reduced.tensors.length).toBeGreaterThan(0.8 * inputs.length);
  },
);
