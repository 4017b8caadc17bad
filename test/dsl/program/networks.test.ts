import { expect, test } from "vitest";
import { bruteForce } from "../../support/networks.ts";
import { compiled, network } from "./language.ts";

/** The factors of a network R, as `name[labels]`. */
function factors(source: string): string[] {
  return network(source, "R").network.tensors.map(({ name, labels }) => `${name}[${labels.join(",")}]`);
}

const A =
  "let L = 3, list = [1, 4], edges = [[1, 2], [3, 1]]\ntensor A[i: 2, j: 2] = [[1, 2], [3, 5]]\ntensor A_1[i: 2], A_2[i: 2] = [1, 4]\n";

test.each<readonly [string, readonly string[]]>([
  ["A A[j, k]", ["A[i,j]", "A[j,k]"]],
  ["product { A[s_x, s_{x+1}] for x in 1..3 }", ["A(x=1)[s_1,s_2]", "A(x=2)[s_2,s_3]", "A(x=3)[s_3,s_4]"]],
  [
    "product { A[s_{x,y}, t] for x in 1..2, y in x..2 }",
    ["A(x=1,y=1)[s_{1,1},t]", "A(x=1,y=2)[s_{1,2},t]", "A(x=2,y=2)[s_{2,2},t]"],
  ],
  ["product { A[s_{x,y}, t] for x in 1..L for y in 1..L if x + y == 4 if x < y }", ["A(x=1,y=3)[s_{1,3},t]"]],
  ["product { A[s_x, s_{(x mod L)+1}] for x in 1..L if x != 2 }", ["A(x=1)[s_1,s_2]", "A(x=3)[s_3,s_1]"]],
  [
    "product { A[a, b] A[b, c_x] for x in 0..1 }",
    ["A(x=0)[a,b]", "A(x=0)[b,c_0]", "A(x=1)[a,b]", "A(x=1)[b,c_1]"],
  ],
  ["product { A[a, b]; A[b, k_in] }", ["A[a,b]", "A[b,k_in]"]],
  ["product {\n  A[a, b]   # one\n  A[b, c]\n}", ["A[a,b]", "A[b,c]"]],
  ["product { A[s_x, t]\n  for x in 1..2\n  if x > 1 }", ["A(x=2)[s_2,t]"]],
  ["product { A[s_x, t] for x in 2..1 } A", ["A[i,j]"]],
  ["product { A[s_{-x}, s_{x/1}] for x in -1..0 }", ["A(x=-1)[s_1,s_{-1}]", "A(x=0)[s_0,s_0]"]],
  ["product { A[s_{x,out}, s_{2*x, y}] for x in 1..1 }", ["A(x=1)[s_{1,out},s_{2,y}]"]],
  ["product { A_x[s_x] for x in 1..2 }", ["A_1(x=1)[s_1]", "A_2(x=2)[s_2]"]],
  ["product { A[s_x, t] for x in [5, 1, 3] }", ["A(x=5)[s_5,t]", "A(x=1)[s_1,t]", "A(x=3)[s_3,t]"]],
  ["product { A[s_x, t] for x in [2 * L] }", ["A(x=6)[s_6,t]"]],
  ["product { A[s_x, t] for x in list if x > 1 }", ["A(x=4)[s_4,t]"]],
  ["product { A[s_a, s_b] for (a, b) in edges }", ["A(a=1,b=2)[s_1,s_2]", "A(a=3,b=1)[s_3,s_1]"]],
  [
    "product { A[s_x, s_y] for x in 1..2, y in [x, 2 * x] if y != 2 }",
    ["A(x=1,y=1)[s_1,s_1]", "A(x=2,y=4)[s_2,s_4]"],
  ],
  [
    "product { A[s_{a,x}, s_{b,x}] for (a, b) in edges for x in a..b if a < b }",
    ["A(a=1,b=2,x=1)[s_{1,1},s_{2,1}]", "A(a=1,b=2,x=2)[s_{1,2},s_{2,2}]"],
  ],
  ["product { A[s_x, t] for x in [1, 1] }", ["A(x=1)[s_1,t]", "A(x=1)[s_1,t]"]],
  ["product { A[s_x, s_y] for x in [], y in [7] } A", ["A[i,j]"]],
  ["product { A[s_x, s_L] for L in 1..1, x in L..L }", ["A(L=1,x=1)[s_1,s_1]"]],
  ["product { A_{3-x} for x in 1..2 }", ["A_2(x=1)[i]", "A_1(x=2)[i]"]],
  ["A[s_{L}, s_{L+1}] A[s_L, s_{ 4 }]", ["A[s_3,s_4]", "A[s_3,s_4]"]],
])("network R = %s", (body, expected) => {
  expect(factors(`${A}network R = ${body}`)).toEqual(expected);
});

