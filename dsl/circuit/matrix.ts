/** Unitary matrices of a few qubits: inverse, power, product. */
import { InvariantError } from "../base/diagnostic.ts";
import type { Unitary } from "./circuit.ts";

export type Complex = readonly [number, number];

/** Row-major entries as pairs. */
export function dense(values: readonly Complex[]): Unitary {
  const [re, im] = [new Float64Array(values.length), new Float64Array(values.length)];
  values.forEach(([real, imaginary], at) => {
    re[at] = real;
    im[at] = imaginary;
  });
  return { diagonal: false, re, im };
}

export function diagonal(values: readonly Complex[]): Unitary {
  return { ...dense(values), diagonal: true };
}

/** Rows, which are outcomes. */
export function sizeOf({ diagonal: only, re }: Unitary): number {
  return only ? re.length : Math.round(Math.sqrt(re.length));
}

export function identity(size: number): Unitary {
  const re = new Float64Array(size * size);
  for (let k = 0; k < size; k += 1) re[k * size + k] = 1;
  return { diagonal: false, re, im: new Float64Array(size * size) };
}

/** The same matrix with all its entries. */
export function full(matrix: Unitary): Unitary {
  if (!matrix.diagonal) return matrix;
  const size = sizeOf(matrix);
  const all = identity(size);
  for (let k = 0; k < size; k += 1) {
    all.re[k * size + k] = matrix.re[k] ?? 0;
    all.im[k * size + k] = matrix.im[k] ?? 0;
  }
  return all;
}

/** The matrix as a diagonal; undefined where another entry is not exactly zero. */
export function diagonalPart(matrix: Unitary): Unitary | undefined {
  const size = sizeOf(matrix);
  const outside = (value: number, at: number): boolean => value !== 0 && at % (size + 1) !== 0;
  if (matrix.re.some(outside) || matrix.im.some(outside)) return undefined;
  const inside = (_: number, at: number): boolean => at % (size + 1) === 0;
  return { diagonal: true, re: matrix.re.filter(inside), im: matrix.im.filter(inside) };
}

export function adjoint(matrix: Unitary): Unitary {
  if (matrix.diagonal) return { ...matrix, im: matrix.im.map((value) => -value) };
  const size = sizeOf(matrix);
  const [re, im] = [new Float64Array(size * size), new Float64Array(size * size)];
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < size; column += 1) {
      re[row * size + column] = matrix.re[column * size + row] ?? 0;
      im[row * size + column] = -(matrix.im[column * size + row] ?? 0);
    }
  return { diagonal: false, re, im };
}

/** a b: b acts first. Both with all their entries. */
export function product(a: Unitary, b: Unitary): Unitary {
  const size = sizeOf(a);
  const [re, im] = [new Float64Array(size * size), new Float64Array(size * size)];
  for (let row = 0; row < size; row += 1)
    for (let k = 0; k < size; k += 1) {
      const [x, y] = [a.re[row * size + k] ?? 0, a.im[row * size + k] ?? 0];
      if (x === 0 && y === 0) continue;
      for (let column = 0; column < size; column += 1) {
        const [u, v] = [b.re[k * size + column] ?? 0, b.im[k * size + column] ?? 0];
        const at = row * size + column;
        re[at] = (re[at] ?? 0) + x * u - y * v;
        im[at] = (im[at] ?? 0) + x * v + y * u;
      }
    }
  return { diagonal: false, re, im };
}

/** The phase of an eigenvalue in (-pi, pi]; -1 stays at pi where rounding puts it a little below. */
function principal(re: number, im: number): number {
  const angle = Math.atan2(im, re);
  return angle < -Math.PI + 1e-9 ? angle + 2 * Math.PI : angle;
}

/** Whole powers up to this are products, whose rounding grows with the exponent. */
const MOST_FACTORS = 1024;

/** The principal power: eigenvalues e^(i angle) with -pi < angle <= pi become e^(i exponent angle). */
export function power(matrix: Unitary, exponent: number): Unitary {
  if (exponent < 0) return adjoint(power(matrix, -exponent));
  if (matrix.diagonal) return diagonalPower(matrix, exponent);
  const whole = Number.isInteger(exponent) && exponent <= MOST_FACTORS;
  return whole ? wholePower(matrix, exponent) : rootPower(matrix, exponent);
}

function diagonalPower({ re, im }: Unitary, exponent: number): Unitary {
  const angles = re.map((value, k) => exponent * principal(value, im[k] ?? 0));
  return { diagonal: true, re: angles.map(Math.cos), im: angles.map(Math.sin) };
}

