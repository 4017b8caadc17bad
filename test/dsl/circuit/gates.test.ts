import { expect, test } from "vitest";
import { gateEntries, gateKinds, isGateName, type GateName } from "../../../dsl/circuit/gates.ts";
import { adjoint, identity, matrices, multiply, type Matrix } from "./state.ts";

const names = Object.keys(gateKinds) as GateName[];
const angles: readonly (readonly [number, number])[] = [
  [0.3, 1.1],
  [Math.PI / 2, Math.PI / 6],
  [-2.5, 4],
  [0, 0],
];

/** The whole matrix of a gate, whose entries hold the diagonal alone where it is diagonal. */
function matrixOf(name: GateName, parameters: readonly number[]): Matrix {
  const { qubits, diagonal } = gateKinds[name];
  const size = 2 ** qubits;
  const { re, im } = gateEntries(name, parameters);
  expect(re).toHaveLength(diagonal ? size : size * size);
  return identity(size).map((row, i) =>
    row.map((_, j) => {
      const at = diagonal ? (i === j ? i : undefined) : i * size + j;
      return at === undefined ? { re: 0, im: 0 } : { re: re[at] ?? NaN, im: im?.[at] ?? 0 };
    }),
  );
}

function expectClose(a: Matrix, b: Matrix): void {
  expect(a.length).toBe(b.length);
  a.forEach((row, i) =>
    row.forEach((value, j) => {
      expect(value.re).toBeCloseTo(b[i]?.[j]?.re ?? NaN, 12);
      expect(value.im).toBeCloseTo(b[i]?.[j]?.im ?? NaN, 12);
    }),
  );
}

test.each(names.flatMap((name) => angles.map((own) => [name, own] as const)))("%s%j", (name, own) => {
  const matrix = matrixOf(name, own.slice(0, gateKinds[name].parameters));
  expectClose(matrix, matrices[name](...own));
  expectClose(multiply(matrix, adjoint(matrix)), identity(matrix.length));
});

test.each([
  ["s", "z"],
  ["t", "s"],
] as const)("%s is the square root of %s", (root, square) => {
  expectClose(multiply(matrixOf(root, []), matrixOf(root, [])), matrixOf(square, []));
});

test.each([
  ["x_1_2", "x"],
  ["y_1_2", "y"],
] as const)("%s is the square root of %s up to the phase of a rotation", (root, square) => {
  const turned = matrixOf(square, []).map((row) => row.map(({ re, im }) => ({ re: im, im: -re })));
  expectClose(multiply(matrixOf(root, []), matrixOf(root, [])), turned);
});

test("a wrong count of parameters is a bug, and names of objects are no gates", () => {
  expect(() => gateEntries("rx", [])).toThrow("expected 1 parameters of rx, got 0");
  expect(["toString", "constructor", "m", "c", ""].filter(isGateName)).toEqual([]);
});
