/** Numbers from files and seeds: tensors, networks that get data, equations, paths; and what is told where they do not fit. */
import { expect, test } from "vitest";
import { bruteForce } from "../../support/networks.ts";
import { compiled, definition, entries, mistakesOf, network, placed } from "./language.ts";

const NAMES = `import "network.json" as E
tensor A[i: 2, j: 3] = file("tensors.npz", "T0")
tensor B[j: 3, k: 2] = file("tensors.npz", "T1")
tensor S[a: 3, b: 3] = 3 * a + b
tensor M[a: 2, b: 2]: complex64 = [[1, i], [2, 3]]
`;

const PRODUCT = [22, 28, 49, 64];

// A is 1 to 6 in two rows, B 1 to 6 in three rows, S 0 to 8 in three rows.
test.each([
  ['network N = E with file("tensors.npz")', ["i", "k"], PRODUCT],
  ['network N = E with file("t.safetensors")', ["i", "k"], PRODUCT],
  ['network N[i,k] = E with file("tensors.npz")', ["i", "k"], PRODUCT],
  ['network N[k,i] = E with file("tensors.npz")', ["k", "i"], [22, 49, 28, 64]],
  ['network N[k] = E with file("tensors.npz")', ["k"], [71, 92]],
  ['network N[j] = E with file("tensors.npz")', ["j"], [5 * 3, 7 * 7, 9 * 11]],
  ['network N[i,k] = einsum("ij,jk->ik", A, B)', ["i", "k"], PRODUCT],
  ['network N = einsum("ij,jk->ik", A, B)', ["i", "k"], PRODUCT],
  ['network N = einsum("ij,jk", A, B)', ["i", "k"], PRODUCT],
  ['network N[x_1,y] = einsum(" ij , jk -> ik ", A, B)', ["x_1", "y"], PRODUCT],
  ['network N[k,i] = einsum("ij,jk->ik", A, B)', ["k", "i"], PRODUCT],
  ['network N[j,i] = einsum("ij,jk->ik", A, B)', ["j", "i"], PRODUCT],
  ['network N[x,y] = einsum("ij,jk->ki", A, B)', ["x", "y"], [22, 49, 28, 64]],
  ['network N = einsum("ij,jk->", A, B)', [], [163]],
  ['network N = einsum("aa->", S)', [], [12]],
  ['network N = einsum("aa->a", S)', ["a"], [0, 4, 8]],
  ['network N[d] = einsum("aa,ba,ba->a", S, A, A)', ["d"], [0, 4 * (4 + 25), 8 * (9 + 36)]],
])("%s", (source, open, values) => {
  const valued = network(NAMES + source, "N");
  expect(valued.network.open).toEqual(open);
  expect(bruteForce(valued).re).toEqual(values);
});

test("complex arrays in a file make a complex network", () => {
  const valued = network(`${NAMES}network N = E with file("numbered.npz")`, "N");
  expect(valued.network.dtype).toBe("complex128");
  expect(bruteForce(valued)).toEqual({ re: [20, 20, 47, 47], im: [26, 26, 62, 62] });
});

test.each([
  ['network N = E with file("tensors.npz")', "float64"],
  ["network N: complex64 = E with normal(seed 1)", "complex64"],
  ["network N: float32 = E with uniform(seed 1)", "float32"],
  ["network P: complex64 = E with normal(seed 1)\nnetwork N = P with normal(seed 2)", "complex64"],
  ['network N: complex128 = E with file("tensors.npz")', "complex128"],
  ['network N = einsum("ab->", M)', "complex64"],
  ['network N = einsum("ij,ab->", A, M)', "complex128"],
])("%s is %s", (source, dtype) => {
  expect(network(NAMES + source, "N").network.dtype).toBe(dtype);
});

test("random data are those of one tensor statement, in the order of the file", () => {
  const source = `${NAMES}network N = E with normal(seed 7)
tensor P[i: 2, j: 3], Q[j: 3, k: 2] = normal(seed 7)`;
  const [first, second] = network(source, "N").entries;
  expect(first?.re).toEqual(entries(source, "P").re);
  expect(second?.re).toEqual(entries(source, "Q").re);
});

test("a network keeps the order that its labels had, whatever names an equation's outputs get", () => {
  const { network: own } = network(`${NAMES}network N[j,i] = einsum("ij,jk->ik", A, B)`, "N");
  const [a, b] = own.tensors;
  expect([a?.labels[0], b?.labels[1]]).toEqual(["j", "i"]);
  expect(a?.labels[1]).toBe(b?.labels[0]);
  expect(Object.keys(own.extents)).toHaveLength(3);
});

