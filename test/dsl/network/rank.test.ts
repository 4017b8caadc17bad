import { expect, test } from "vitest";
import { mulberry32, type Random } from "../../../dsl/base/random.ts";
import { amplitude } from "../../../dsl/circuit/amplitude.ts";
import { expectation } from "../../../dsl/circuit/expectation.ts";
import { randomCircuit } from "../../../dsl/circuit/generate.ts";
import { parseQasm } from "../../../dsl/circuit/qasm.ts";
import type { Entries, ValuedNetwork } from "../../../dsl/network/network.ts";
import { rankSimplified, rankSimplifiedWhereLarge } from "../../../dsl/network/rank.ts";
import { splitOf } from "../../../dsl/network/split.ts";
import { bruteForce, randomEntries, randomNetwork } from "../../support/networks.ts";
import { contractAll } from "../circuit/contract.ts";
import { finalState, type Complex } from "../circuit/state.ts";

const options = { name: "a", dtype: "complex128" } as const;

interface Value {
  readonly re: number[];
  readonly im: number[];
}

function expectSame(a: Value, b: Value): void {
  const size = Math.max(1e-6, ...a.re.map(Math.abs), ...a.im.map(Math.abs));
  expect(b.re).toHaveLength(a.re.length);
  a.re.forEach((value, k) => expect((b.re[k] ?? NaN) / size).toBeCloseTo(value / size, 9));
  a.im.forEach((value, k) => expect((b.im[k] ?? NaN) / size).toBeCloseTo(value / size, 9));
}

type Pattern = (values: readonly number[], shape: readonly number[]) => boolean;

/** Which entries stay, by the values of a tensor's indices. */
const patterns: Record<string, Pattern> = {
  full: () => true,
  column: ([first = 0]) => first === 1,
  diagonal: ([first = 0, second = 0]) => first === second,
  antidiagonal: ([first = 0, second = 0], [extent = 1]) => first + second === extent - 1,
  parity: (values) => values.reduce((sum, value) => sum + value, 0) % 2 === 0,
};

function valuesAt(place: number, shape: readonly number[]): number[] {
  let rest = place;
  const values = shape.map(() => 0);
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    values[axis] = rest % (shape[axis] ?? 1);
    rest = Math.floor(rest / (shape[axis] ?? 1));
  }
  return values;
}

function patterned(valued: ValuedNetwork, random: Random): ValuedNetwork {
  const all = Object.values(patterns);
  const entries = valued.network.tensors.map(({ labels }, id): Entries => {
    const shape = labels.map((label) => valued.network.extents[label] ?? 1);
    const stays = all[Math.floor(random() * all.length)] ?? (() => true);
    const keep = (value: number, place: number): number => (stays(valuesAt(place, shape), shape) ? value : 0);
    const { re, im } = valued.entries[id] ?? { re: new Float64Array() };
    return im === undefined ? { re: re.map(keep) } : { re: re.map(keep), im: im.map(keep) };
  });
  return { ...valued, entries };
}

test("random networks with structure keep their value, and open indices", () => {
  const random = mulberry32(5);
  let fewer = 0;
  for (let seed = 1; seed <= 250; seed += 1) {
    const extents = seed % 3 === 0 ? [2, 3] : [2];
    const dtype = seed % 2 === 0 ? "complex128" : "float64";
    const own = patterned(
      randomNetwork(seed, { tensors: 1 + (seed % 7), labels: 6, extents, dtype }),
      random,
    );
    const simple = rankSimplified(own);
    expect(simple.network.open).toEqual(own.network.open);
    expectSame(bruteForce(own), bruteForce(simple));
    if (Object.keys(simple.network.extents).length < Object.keys(own.network.extents).length) fewer += 1;
  }
  expect(fewer).toBeGreaterThan(150);
});

function oneTensor(
  labels: readonly string[],
  re: readonly number[],
  rest: ValuedNetwork["network"]["tensors"],
): ValuedNetwork {
  const tensors = [{ name: "X", labels }, ...rest];
  const extents = Object.fromEntries(tensors.flatMap((tensor) => tensor.labels).map((label) => [label, 2]));
  const network = { name: "N", dtype: "float64", tensors, open: [], extents } as const;
  const random = mulberry32(3);
  return {
    network,
    entries: [
      { re: Float64Array.from(re) },
      ...rest.map((tensor) => randomEntries(random, network, tensor.labels)),
    ],
  };
}

