import { expect, test } from "vitest";
import { mulberry32, normal } from "../../../dsl/base/random.ts";
import type { Unitary } from "../../../dsl/circuit/circuit.ts";
import { adjoint, dense, diagonal, full, power, product, type Complex } from "../../../dsl/circuit/matrix.ts";

/** Eigenvectors of no special kind, by Gram and Schmidt; their eigenvalues have the phases given. */
function unitary(phases: readonly number[], seed: number): (exponent: number) => Unitary {
  const size = phases.length;
  const random = mulberry32(seed);
  const columns: Complex[][] = [];
  for (let k = 0; k < size; k += 1) {
    let column = Array.from({ length: size }, (): Complex => [normal(random), normal(random)]);
    for (const other of columns) {
      const [re, im] = column.reduce<Complex>(
        ([x, y], [a, b], at) => {
          const [u, v] = other[at] ?? [0, 0];
          return [x + a * u + b * v, y + b * u - a * v];
        },
        [0, 0],
      );
      column = column.map(([a, b], at) => {
        const [u, v] = other[at] ?? [0, 0];
        return [a - re * u + im * v, b - re * v - im * u];
      });
    }
    const length = Math.hypot(...column.flat());
    columns.push(column.map(([a, b]) => [a / length, b / length]));
  }
  const vectors = dense(
    Array.from({ length: size * size }, (_, at) => columns[at % size]?.[Math.floor(at / size)] ?? [0, 0]),
  );
  return (exponent) => {
    const values = diagonal(phases.map((angle) => [Math.cos(exponent * angle), Math.sin(exponent * angle)]));
    return product(vectors, product(full(values), adjoint(vectors)));
  };
}

function expectClose(got: Unitary, wanted: Unitary, digits = 10): void {
  expect(got.re).toHaveLength(wanted.re.length);
  got.re.forEach((value, at) => expect(value).toBeCloseTo(wanted.re[at] ?? NaN, digits));
  got.im.forEach((value, at) => expect(value).toBeCloseTo(wanted.im[at] ?? NaN, digits));
}

const spectra = [
  [0.3, -2.9],
  [0, Math.PI],
  [1, 1, 1, Math.PI],
  [0.2, 0.2, -0.2, -0.2],
  [3, -3, 2.5, -1, 0.1, 0.1, 0.1, 1.9],
  // Their mirror images in the directions that the eigenvectors are looked for in.
  [1.4, 0.6, -0.9, 2.9],
  [4.2 - 2 * Math.PI, 0.4, 0.1, 0.7],
  Array.from({ length: 16 }, (_, k) => Math.sin(k) * 3),
];
const exponents = [1, 2, 7, -1, -3, 0, 0.5, 1 / 3, -0.7, 1.5, 2000];

test.each(spectra.flatMap((phases, seed) => exponents.map((exponent) => [phases, exponent, seed] as const)))(
  "phases %j to the power %d",
  (phases, exponent, seed) => {
    const make = unitary(phases, seed + 1);
    expectClose(power(make(1), exponent), make(exponent), exponent === 2000 ? 8 : 10);
  },
);

test("powers of a diagonal stay diagonal", () => {
  const z = diagonal([
    [1, 0],
    [-1, -1e-17],
  ]);
  const root = power(z, 0.5);
  expect(root.diagonal).toBe(true);
  expect(root.re[1]).toBeCloseTo(0, 12);
  expect(root.im[1]).toBeCloseTo(1, 12);
  expect(power(z, -0.5).im[1]).toBeCloseTo(-1, 12);
});
