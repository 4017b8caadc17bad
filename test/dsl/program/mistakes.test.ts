import { expect, test } from "vitest";
import { compiled, mistakes, mistakesOf } from "./language.ts";

const A = "tensor A[i: 2, j: 2] = 1\n";
const R = `${A}network R = A A[j,k] A[k,l]\n`;

/** A program, its one mistake with the text under it, and a part of the hint. */
const rows: readonly (readonly [string, string, string?])[] = [
  // Names
  [`${A}network R = A[i,k] Bell`, 'unknown-name at "Bell", line 2', "defined: A"],
  ["tensor Abel[i: 2] = 1\nnetwork R = Abl", 'unknown-name at "Abl", line 2', "did you mean Abel?"],
  ["let beta = 1\nlet x = 2 * bta", 'unknown-name at "bta", line 2', "did you mean beta?"],
  ["let x = sqr(3)", 'unknown-name at "sqr", line 1', "did you mean sqrt?"],
  ["let x = cos", 'unknown-name at "cos", line 1', "cos is a function: cos(x)"],
  ["tensor A[i: 2] = cpy", 'unknown-name at "cpy", line 1', "did you mean copy?"],
  ["tensor A[i: 2] = data(w)", 'unknown-name at "w", line 1', "TypeScript"],
  ["run Z", 'unknown-name at "Z", line 1', "no network is defined yet"],
  [`${R}run R on laptop`, 'unknown-name at "laptop", line 3', "no machine is defined yet"],
  [`${R}run R on laptop`, 'unknown-name at "laptop", line 3', 'machine dgx = preset "dgx-h100"'],
  ["network R = A", 'unknown-name at "A", line 1', "tensor A[i: 2, j: 2] = normal(seed 1)"],
  [`${R}show R`, 'bad-choice at "R", line 3', "write show network R"],
  ['machine m = preset "dgx-h10"', 'unknown-name at ""dgx-h10"", line 1', "did you mean dgx-h100?"],
  ["lett a = 3", 'unknown-statement at "lett", line 1', "did you mean let?"],
  [`${A}show network A`, 'wrong-kind at "A", line 2'],
  [`${R}network S = R`, 'wrong-kind at "R", line 3'],
  // Extents
  ["index i: 0", 'bad-extent at "0", line 1'],
  ["index i: 2.5", 'bad-extent at "2.5", line 1'],
  ["let n = 3\nindex i: n - 4", 'bad-extent at "n - 4", line 2'],
  ["tensor A[i: -2] = 1", 'bad-extent at "-2", line 1'],
  ["index i: 2\ntensor A[i: 3] = 1", 'two-extents at "i", line 2'],
  ["tensor A[i: 2, j: 3] = 1\nnetwork R = A A[j,k]", 'two-extents at "j", line 2'],
  ["tensor A[i: 2, j: 3] = 1\nnetwork R = A[i,i]", 'two-extents at "i", line 2'],
  ["index s_{*}: 2\ntensor A[i: 3] = 1\nnetwork R = A[s_{1,x}]", 'two-extents at "s_{1,x}", line 3'],
  [
    "index s_{*}: 3, s_{*,*}: 2\ntensor A[i: 3] = 1\nnetwork R = A[s_{1,2}]",
    'two-extents at "s_{1,2}", line 3',
  ],
  ["tensor A[i, j] = 1", 'no-extent at "i", line 1', "write A[i: 2], or declare index i: 2"],
  ["tensor A[i: 2, i: 2] = 1", 'repeated-index at "i", line 1'],
  ["index s_{*,1}: 3", 'mixed-family at "s_{*,1}", line 1', "write s_{*,*}"],
  ["tensor A[i: 100000, j: 100000] = 1", 'too-large at "A", line 1'],
  // Values
  ["tensor A[i: 2] = 1/i", 'not-finite at "1/i", line 1'],
  ["let x = 0/0", 'not-finite at "0/0", line 1'],
  ["let x = Infinity", 'not-finite at "Infinity", line 1'],
  ["let x = [1, [2, 1/0]]", 'not-finite at "[1, [2, 1/0]]", line 1'],
  ["tensor A[i: 2] = [1, 2, 3]", 'wrong-shape at "[1, 2, 3]", line 1'],
  ["tensor A[i: 2, j: 2] = [[1, 2], [3]]", 'bad-data at "[[1, 2], [3]]", line 1'],
  ["tensor A[i: 2] = data(ragged)", 'bad-data at "ragged", line 1'],
  ["tensor A[i: 2] = data(words)", 'bad-data at "words", line 1'],
  ["tensor A[i: 2] = data(holes)", 'bad-data at "holes", line 1'],
  ["tensor A[i: 2] = data(nothing)", 'bad-data at "nothing", line 1'],
  ["tensor A[i: 3] = data(v)", 'wrong-shape at "v", line 1'],
  ["tensor A[a: 2, b: 3] = copy", 'bad-data at "A", line 1'],
  ["tensor A[a: 2]: float32 = sqrt(a - 1)", 'complex-entries at "A", line 1', "use complex64 or complex128"],
  ["tensor A[a: 2]: float16 = 1", 'bad-dtype at "float16", line 1', "did you mean float32?"],
  ["tensor A[a: 2] = 5 GiB", 'not-a-number at "5 GiB", line 1'],
  ["tensor A[a: 2] = normal(seed 1.5)", 'bad-amount at "1.5", line 1'],
  ["tensor A[a: 2] = gauss(seed 1)", 'bad-choice at "gauss", line 1', "use normal or uniform"],
  // Networks
  [`${A}network R = A[i]`, 'index-count at "A[i]", line 2', "it is A[i, j]"],
  [`${A}network R = A[]`, 'index-count at "A[]", line 2', "it is A[i, j]"],
  [`${A}network R[k] = A`, 'open-missing at "k", line 2', "its factors have i, j"],
  [`${A}network R[i, i] = A`, 'repeated-index at "i", line 2'],
  [`${A}network R = product { A[i_x, j] for x in 3..1 }`, 'no-factors at "R", line 2'],
  ["network R = product { }", 'no-factors at "R", line 1'],
  [
    "tensor A[i: 2] = 1i\nnetwork R: float64 = A A[j]\ntensor B[i: 2] = sqrt(-1)\nnetwork S: float64 = B",
    'real-dtype at "S", line 4',
  ],
  [
    `${A}network R = product { A[s_x, s_{x+1}] for x in 1..10000000 }`,
    'too-many-terms at "x in 1..10000000", line 2',
    "make the range 1..10000000 shorter",
  ],
  [
    `${A}network R = product { A[s_x, s_y] for x in 1..2000, y in 1..x }`,
    'too-many-terms at "x in 1..2000", line 2',
  ],
  [`${A}network R = product { A[s_{x/2}, s_x] for x in 1..3 }`, 'bad-subscript at "x/2", line 2'],
  [
    `${A}network R = product { A[s_x, j] for x in 1..N }`,
    'not-a-number at "N", line 2',
    "N is not defined here, so it is read as a unit",
  ],
  [`${A}network R = product { A[s_x, j] for x in 1..1.5 }`, 'not-a-number at "1.5", line 2'],
  [`${A}network R = product { A[s_x, j] for x in 1..3 if x }`, 'not-a-number at "x", line 2', "compare with"],
  [`${A}network R = product { A[s_x, j] for x in 1..3 if x > zz }`, 'unknown-name at "zz", line 2'],
  [`${A}network R = product { A[s_x, j] for x in 3 }`, 'bad-list at "3", line 2', "write x in [1, 3, 5]"],
  [`${A}network R = product { A[s_x, j] for x in [1, 2i] }`, 'bad-list at "[1, 2i]", line 2'],
  [`${A}network R = product { A[s_x, j] for x in [[1, 2]] }`, 'bad-list at "[[1, 2]]", line 2', "(x, y) in"],
  [
    `${A}network R = product { A[s_x, s_y] for (x, y) in [[1, 2], [3]] }`,
    'bad-list at "[[1, 2], [3]]", line 2',
    "write (x, y) in [[1, 2], [2, 3]]",
  ],
  [`${A}network R = product { A[s_x, s_y] for (x, y) in [1, 2] }`, 'bad-list at "[1, 2]", line 2'],
  [`${A}network R = product { A[s_x, j] for x in [0.5] }`, 'bad-subscript at "x", line 2'],
  [`${A}network R = product { A[s_x, j] for x in [] }`, 'no-factors at "R", line 2'],
  [`${A}network R = product { A[s_x, j] for x in 1..2, x in 1..2 }`, 'loop-twice at "x", line 2'],
  [`${A}network R = product { A[s_x, j] for (x, x) in [[1, 2]] }`, 'loop-twice at "x", line 2'],
  [
    `${A}network R = product { A[s_x, s_y] for x in 1..y, y in 1..2 }`,
    'unknown-name at "y", line 2',
    "the loop over y comes later",
  ],
  [
    `${A}network R = product { A[s_x, s_y] for x in 1..2 if y > 1 for y in [1, x] }`,
    'unknown-name at "y", line 2',
    "the loop over y comes later",
  ],
  [`${A}network R = product { A_x[i] for x in 1..2 }`, 'unknown-name at "A_x", line 2', "defined: A"],
  [
    `let edges = [${"[1, 2], ".repeat(1100)}[1, 2]]\n${A}network R = product { A[s_a, s_d] for (a, b) in edges, (c, d) in edges }`,
    'too-many-terms at "a, b) in edges", line 3',
    "make the list edges shorter",
  ],
  [`${A}network R =\n  A[i, k]`, 'ends-early at "", line 2', "inside brackets it goes on"],
  [`${A}network R = amplitud(C, "0")`, 'bad-choice at "amplitud", line 2'],
  ['import "pair.qsim" as C\nnetwork a = amplitude(C)', 'bad-arguments at "amplitude", line 2'],
  ['import "pair.qsim" as C\nnetwork a = amplitude(C, "000")', 'cannot-build at ""000"", line 2'],
  ['import "pair.qsim" as C\nnetwork a = amplitude(C, "02")', 'cannot-build at ""02"", line 2'],
  ['import "pair.qsim" as C\nnetwork a[q] = amplitude(C, "00")', 'cannot-build at ""00"", line 2'],
  ['import "pair.qsim" as C\nnetwork a: float64 = amplitude(C, "00")', 'cannot-build at ""00"", line 2'],
  ['index q: 3\nimport "pair.qsim" as C\nnetwork a[q] = amplitude(C, ".0")', 'two-extents at "q", line 3'],
  [`${A}network a = amplitude(A, "00")`, 'wrong-kind at "A", line 2'],
  // Files
  ['import "absent.qsim" as C', 'bad-file at ""absent.qsim"", line 1'],
  ['import "broken.qsim" as C', 'bad-file at ""broken.qsim"", line 1'],
  ['import "empty.qsim" as C', 'bad-file at ""empty.qsim"", line 1'],
  [
    'import "notes.txt" as C',
    'bad-choice at ""notes.txt"", line 1',
    "import a file whose name ends in .qsim, .qasm, .cnf, .uai",
  ],
  // Orders
  [`${R}order R = (1 2) 2 3`, 'order-twice at "2", line 3'],
  [`${R}order R = (1 2) 4`, 'order-unknown at "4", line 3', "places are 1 to 3"],
  [`${R}order R = (1 2) AB`, 'order-unknown at "AB", line 3', "did you mean A?"],
  [`${R}order R = (1 2) A`, 'order-ambiguous at "A", line 3', "name it by its place"],
  [`${R}order R = path [[0,1]]`, 'bad-path at "[[0,1]]", line 3'],
  [`${R}order R = path [[0,1],[0,2]]`, 'bad-path at "[[0,1],[0,2]]", line 3'],
  [`${R}order R = path [0,1]`, 'bad-path at "[0,1]", line 3'],
  [`${R}order R = greedi`, 'bad-choice at "greedi", line 3', "did you mean greedy?"],
  [`${R}order R = search minimizing flop`, 'bad-choice at "flop", line 3', "did you mean flops?"],
  [`${R}order R = search within 3 GB`, 'not-a-number at "3 GB", line 3'],
  [`${R}order R = search within 0 s`, 'not-a-number at "0 s", line 3'],
  [`${R}order R = search seed -1`, 'bad-amount at "-1", line 3'],
  // Slices and machines
  [`${R}slice R over i, m`, 'no-such-index at "m", line 3', "its indices: i, j, k, l"],
  [`${R}slice R over i, i`, 'repeated-index at "i", line 3'],
  [`${R}slice R to 3 s`, 'not-a-number at "3 s", line 3'],
  [`${R}slice R to fit eos`, 'unknown-name at "eos", line 3'],
  ["machine m = threads(0)", 'bad-amount at "0", line 1'],
  ["machine m = threads()", 'bad-arguments at "threads", line 1'],
  ["machine m = thread(2)", 'bad-choice at "thread", line 1', "use threads(2)"],
  [`${R}show ordr R`, 'bad-choice at "ordr", line 3', "did you mean order?"],
  [
    `${R}show timeline of R search`,
    'bad-choice at "timeline", line 3',
    "write show speedup of Z on M for devices 1..64 search",
  ],
  [`${R}show speedup of R search minimizing fun`, 'bad-choice at "fun", line 3'],
  [`${R}show order`, 'no-network at "order", line 3', "write order of Z"],
];