test.each([
  ['tensor X[m: 2, n: 3]: float32 = file("single.npy")', "float32", [2, 3], [1, 2, 3, 4, 5, 6]],
  ['tensor X[m, n] = file("single.npy")', "float32", [2, 3], [1, 2, 3, 4, 5, 6]],
  ['tensor X[m, n: 3]: float64 = file("single.npy")', "float64", [2, 3], [1, 2, 3, 4, 5, 6]],
  ['tensor X[m, n]: complex64 = file("single.npy")', "complex64", [2, 3], [1, 2, 3, 4, 5, 6]],
  ['tensor X = file("scalar.npy")', "float64", [], [2.5]],
  ['tensor X[m, n] = file("tensors.npz", "T1")', "float64", [3, 2], [1, 2, 3, 4, 5, 6]],
  ['tensor X[m, n] = file("short.npz")', "float64", [2, 3], [1, 2, 3, 4, 5, 6]],
  ['tensor X[m, n] = file("t.safetensors", "T0")', "float64", [2, 3], [1, 2, 3, 4, 5, 6]],
])("%s", (source, dtype, shape, values) => {
  const found = definition(source, "X");
  expect(found).toMatchObject({ kind: "tensor", dtype, shape });
  expect(Array.from(entries(source, "X").re)).toEqual(values);
});

test("complex entries of a file", () => {
  const { re, im } = entries('tensor X[m: 64, n: 64]: complex128 = file("weights.npy")', "X");
  expect([re.length, re[0], re[4095], im?.[0], im?.[4095]]).toEqual([4096, 0, 4095, -1, -1]);
});

const CHAIN = `tensor W[a: 2, b: 2] = 1
network Z = product { W[s_x, s_{x+1}] for x in 1..3 }
`;

test.each([
  [
    "z.json",
    {
      kind: "tree",
      pairs: [
        [0, 1],
        [2, 3],
      ],
    },
  ],
  [
    "sliced.json",
    {
      kind: "tree",
      pairs: [
        [0, 1],
        [2, 3],
      ],
      sliced: ["s_2"],
    },
  ],
])("the path of %s", (file, spec) => {
  const found = compiled(`${CHAIN}order Z = path "${file}"`).definitions.get("order Z");
  expect(found).toMatchObject({ spec });
});