test("an index that was not declared takes its extent from the tensor", () => {
  const { network: own } = network("tensor A[i: 2, j: 3] = 1\nnetwork R[b] = A[a, b] A[a, c] A[d, c]", "R");
  expect(own.extents).toEqual({ a: 2, b: 3, c: 3, d: 2 });
  expect(own.open).toEqual(["b"]);
});

test.each(["s_1", "s_{1,2}", "s_{x+1, 3}", "s_in"])("the family s_{*} speaks for %s", (reference) => {
  const source = `let x = 4\nindex s_{*}: 3\ntensor A[${reference}] = 1\nnetwork R = A`;
  expect(Object.values(network(source, "R").network.extents)).toEqual([3]);
});

/** Sum over all spins of the product of bond weights, written without tensors. */
function ising(L: number, coupling: number, periodic: boolean): number {
  let total = 0;
  for (let state = 0; state < 2 ** (L * L); state += 1) {
    const spin = (x: number, y: number): number => 1 - 2 * ((state >> ((x % L) * L + (y % L))) & 1);
    let energy = 0;
    for (let x = 0; x < L; x += 1)
      for (let y = 0; y < L; y += 1) {
        if (periodic || x < L - 1) energy += spin(x, y) * spin(x + 1, y);
        if (periodic || y < L - 1) energy += spin(x, y) * spin(x, y + 1);
      }
    total += Math.exp(coupling * energy);
  }
  return total;
}

const weights = `let L = 3, beta = 0.4406868, J = 1
index s_{*}: 2
tensor W[a: 2, b: 2] = exp(beta * J * (1 - 2*(a != b)))\n`;

test("the open Ising model has the partition function of its definition", () => {
  const { re } = bruteForce(
    network(
      `${weights}network Z = product {
  W[s_{x,y}, s_{x+1,y}] for x in 1..L-1, y in 1..L
  W[s_{x,y}, s_{x,y+1}] for x in 1..L, y in 1..L-1
}`,
      "Z",
    ),
  );
  expect(re[0]).toBeCloseTo(ising(3, 0.4406868, false), 8);
});

test("the periodic Ising model has the partition function of its definition", () => {
  const { re } = bruteForce(
    network(
      `${weights}network P = product {
  W[s_{x,y}, s_{(x mod L)+1, y}] for x in 1..L, y in 1..L
  W[s_{x,y}, s_{x, (y mod L)+1}] for x in 1..L, y in 1..L
}`,
      "P",
    ),
  );
  expect(re[0]).toBeCloseTo(ising(3, 0.4406868, true), 6);
});

/** Values of R, row-major over its open indices; A = [[1, 2], [3, 5]], H = [[1, i], [-i, 2]], v = (1, 4). */
const small = `tensor A[a: 2, b: 2] = [[1, 2], [3, 5]]
tensor H[a: 2, b: 2] = [[1, i], [-i, 2]]
tensor v[a: 2] = [1, 4]
tensor D[a: 2, b: 2, c: 2] = copy\n`;

