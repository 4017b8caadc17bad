/** Mistakes in what is written: syntax, names, expressions, tensors, networks. */
import type { Code } from "../base/messages.ts";
import { A, CHAIN, PAIR, type CatalogueEntry } from "./entry.ts";

export const MISWRITTEN = {
  "bad-character": {
    about: "A character that means nothing in the language.",
    failing: "let x = 3 @ 4",
    mended: "let x = 3 * 4",
  },
  "open-text": {
    about: "A text in quotes ends on the line on which it begins.",
    failing: 'import "pair.qsim as C',
    mended: 'import "pair.qsim" as C',
    files: PAIR,
  },
  "open-bracket": {
    about: "A bracket is still open where the next statement begins or the text ends.",
    failing: "let x = (1 + 2\nlet y = 3",
    mended: "let x = (1 + 2)\nlet y = 3",
  },
  "stray-bracket": {
    about: "A bracket closes, but none is open.",
    failing: "let x = 1 + 2)",
    mended: "let x = (1 + 2)",
  },
  "wrong-bracket": {
    about: "A bracket closes one of another kind.",
    failing: "let x = [1, 2)",
    mended: "let x = [1, 2]",
  },
  unexpected: {
    about: "A statement goes on in a way that it cannot; what could stand there is named.",
    failing: `${A}network R - A`,
    mended: `${A}network R = A`,
  },
  "ends-early": {
    about: "A statement ends before it is whole. It goes on over the end of a line only inside brackets.",
    failing: `${A}network R =\n  A`,
    mended: `${A}network R = A`,
  },
  "unknown-statement": {
    about: "A statement starts with one of the words of the language.",
    failing: "tensr A[i: 2] = 1",
    mended: "tensor A[i: 2] = 1",
  },
  "many-mistakes": {
    about: "A text with very many mistakes mostly has one cause; the first are told.",
    failing: Array.from({ length: 101 }, (_, line) => `let x_${line} = y`).join("\n"),
    mended: ["let y = 1", ...Array.from({ length: 101 }, (_, line) => `let x_${line} = y`)].join("\n"),
  },

  "unknown-name": {
    about:
      "A name that nothing is called: a value, tensor, network, machine, function, preset, ... The nearest known one is named.",
    failing: "let beta = 0.44\ntensor W[a: 2, b: 2] = exp(bta * (a - b))",
    mended: "let beta = 0.44\ntensor W[a: 2, b: 2] = exp(beta * (a - b))",
  },
  "wrong-kind": {
    about: "A name is called that means something else than is needed there.",
    failing: `${A}show network A`,
    mended: `${A}network R = A\nshow network R`,
  },
  replaced: {
    about:
      "A name that has a meaning gets a new one. A notice: what uses the name from here on means the new one.",
    failing: "let n = 3\nlet n = 4",
    mended: "let n = 3\nlet m = 4",
  },
  dropped: {
    about:
      "A network is defined anew, and the order, slices or distribution written for the old one cannot hold for it. " +
      "A notice; write them again after the network.",
    failing: `${A}network R = A A[j, k]\norder R = (1 2)\nnetwork R = A A[j, k] A[k, l]`,
    mended: `${A}network R = A A[j, k]\norder R = (1 2)\nnetwork S = A A[j, k] A[k, l]`,
  },

  "bad-expression": {
    about: "An expression that cannot be read.",
    failing: "let x = 3 + * 4",
    mended: "let x = 3 + 4",
  },
  "not-allowed": {
    about:
      "Expressions hold arithmetic and functions of numbers, nothing that defines, assigns or reaches into values.",
    failing: "let x = [1, 2][1]",
    mended: "let x = 1",
  },
  "cannot-evaluate": {
    about: "An expression can be read but has no value: its parts do not fit, or it would take far too long.",
    failing: "let x = 3 GiB + 2 s",
    mended: "let x = 3 GiB + 2 GiB",
  },
  "not-finite": {
    about: "An expression is infinite or not a number; the values at which it is are named.",
    failing: "tensor V[a: 2] = 1 / a",
    mended: "tensor V[a: 2] = a == 0 ? 1 : 1 / a",
  },
  "not-a-number": {
    about:
      "An expression has a value of another kind than is needed there: a number, a condition, a time, an amount of memory, ...",
    failing: `${CHAIN}slice R to 3 s`,
    mended: `${CHAIN}slice R to 3 GiB`,
  },

  "bad-extent": {
    about: "An extent is a positive integer.",
    failing: "let n = 3\nindex i: n / 2",
    mended: "let n = 4\nindex i: n / 2",
  },
  "two-extents": {
    about: "An index has one extent, in all tensors that have it and in its declaration.",
    failing: "tensor A[i: 2, j: 3], B[j: 2, k: 3] = 1\nnetwork R = A B",
    mended: "tensor A[i: 2, j: 3], B[j: 3, k: 3] = 1\nnetwork R = A B",
  },
  "no-extent": {
    about: "An index of a tensor needs an extent: in place, declared, or from a value that is a list.",
    failing: "tensor A[i] = 1",
    mended: "tensor A[i: 2] = 1",
  },
  "repeated-index": {
    about:
      "Where indices are declared or listed each stands once. (A factor may well have one twice: A[i, i].)",
    failing: "tensor A[i: 2, i: 2] = 1",
    mended: "tensor A[i: 2, j: 2] = 1\nnetwork R = A[i, i]",
  },
  "mixed-family": {
    about: "A family of indices has a star in each of its places.",
    failing: "index s_{*,1}: 2",
    mended: "index s_{*,*}: 2",
  },
  "too-large": {
    about: "A tensor with more entries than fit the memory of a computer, most often by a slip.",
    failing: "tensor A[i: 100000, j: 100000] = 1",
    mended: "tensor A[i: 1000, j: 1000] = 1",
  },
  "wrong-shape": {
    about: "The value of a tensor has another shape than its indices.",
    failing: "tensor A[i: 2] = [1, 2, 3]",
    mended: "tensor A[i: 3] = [1, 2, 3]",
  },
  "complex-entries": {
    about: "A complex value for a tensor of a real dtype.",
    failing: "tensor A[a: 2]: float32 = sqrt(a - 1)",
    mended: "tensor A[a: 2]: complex64 = sqrt(a - 1)",
  },
  "bad-data": {
    about:
      "A value that is no array of numbers: lists of different lengths, or something else than numbers in them.",
    failing: "tensor A[i: 2, j: 2] = [[1, 2], [3]]",
    mended: "tensor A[i: 2, j: 2] = [[1, 2], [3, 4]]",
  },
  "bad-dtype": {
    about: "The dtypes are float32, float64, complex64 and complex128.",
    failing: "tensor A[a: 2]: float = 1",
    mended: "tensor A[a: 2]: float32 = 1",
  },

  "index-count": {
    about: "A tensor is used with as many indices as it has, or without brackets with its own.",
    failing: `${A}network R = A[i]`,
    mended: `${A}network R = A[i, j]`,
  },
  "bad-subscript": {
    about: "A subscript is an integer, or a bare name that is not defined and stands for itself.",
    failing: `${A}network R = product { A[s_x, s_{x/2}] for x in 1..3 }`,
    mended: `${A}network R = product { A[s_x, s_{2*x}] for x in 1..3 }`,
  },
  "open-missing": {
    about: "A network's open indices are among those of its factors.",
    failing: `${A}network R[i, k] = A`,
    mended: `${A}network R[i, j] = A`,
  },
  "no-factors": {
    about: "A product without factors, mostly a loop that runs over nothing.",
    failing: `${A}network R = product { A[s_x, s_{x+1}] for x in 4..1 }`,
    mended: `${A}network R = product { A[s_x, s_{x+1}] for x in 1..4 }`,
  },
  "too-many-terms": {
    about: "A loop of more than a million terms, mostly by a slip.",
    failing: `${A}network R = product { A[s_x, s_{x+1}] for x in 1..10^7 }`,
    mended: `${A}network R = product { A[s_x, s_{x+1}] for x in 1..10 }`,
  },
  "too-many-factors": {
    about: "A network of more than a million factors, mostly by a slip.",
    failing: `${A}network R = product { A A for x in 1..10^6 }`,
    mended: `${A}network R = product { A A for x in 1..10 }`,
  },
  "too-many-clauses": {
    about: "A comprehension of hundreds of loops and conditions, mostly by a slip.",
    failing: `${A}network R = product { A[s_x, j] for x in 1..3 ${"if x > 1 ".repeat(200)}}`,
    mended: `${A}network R = product { A[s_x, j] for x in 1..3 if x > 1 }`,
  },
  "loop-twice": {
    about: "Each loop of a comprehension has a variable of its own.",
    failing: `${A}network R = product { A[s_x, s_{x+1}] for x in 1..3, x in 1..2 }`,
    mended: `${A}network R = product { A[s_{x,y}, s_{x+1,y}] for x in 1..3, y in 1..2 }`,
  },
  "bad-list": {
    about:
      "A loop over a list takes a list of numbers; one with several variables takes a list of rows with as many numbers.",
    failing: `${A}network R = product { A[s_x, s_y] for (x, y) in [[1, 2], [3]] }`,
    mended: `${A}network R = product { A[s_x, s_y] for (x, y) in [[1, 2], [3, 1]] }`,
  },
  "real-dtype": {
    about: "A network of a real dtype with a complex factor.",
    failing: "tensor A[a: 2] = 1i\nnetwork R: float64 = A",
    mended: "tensor A[a: 2] = 1i\nnetwork R: complex128 = A",
  },
} satisfies Partial<Record<Code, CatalogueEntry>>;