/** Each tensor's indices afterwards. A and B are dense, and larger than what they are joined with. */
test.each<[string, string, readonly number[], string]>([
  ["a diagonal makes one index of two", "ij", [3, 0, 0, 5], "A[i,u,v,x,y] B[i,t,w,x,z]"],
  ["so does an antidiagonal", "ij", [0, 3, 5, 0], "A[i,u,v,x,y] B[i,t,w,x,z]"],
  ["what one value alone has is fixed", "ij", [3, 0, 0, 0], "A[u,v,x,y] B[t,w,x,z]"],
  ["a matrix of rank one is two vectors", "ij", [3, 6, 5, 10], "A[u,v,x,y] B[t,w,x,z]"],
  ["a dense matrix is multiplied into a neighbour", "ij", [3, 6, 5, 11], "A[i,u,v,x,y] B[i,t,w,x,z]"],
])("%s", (_, labels, re, expected) => {
  const tensors = [
    { name: "A", labels: ["i", "x", "y", "u", "v"] },
    { name: "B", labels: ["j", "x", "z", "w", "t"] },
  ];
  const own = { ...oneTensor(Array.from(labels), re, tensors) };
  const open: ValuedNetwork = { ...own, network: { ...own.network, open: Array.from("yuvzwt") } };
  const { network } = rankSimplified(open);
  const shown = network.tensors.map((tensor) => `${tensor.name}[${[...tensor.labels].sort().join(",")}]`);
  expect(shown.sort().join(" ")).toBe(expected);
  expectSame(bruteForce(open), bruteForce(rankSimplified(open)));
});

/** Two layers on a ring of eight qubits, all open. */
function ring(gate: (a: number, b: number) => string): ValuedNetwork {
  const qubits = Array.from({ length: 8 }, (_, qubit) => qubit);
  const layer = `${qubits.map((a) => gate(a, (a + 1) % 8)).join("")}${qubits.map((a) => `rx(0.4) q[${a}];`).join("")}`;
  const start = qubits.map((a) => `h q[${a}];`).join("");
  const text = `OPENQASM 2.0; include "qelib1.inc"; qreg q[8]; ${start}${layer}${layer}`;
  const parsed = parseQasm(text);
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.diagnostics));
  return amplitude(parsed.value, "........", { name: "a", dtype: "complex128" });
}

test("a diagonal gate is one, however it is written", () => {
  const [plain, controlled, rotated] = [
    ring((a, b) => `rzz(0.3) q[${a}],q[${b}];`),
    ring((a, b) => `cx q[${a}],q[${b}]; rz(0.3) q[${b}]; cx q[${a}],q[${b}];`),
    ring((a, b) => `h q[${a}]; h q[${a}]; rzz(0.15) q[${b}],q[${a}]; rzz(0.15) q[${a}],q[${b}];`),
  ].map((own) => rankSimplified(own).network);
  const indices = (network: ValuedNetwork["network"] | undefined): number =>
    Object.keys(network?.extents ?? {}).length;
  // Eight open indices and, of each layer's gates, eight between.
  expect([plain, controlled, rotated].map(indices)).toEqual([16 + 8, 16 + 8, 16 + 8]);
});