test.each(rows.map(([source, expected, hint]) => ({ source, expected, hint })))(
  "$source",
  ({ source, expected, hint }) => {
    expect(mistakes(source)).toEqual([expected]);
    if (hint !== undefined) expect(mistakesOf(source)[0]?.hint).toContain(hint);
  },
);

test.each([
  ["tensor A[i: 3, j: 2] = 1 / (i * j)", "1 / (i * j) is Infinity at i = 0, j = 0"],
  ["tensor A[i: 3] = log(i - 1) * 0", "log(i - 1) * 0 is NaN at i = 1"],
  [
    `${A}network R = product { A[s_{x/y}, j] for x in 2..3, y in 1..2 }`,
    "the subscript x/y is 1.5 at x = 3, y = 2, but a subscript is an integer",
  ],
  [
    `${A}tensor A_1[i: 2] = 1\nnetwork R = product { A_x[i] for y in [7], x in 1..2 }`,
    "there is no tensor A_2 at y = 7, x = 2",
  ],
  [
    `${A}network R = product { A[s_{x/y}, j] for (x, y) in [[2, 2], [3, 2]] }`,
    "the subscript x/y is 1.5 at x = 3, y = 2, but a subscript is an integer",
  ],
  [
    `tensor A[i: 2, j: 3] = 1\nnetwork R = product { A[s_x, s_{x+1}] for x in [4, 5] }`,
    "index s_5 has two extents: 3 in A(x=4), 2 in A(x=5)",
  ],
  [`${A}network R = product { A[s_x, s_y] for x in 1..2, y in [1/(x-1)] }`, "[1/(x-1)] is Infinity at x = 1"],
  [
    `${A}network R = product { A[s_x, j] for x in [true] }`,
    "a loop runs over a list of numbers, but [true] holds true",
  ],
  [
    `${A}network R = product { A[s_x, s_y] for x in 1..2, (y, z) in [[x]] }`,
    "a loop runs over a list of rows of 2 numbers, but [[x]] holds a row of 1 at x = 1",
  ],
  [
    'import "broken.qsim" as C',
    "broken.qsim:3:1: 2 is no qubit; the circuit has qubits 0 to 1\nbroken.qsim:4:1: gate foo is not in qsim's format",
  ],
  ["index i: 2\ntensor A[i: 3] = 1", "index i has two extents: 2 as declared, 3 here"],
  [
    `${A}network R = product { A[s_x, j] for x in 1..2000000 }`,
    "this loop has 2000000 terms; the limit is 1000000",
  ],
])("%j says: %s", (source, sentence) => {
  expect(mistakesOf(source)[0]?.message).toBe(sentence);
});