test.each([
  ["run E", 'no-data at "E"', /E has no data to run with/, /E with normal\(seed 1\).*run it dry/],
  ["network N = H with normal(seed 1)", 'unknown-name at "H"', /no network H/, /defined: E/],
  ["network N = A with normal(seed 1)", 'wrong-kind at "A"', /a tensor, but a network/, undefined],
  ["network N = E with gaussian(seed 1)", 'bad-choice at "gaussian"', /gaussian/, /normal or uniform/],
  ['network N = E with data("x")', 'bad-choice at "data"', /data for a network/, /file\("tensors.npz"\)/],
  ['network N = E with file("absent.npz")', 'bad-file at ""absent.npz""', /no such file/, /folder/],
  [
    'network N = E with file("notes.txt")',
    'bad-choice at ""notes.txt""',
    /notes/,
    /\.npy, \.npz, \.safetensors/,
  ],
  ['network N = E with file("short.npz")', 'bad-file at ""short.npz""', /lacks the array T1/, /T0, T1/],
  [
    'network N = E with file("long.npz")',
    'bad-file at ""long.npz""',
    /no tensor of E takes its array T2/,
    /2 tensors/,
  ],
  ['network N = E with file("strange.npz")', 'bad-file at ""strange.npz""', /left, right/, /arr_0/],
  [
    'network N = E with file("turned.npz")',
    'bad-file at ""turned.npz""',
    /T0 has the shape \[3, 2\], but T0 of E has \[2, 3\]/,
    undefined,
  ],
  ['network N = E with file("single.npy")', 'bad-file at ""single.npy""', /single.npy/, /2 tensors/],
  ['network N = E with file("tensors.npz", "T0")', 'bad-file at ""T0""', /all arrays/, undefined],
  [
    'network N: float32 = E with file("tensors.npz")',
    'bad-data at ""tensors.npz""',
    /holds float64, but T0 is float32/,
    /float64/,
  ],
  [
    'network N: float64 = E with file("numbered.npz")',
    'bad-data at ""numbered.npz""',
    /holds complex64, but T1 is float64/,
    /complex64/,
  ],
  ["network N[z] = E with normal(seed 1)", 'open-missing at "z"', /z/, /i, j, k/],
  [
    "index i: 5\nnetwork N[i] = E with normal(seed 1)",
    'two-extents at "i"',
    /5 as declared, 2 in E/,
    undefined,
  ],
  [
    'network N = einsum("ij,jk->ik", A)',
    'cannot-build at ""ij,jk->ik""',
    /2 inputs, but there are 1/,
    undefined,
  ],
  [
    'network N = einsum("ij,kj->ik", A, B)',
    'cannot-build at ""ij,kj->ik""',
    /index j is 3, but axis 2 of input 2 is 2/,
    undefined,
  ],
  [
    'network N = einsum("ijk,jk->ik", A, B)',
    'cannot-build at ""ijk,jk->ik""',
    /input 1 is ijk, but its tensor has 2 axes/,
    undefined,
  ],
  ['network N = einsum("i...,jk->ik", A, B)', 'cannot-build at "."', /ellipsis/, /letter/],
  ['network N = einsum("ij,jk->iz", A, B)', 'cannot-build at "z"', /no input has it/, undefined],
  ['network N = einsum("ij,jk->ik", A, H)', 'unknown-name at "H"', /no tensor H/, undefined],
  ["network N = einsum(A, B)", 'bad-arguments at "einsum"', /einsum\("ij,jk->ik", A, B\)/, undefined],
  [
    "network N = einsum('ij,jk->ik', A, B)",
    'bad-arguments at "einsum"',
    /an equation and its tensors/,
    /double quotes/,
  ],
  [
    'network N[x] = einsum("ij,jk->ik", A, B)',
    'cannot-build at "x"',
    /1 open indices, but .* 2 \(i, k\)/,
    undefined,
  ],
  [
    "index q: 7\nnetwork N[q,k] = " + 'einsum("ij,jk->ik", A, B)',
    'two-extents at "q"',
    /7 as declared, 2/,
    undefined,
  ],
  ['network N: float64 = einsum("ab->", M)', 'real-dtype at "N"', /factor M is complex/, undefined],
  [
    'tensor X[m: 3, n: 3] = file("single.npy")',
    'wrong-shape at ""single.npy""',
    /\[3, 3\], but its value has \[2, 3\]/,
    undefined,
  ],
  ['tensor X[m: 6] = file("single.npy")', 'wrong-shape at ""single.npy""', /\[6\]/, undefined],
  [
    'tensor X[m, n]: float32 = file("weights.npy")',
    'bad-data at ""weights.npy""',
    /holds complex128, but X is float32/,
    undefined,
  ],
  [
    'tensor X[m, n]: complex64 = file("weights.npy")',
    'bad-data at ""weights.npy""',
    /holds complex128, but X is complex64/,
    /complex128/,
  ],
  [
    'tensor X[row, column] = file("holes.npy")',
    'bad-data at ""holes.npy""',
    /X at row = 1, column = 2 is NaN/,
    /finite/,
  ],
  [
    'tensor X[m, n] = file("cut.npy")',
    'bad-file at ""cut.npy""',
    /cut.npy: byte \d+: .*48 bytes of data, but 47/,
    undefined,
  ],
  [
    'tensor X[m, n] = file("tensors.npz")',
    'bad-file at ""tensors.npz""',
    /2 arrays: T0, T1/,
    /file\("tensors.npz", "T0"\)/,
  ],
  ['tensor X[m, n] = file("tensors.npz", "T9")', 'bad-file at ""T9""', /no array "T9"/, /T0|T1/],
  ['tensor X[m, n] = file("single.npy", "T0")', 'bad-file at ""T0""', /no name/, /file\("single.npy"\)/],
  ['tensor X[m, n] = fil("single.npy")', 'bad-choice at "fil"', /fil/, /file/],
  [
    'import "loose.json" as L',
    'bad-file at ""loose.json""',
    /loose\.json: inputs\[0\]\[0\]: index i has no extent/,
    undefined,
  ],
  ['import "torn.json" as L', 'bad-file at ""torn.json""', /torn\.json:2: not valid JSON/, undefined],
  [CHAIN + 'order Z = path "absent.json"', 'bad-file at ""absent.json""', /no such file/, /folder/],
  [
    CHAIN + 'order Z = path "wrong.json"',
    'bad-file at ""wrong.json""',
    /wrong\.json: path: path step 2 is \[0, 9\]/,
    undefined,
  ],
  [
    CHAIN + 'order Z = path "foreign.json"',
    'bad-path at ""foreign.json""',
    /no such index|slice over t/,
    undefined,
  ],
])("%s is told", (source, where, says, hint) => {
  const text = NAMES + source;
  const [first, ...others] = mistakesOf(text);
  expect(others).toEqual([]);
  expect(first && placed(text, first)).toContain(where);
  expect(first?.message).toMatch(says);
  if (hint !== undefined) expect(first?.hint).toMatch(hint);
});
