/** Products and permutations whose speed is measured. */
import type { Dtype } from "tnlab/dsl/index.js";
import type { Product } from "tnlab/kernel/tensor/product.js";

type Forms = readonly [formA: "mk" | "km", formB: "kn" | "nk"];
type Extents = readonly [batch: number, m: number, n: number, k: number];

const straight: Forms = ["mk", "kn"];
const turned: Forms = ["km", "nk"];

function product([batch, m, n, k]: Extents, [formA, formB]: Forms, shared?: "a" | "b"): Product {
  return { batch, m, n, k, formA, formB, ...(shared && { shared }) };
}

const LARGE: readonly (readonly [Dtype, Extents])[] = [
  ["float32", [1, 1024, 1024, 1024]],
  ["float64", [1, 1024, 1024, 1024]],
  ["complex64", [1, 512, 512, 512]],
  ["complex128", [1, 512, 512, 512]],
];

const NETWORK: readonly (readonly [Dtype, Extents])[] = [
  ["complex64", [1, 4096, 64, 256]],
  ["complex64", [1, 65536, 16, 16]],
  ["complex64", [1, 262144, 4, 4]],
  ["complex64", [1, 1048576, 2, 2]],
  ["complex64", [1, 16, 65536, 16]],
  ["complex64", [1, 4, 262144, 4]],
  ["float64", [1, 1048576, 2, 2]],
  ["float32", [1, 1048576, 4, 4]],
  ["complex64", [1, 4, 4, 65536]],
  ["complex64", [1, 1024, 1024, 1]],
  ["complex64", [1, 262144, 8, 1]],
  ["complex64", [1, 1, 1, 1048576]],
  ["complex64", [1, 1024, 1, 1024]],
  ["float32", [1, 1024, 1, 1024]],
  ["complex64", [262144, 1, 1, 1]],
  ["complex64", [262144, 2, 2, 2]],
  ["complex64", [65536, 4, 4, 4]],
  ["complex64", [4096, 16, 16, 16]],
  ["float64", [262144, 2, 2, 2]],
];

export const PRODUCTS: readonly (readonly [Dtype, Product])[] = [
  ...[...LARGE, ...NETWORK].flatMap(([dtype, extents]) =>
    [straight, turned].map((forms) => [dtype, product(extents, forms)] as const),
  ),
  ["complex64", product([65536, 4, 4, 4], straight, "a")],
  ["complex64", product([65536, 4, 4, 4], straight, "b")],
];

export interface Permutation {
  readonly title: string;
  readonly shape: readonly number[];
  readonly axes: readonly number[];
}

/** A fixed scatter of the axes: `step` has no divisor in common with the rank. */
function scattered(rank: number, step: number, [first, others] = [2, 2] as [number, number]): Permutation {
  const axes = Array.from({ length: rank }, (_, axis) => (axis * step + 3) % rank);
  const name = first === others ? `${first}^${rank}` : `${first} x ${others}^${rank - 1}`;
  return {
    title: `${name}, axes by steps of ${step}`,
    shape: axes.map((_, axis) => (axis === 0 ? first : others)),
    axes,
  };
}

function matrix(rows: number, columns: number): Permutation {
  return { title: `(${rows}, ${columns}) turned`, shape: [rows, columns], axes: [1, 0] };
}

export const PERMUTATIONS: readonly (readonly [Dtype, Permutation])[] = [
  ["complex64", scattered(20, 7)],
  ["complex64", scattered(22, 5)],
  ["complex64", scattered(24, 11)],
  ["float32", scattered(22, 9)],
  ["float64", scattered(22, 7)],
  ["complex128", scattered(22, 5)],
  ["float32", scattered(7, 3, [4, 9])],
  ["float64", scattered(9, 4, [4, 5])],
  ["complex64", matrix(2048, 2048)],
  ["complex64", matrix(1000, 1501)],
  ["float32", matrix(1000, 1501)],
  ["complex64", matrix(4, 1048576)],
  [
    "complex64",
    {
      title: "(3, 5, 7, 9, 11, 13, 8) scattered",
      shape: [3, 5, 7, 9, 11, 13, 8],
      axes: [6, 2, 4, 0, 1, 5, 3],
    },
  ],
];