test("a gate of two terms is split over a link of two", () => {
  // cos(0.3) 1 x 1 + i sin(0.3) X x X over out, out, in, in.
  const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
  const re = Float64Array.from([c, 0, 0, 0, 0, c, 0, 0, 0, 0, c, 0, 0, 0, 0, c]);
  const im = Float64Array.from([0, 0, 0, s, 0, 0, s, 0, 0, s, 0, 0, s, 0, 0, 0]);
  const found = splitOf({ re, im }, [2, 2, 2, 2]);
  expect([found?.rows, found?.rank, found?.left.re.length, found?.right.re.length]).toEqual([
    [0, 2],
    2,
    8,
    8,
  ]);
  for (let place = 0; place < 16; place += 1) {
    const [a = 0, b = 0, i = 0, j = 0] = valuesAt(place, [2, 2, 2, 2]);
    let [x, y] = [0, 0];
    for (let link = 0; link < 2; link += 1) {
      const [l, r] = [(a * 2 + i) * 2 + link, (link * 2 + b) * 2 + j];
      const [lr, li] = [found?.left.re[l] ?? NaN, found?.left.im?.[l] ?? 0];
      const [rr, ri] = [found?.right.re[r] ?? NaN, found?.right.im?.[r] ?? 0];
      x += lr * rr - li * ri;
      y += lr * ri + li * rr;
    }
    expect(x).toBeCloseTo(re[place] ?? NaN, 12);
    expect(y).toBeCloseTo(im[place] ?? NaN, 12);
  }
});

const QAOA = `OPENQASM 2.0; include "qelib1.inc"; qreg q[5];
h q[0]; h q[1]; h q[2]; h q[3]; h q[4];
rzz(0.3) q[0],q[1]; rzz(0.3) q[1],q[2]; cz q[2],q[3]; cx q[3],q[4]; rzz(0.7) q[4],q[0];
rx(0.4) q[0]; rx(0.4) q[1]; x q[2]; rx(0.4) q[3]; swap q[1],q[3]; rz(0.1) q[4]; cz q[0],q[2];`;

test("amplitudes and expectation values of circuits stay", () => {
  const parsed = parseQasm(QAOA);
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.diagnostics));
  const random = randomCircuit({ rows: 2, columns: 2, cycles: 3, seed: 4 });
  for (const own of [
    amplitude(parsed.value, "00101", options),
    amplitude(parsed.value, ".01.1", options),
    expectation(
      parsed.value,
      [
        { matrix: "Z", qubit: 1 },
        { matrix: "X", qubit: 3 },
      ],
      options,
    ),
    amplitude(random, "0.10", options),
  ]) {
    const simple = rankSimplified(own);
    expect(Object.keys(simple.network.extents).length).toBeLessThan(Object.keys(own.network.extents).length);
    expectSame(contractAll(own), contractAll(simple));
  }
});

test("what has no data, or must be exact, is left alone", () => {
  const own = oneTensor(["i", "i"], [1, 0, 0, 2], []);
  const bare = { network: own.network, entries: [] };
  expect(rankSimplified(bare)).toBe(bare);
  const counted: ValuedNetwork = { ...own, exact: { kind: "count", denominator: "1" } };
  expect(rankSimplified(counted)).toBe(counted);
  expect(rankSimplified(own).network.tensors[0]?.labels).toEqual([]);
});

/** Left as written up to 256 tensors. */
test("a network stays as it is while it is small", () => {
  const small = amplitude(randomCircuit({ rows: 3, columns: 3, cycles: 4, seed: 2 }), "0".repeat(9), options);
  expect(rankSimplifiedWhereLarge(small)).toBe(small);
});

test("amplitudes and expectation values of a circuit of some hundred gates are those of its state", () => {
  const circuit = randomCircuit({ rows: 2, columns: 2, cycles: 60, seed: 2 });
  const state = finalState(circuit);
  const one = amplitude(circuit, "0110", options);
  expect(one.network.tensors.length).toBeLessThan(circuit.gates.length / 2);
  expectValue(contractAll(one), state[0b0110]);
  const zz = expectation(
    circuit,
    [0, 3].map((qubit) => ({ matrix: "Z", qubit }) as const),
    options,
  );
  expect(zz.network.tensors.length).toBeLessThan(circuit.gates.length);
  const signed = state.reduce((sum, { re, im }, basis) => {
    const sign = ((basis >> 3) ^ basis) & 1 ? -1 : 1;
    return sum + sign * (re * re + im * im);
  }, 0);
  expectValue(contractAll(zz), { re: signed, im: 0 });
});

function expectValue({ re, im }: Value, wanted: Complex | undefined): void {
  expect(re[0]).toBeCloseTo(wanted?.re ?? NaN, 12);
  expect(im[0]).toBeCloseTo(wanted?.im ?? NaN, 12);
}