test("all mistakes of a cell are told, those of its syntax and those of its sense", () => {
  const source = `${A}let x = 1 +, y = foo
index q: 0, r: -1
network R[z, w] = A
network S = A B C[x]
order T = (A A
slice S over i
run S on nowhere
let u = @ 3
show figure R, order Q`;
  expect(mistakes(source)).toEqual([
    'bad-expression at "+", line 2',
    'unknown-name at "foo", line 2',
    'bad-extent at "0", line 3',
    'bad-extent at "-1", line 3',
    'open-missing at "z", line 4',
    'open-missing at "w", line 4',
    'unknown-name at "B", line 5',
    'unknown-name at "C", line 5',
    'open-bracket at "(", line 6',
    'unknown-name at "nowhere", line 8',
    'bad-character at "@", line 9',
    'bad-choice at "figure", line 10',
    'unknown-name at "Q", line 10',
  ]);
});

test.each([
  "let a = 1 +\nlet b = 2 * a\ntensor A[i: 2] = a\nnetwork R = A\nrun R",
  "let a = (1\nlet b = a",
  "index s_{*}: @\ntensor A[s_1] = 1\nnetwork R = A[s_2]",
  "tensor A[i: 2], B[j: 2] = $\nnetwork R = A B\norder R = A B\nslice R over i",
  'import "x.qsim" as C @\nnetwork a = amplitude(C, "0")\nshow order a',
  "lett a = 3\nlet b = a",
])("a name with a mistake is no further mistake where it is used: %j", (source) => {
  expect(mistakes(source)).toHaveLength(1);
});