function wholePower(matrix: Unitary, exponent: number): Unitary {
  let result = identity(sizeOf(matrix));
  let square = matrix;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = product(result, square);
    if (rest > 1) square = product(square, square);
  }
  return result;
}

/** Off-diagonal size below which a matrix counts as diagonalised. */
const CLOSE = 1e-9;

function rootPower(matrix: Unitary, exponent: number): Unitary {
  // One Hermitian mixture of the real and the imaginary part of the matrix has its eigenvectors, unless two of its
  // eigenvalues fall together by chance in this mixture; another one then tells them apart.
  for (const mix of [1, 2.3, 0.4, 3.9]) {
    const vectors = eigenvectors(mixture(matrix, Math.cos(mix), Math.sin(mix)));
    const values = product(adjoint(vectors), product(matrix, vectors));
    if (!isDiagonal(values)) continue;
    const size = sizeOf(matrix);
    const [re, im] = [new Float64Array(size), new Float64Array(size)];
    for (let k = 0; k < size; k += 1) {
      re[k] = values.re[k * size + k] ?? 0;
      im[k] = values.im[k * size + k] ?? 0;
    }
    const powered = full(diagonalPower({ diagonal: true, re, im }, exponent));
    return product(vectors, product(powered, adjoint(vectors)));
  }
  throw new InvariantError("expected a unitary matrix, got one that cannot be diagonalised");
}

function isDiagonal(matrix: Unitary): boolean {
  const size = sizeOf(matrix);
  return matrix.re.every((re, at) => at % (size + 1) === 0 || Math.hypot(re, matrix.im[at] ?? 0) < CLOSE);
}

/** c (U + U')/2 + s (U - U')/2i, which is Hermitian. */
function mixture(matrix: Unitary, c: number, s: number): Unitary {
  const other = adjoint(matrix);
  const re = matrix.re.map(
    (value, at) => (c * (value + (other.re[at] ?? 0)) + s * ((matrix.im[at] ?? 0) - (other.im[at] ?? 0))) / 2,
  );
  const im = matrix.im.map(
    (value, at) => (c * (value + (other.im[at] ?? 0)) - s * ((matrix.re[at] ?? 0) - (other.re[at] ?? 0))) / 2,
  );
  return { diagonal: false, re, im };
}

/** Columns: eigenvectors of a Hermitian matrix, by Jacobi's rotations. */
function eigenvectors(hermitian: Unitary): Unitary {
  const size = sizeOf(hermitian);
  const rest = { ...hermitian, re: hermitian.re.slice(), im: hermitian.im.slice() };
  const vectors = identity(size);
  for (let sweep = 0, turned = true; turned && sweep < 60; sweep += 1) {
    turned = false;
    for (let p = 0; p < size; p += 1)
      for (let q = p + 1; q < size; q += 1) turned = rotate(rest, vectors, p, q) || turned;
  }
  return vectors;
}

/** Makes the entry of p and q zero by a rotation in their plane; false where it is zero. */
function rotate(rest: Unitary, vectors: Unitary, p: number, q: number): boolean {
  const size = sizeOf(rest);
  const [x, y] = [rest.re[p * size + q] ?? 0, rest.im[p * size + q] ?? 0];
  const length = Math.hypot(x, y);
  if (length < 1e-15) return false;
  const difference = (rest.re[p * size + p] ?? 0) - (rest.re[q * size + q] ?? 0);
  const angle = Math.atan2(2 * length, difference) / 2;
  const [c, s] = [Math.cos(angle), Math.sin(angle) / length];
  mix(rest, [p, q, size], c, [s * x, -s * y]);
  mix(vectors, [p, q, size], c, [s * x, -s * y]);
  mix(rest, [p * size, q * size, 1], c, [s * x, s * y]);
  return true;
}

/** Two lines of a matrix, which start at p and q: p becomes c p + w q, q becomes c q - w* p. */
function mix(
  { re, im }: Unitary,
  [p, q, stride]: readonly [number, number, number],
  c: number,
  [wr, wi]: Complex,
): void {
  for (let k = 0; k < Math.round(Math.sqrt(re.length)); k += 1) {
    const [at, to] = [p + k * stride, q + k * stride];
    const [a, b, x, y] = [re[at] ?? 0, im[at] ?? 0, re[to] ?? 0, im[to] ?? 0];
    re[at] = c * a + wr * x - wi * y;
    im[at] = c * b + wr * y + wi * x;
    re[to] = c * x - wr * a - wi * b;
    im[to] = c * y - wr * b + wi * a;
  }
}