const values: readonly (readonly [string, readonly number[], (readonly number[])?])[] = [
  ["R = A", [11]],
  ["R[a] = A", [3, 8]],
  ["R[b, a] = A", [1, 3, 2, 5]],
  ["R = A[i, i]", [6]],
  ["R[i] = A[i, i]", [1, 5]],
  ["R[i, k] = A[i, j] A[j, k]", [7, 12, 18, 31]],
  ["R = A[p, q] A[q, r] A[r, p]", [1 * 7 + 3 * 12 + 2 * 18 + 5 * 31]],
  ["R = v[i] v[i] v[i]", [65]],
  ["R[i] = v[i] v[i] A[i, j]", [3, 128]],
  ["R[i, k] = A[i, j] v[j] A[j, k]", [1 + 24, 2 + 40, 3 + 60, 6 + 100]],
  ["R[x, y] = D[x, y, z] v[z]", [1, 0, 0, 4]],
  ["R = v v[b]", [25]],
  ["R[i, k] = H[i, j] H[j, k]", [2, 0, 0, 5], [0, 3, -3, 0]],
  ["R = H[i, j] H[j, i]", [7], [0]],
];

test.each(values.map(([text, re, im]) => ({ text, re, im })))(
  "network $text has its value",
  ({ text, re, im }) => {
    const value = bruteForce(network(`${small}network ${text}`, "R"));
    re.forEach((wanted, position) => expect(value.re[position]).toBeCloseTo(wanted, 12));
    re.forEach((_, position) => expect(value.im[position]).toBeCloseTo(im?.[position] ?? 0, 12));
    expect(value.re).toHaveLength(re.length);
  },
);

test("a loop has at most a million terms, and 20,000 are no matter", () => {
  const source =
    "tensor W[a: 2, b: 2] = 1\nnetwork R = product { W[s_{x,y}, s_{x+1,y}] for x in 1..100, y in 1..200 }";
  const { network: own, entries } = network(source, "R");
  expect(own.tensors).toHaveLength(20_000);
  expect(Object.keys(own.extents)).toHaveLength(101 * 200);
  // All factors share one array of numbers.
  expect(new Set(entries).size).toBe(1);
});

test("a name defined again is replaced, with a notice; what no longer fits is dropped", () => {
  const first = compiled(
    "tensor A[i: 2] = 1\nnetwork R = A A\norder R = (1 2)\nslice R over i\norder S = greedy".replace(
      "\norder S = greedy",
      "",
    ),
  );
  const { definitions } = compiled("network R = A A A", first.definitions);
  expect([...definitions.keys()]).toEqual(["A", "R"]);
  const kept = compiled("tensor A[i: 2] = 1\nnetwork R = A\norder R = greedy\nslice R to 1 GB");
  expect(compiled("network R = A A", kept.definitions).definitions.size).toBe(4);
});

test("cells see the names of earlier cells", () => {
  const { definitions } = compiled("let n = 3\nindex s_{*}: n\ntensor A[s_1, s_2] = s_1 + s_2");
  const later = compiled("network R[s_1] = A A[s_2, s_n]", definitions).definitions.get("R");
  expect(later?.kind === "network" && later.valued.network.tensors[1]?.labels).toEqual(["s_2", "s_3"]);
});

test("a network of a graph's edges is that of its factors one by one", () => {
  const head = "tensor W[a: 2, b: 2] = [[1, 2], [3, 5]]\n";
  const listed = network(
    `${head}network R = product { W[s_x, s_y] for (x, y) in [[1, 2], [2, 3], [3, 1]] }`,
    "R",
  );
  const written = network(`${head}network R = W[s_1, s_2] W[s_2, s_3] W[s_3, s_1]`, "R");
  expect(bruteForce(listed)).toEqual(bruteForce(written));
  // The trace of the third power.
  expect(bruteForce(listed).re).toEqual([1 * 7 + 3 * 12 + 2 * 18 + 5 * 31]);
});