test("an order tells all its mistakes", () => {
  expect(mistakes(`${R}order R = (1 1) 1`)).toEqual([
    'order-twice at "1", line 3',
    'order-twice at "1", line 3',
  ]);
});

test("a statement after a broken one of the same name counts", () => {
  expect(mistakes("let a = (1\nlet a = 2\nlet b = a + zz")).toEqual([
    'open-bracket at "(", line 1',
    'unknown-name at "zz", line 3',
  ]);
});

test("nothing of a cell with a mistake takes effect", () => {
  const { definitions } = compiled("let a = 1");
  expect(mistakes("let a = 2\nlet b = a\nlet c = zz", definitions)).toHaveLength(1);
  expect([...definitions]).toEqual([["a", { kind: "let", value: 1 }]]);
  expect(compiled("let d = a", definitions).definitions.get("d")).toEqual({ kind: "let", value: 1 });
});

/** Depth, length and loops within loops that would take for ever, overflow the stack or the memory. */
test.each([
  [`${A}network R = product { A[s_x, j] for x in 1..2 ${"if 1 ".repeat(20_000)} }`, ["too-many-clauses"]],
  [
    `${A}network R = product { A[s_x, j] for x in 1..1000, y in 1..1000, z in 1..1000, w in 2..1 }`,
    ["too-many-terms"],
  ],
  [`${A}network R = product { A[s_x, j] for x in 1..9007199254740991 }`, ["too-many-terms"]],
  [`${A}network R = A[s_{${"1,".repeat(20_000)}1}, j]`, []],
  [`${A}network R = A[${"[".repeat(20_000)}`, ["open-bracket"]],
  [`${A}network R = A A[j, k]\norder R = ${"(".repeat(20_000)}1 2${")".repeat(20_000)}`, []],
  [`let x = ${"9".repeat(20_000)}`, ["not-finite"]],
  [`tensor A[i: 1e8] = i`, ["cannot-evaluate"]],
  [`tensor A[a: 1e7] = exp(1i * a)`, ["cannot-evaluate"]],
])("%.60s: %j", (source, codes) => {
  expect(mistakesOf(source).map(({ code }) => code)).toEqual(codes);
});

test("of very many mistakes the first hundred are told, soon, and that there are more", () => {
  const names = Array.from({ length: 5_000 }, (_, site) => `A_${site}`);
  const factors = names.map((name) => `${name}x`).join(" ");
  const source = `${names.map((name) => `tensor ${name}[i: 2] = 1`).join("\n")}\nnetwork R = ${factors}`;
  const found = mistakesOf(source);
  expect(found).toHaveLength(101);
  expect(found[0]?.hint).toBe("did you mean A_0?");
  expect(found.at(-1)?.code).toBe("many-mistakes");
});

test("however long a name is, the sentence is short", () => {
  const long = "x".repeat(100_000);
  for (const source of [
    long,
    `let ${long} = zz`,
    `run ${long}`,
    `import "${long}.qsim" as C`,
    `let a = ${long}`,
  ])
    for (const { message, hint } of mistakesOf(source))
      expect(message.length + (hint ?? "").length).toBeLessThan(700);
});
