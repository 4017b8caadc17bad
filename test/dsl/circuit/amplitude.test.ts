import { expect, test } from "vitest";
import { mulberry32, type Random } from "../../../dsl/base/random.ts";
import { amplitude } from "../../../dsl/circuit/amplitude.ts";
import type { Circuit, Gate } from "../../../dsl/circuit/circuit.ts";
import { gateKinds, type GateName } from "../../../dsl/circuit/gates.ts";
import { randomCircuit } from "../../../dsl/circuit/generate.ts";
import type { ValuedNetwork } from "../../../dsl/network/network.ts";
import { contractAll } from "./contract.ts";
import { finalState } from "./state.ts";

const names = Object.keys(gateKinds) as GateName[];

function choose(random: Random, count: number, from: number): number[] {
  const left = Array.from({ length: from }, (_, item) => item);
  return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)[0] ?? 0);
}

/** Every gate of the format once, in random order on random qubits, at random angles; h everywhere first. */
function mixedCircuit(qubits: number, seed: number): Circuit {
  const random = mulberry32(seed);
  const first = Array.from(
    { length: qubits },
    (_, qubit): Gate => ({ time: 0, name: "h", qubits: [qubit], parameters: [] }),
  );
  const rest = choose(random, names.length, names.length).map((pick, position): Gate => {
    const name = names[pick] ?? "id";
    const { qubits: count, parameters } = gateKinds[name];
    const angles = Array.from({ length: parameters }, () => 6 * random() - 3);
    return { time: position + 1, name, qubits: choose(random, count, qubits), parameters: angles };
  });
  return { qubits, gates: [...first, ...rest] };
}

function bitsOf(basis: number, qubits: number): string {
  return basis.toString(2).padStart(qubits, "0");
}

const options = { name: "amp", dtype: "complex128" } as const;

const circuits: readonly (readonly [string, Circuit])[] = [
  ["all gates, 3 qubits", mixedCircuit(3, 1)],
  ["all gates, 4 qubits", mixedCircuit(4, 2)],
  ["all gates in another order", mixedCircuit(3, 3)],
  ["a random circuit of 2 by 2", randomCircuit({ rows: 2, columns: 2, cycles: 4, seed: 5 })],
  ["no gates", { qubits: 3, gates: [] }],
];

test.each(circuits)("amplitudes of all outcomes: %s", (_, circuit) => {
  const state = finalState(circuit);
  state.forEach((wanted, basis) => {
    const { re, im } = contractAll(amplitude(circuit, bitsOf(basis, circuit.qubits), options));
    expect(re[0]).toBeCloseTo(wanted.re, 12);
    expect(im[0]).toBeCloseTo(wanted.im, 12);
  });
});

test.each(circuits)("open qubits: %s", (_, circuit) => {
  const { qubits } = circuit;
  const state = finalState(circuit);
  for (const bits of ["...", "1..", ".0.", "..1", "0.1"].map((start) => start + "1".repeat(qubits - 3))) {
    const value = contractAll(amplitude(circuit, bits, options));
    const matching = state.filter((__, basis) =>
      [...bitsOf(basis, qubits)].every((bit, qubit) => bits[qubit] === "." || bits[qubit] === bit),
    );
    expect(value.re).toHaveLength(matching.length);
    matching.forEach(({ re, im }, position) => {
      expect(value.re[position]).toBeCloseTo(re, 12);
      expect(value.im[position]).toBeCloseTo(im, 12);
    });
  }
});

test("open indices take the names given, in the order of the dots", () => {
  const circuit = mixedCircuit(3, 4);
  const named = amplitude(circuit, ".1.", { ...options, open: ["b", "w_{0,0}"] });
  expect(named.network.open).toEqual(["b", "w_{0,0}"]);
  expect(amplitude(circuit, ".1.", options).network.open).toEqual(["q_0", "q_2"]);
  expect(contractAll(named)).toEqual(contractAll(amplitude(circuit, ".1.", options)));
});

test("diagonal gates share the indices of their qubits", () => {
  const circuit: Circuit = {
    qubits: 2,
    gates: [
      { time: 0, name: "t", qubits: [0], parameters: [] },
      { time: 1, name: "cz", qubits: [0, 1], parameters: [] },
      { time: 2, name: "cp", qubits: [1, 0], parameters: [0.5] },
    ],
  };
  const { network }: ValuedNetwork = amplitude(circuit, "00", options);
  expect(Object.keys(network.extents)).toHaveLength(2);
});

test.each<readonly [string, object, string]>([
  ["00", {}, 'the circuit has 3 qubits, but the bits "00" are 2'],
  ["00a", {}, 'bits of an amplitude are 0, 1 or . (open), got a in "00a"'],
  ["0..", { open: ["a"] }, '"0.." leaves 2 qubits open, but amp names 1 indices'],
  ["0..", { open: ["a", "a"] }, "amp names an open index twice: a, a"],
  ["000", { dtype: "float64" }, "amplitudes are complex: amp cannot be float64; use complex64 or complex128"],
])("%s %j: %s", (bits, more, message) => {
  expect(() => amplitude({ qubits: 3, gates: [] }, bits, { ...options, ...more })).toThrow(message);
});

test.each([
  [0, 2, 1, "rows"],
  [2, 1.5, 1, "columns"],
  [2, 2, -1, "cycles"],
])("a random circuit of %d by %d with %d cycles is refused", (rows, columns, cycles, what) => {
  expect(() => randomCircuit({ rows, columns, cycles, seed: 1 })).toThrow(
    `${what} must be a positive integer`,
  );
});

test("random circuits put a new root on every qubit in every cycle, and fSim on neighbours", () => {
  const [rows, columns, cycles] = [3, 4, 9];
  const { qubits, gates } = randomCircuit({ rows, columns, cycles, seed: 11 });
  expect(qubits).toBe(12);
  const roots = Array.from({ length: qubits }, (_, qubit) =>
    gates.filter((gate) => gate.qubits.length === 1 && gate.qubits[0] === qubit).map(({ name }) => name),
  );
  for (const own of roots) {
    expect(own).toHaveLength(cycles + 1);
    own.forEach((name, position) => expect(name).not.toBe(own[position + 1]));
  }
  const bonds = new Set(gates.filter(({ name }) => name === "fs").map((gate) => gate.qubits.join()));
  // All bonds of the grid are used: those to the right and those down.
  expect(bonds.size).toBe(rows * (columns - 1) + (rows - 1) * columns);
});
