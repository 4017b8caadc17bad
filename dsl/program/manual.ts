/** The words of the language: what each means, in general, and one line that uses it. */

export interface Word {
  readonly about: string;
  /** Follows `BEGINNING` in a program without mistakes. */
  readonly example: string;
}

type Words = Readonly<Record<string, Word>>;

/** What the examples build on. */
export const BEGINNING = `tensor A[i: 4, j: 4], B[j: 4, k: 4], C[k: 4, l: 4] = normal(seed 1)
network R[i,l] = A B C
network Z = product { A[s_x, s_{x+1}] for x in 1..5 }
machine eos {
  device { peak 60 TFLOP/s  memory 80 GB at 3.35 TB/s }
  node 8 devices over 450 GB/s latency 3 us
  cluster 128 nodes over 50 GB/s latency 8 us
}
import "circuit.qasm" as Q
import "instance.cnf" as F
import "model.uai" as G
`;

/** Words that begin a statement. */
const STATEMENTS = {
  let: {
    example: "let L = 8, beta = 0.44",
    about: "names for values; any arithmetic, complex numbers and units too",
  },
  index: { example: "index m: 1000, t_{*}: 2", about: "an index, or a family of them, and its extent" },
  tensor: { example: "tensor V[a: 2, b: 2] = normal(seed 1)", about: "a tensor and its entries" },
  network: {
    example: "network R[i,l] = A B C",
    about: "a product of tensors, summed over every index that is not in R's brackets",
  },
  import: {
    example: 'import "circuit.qasm" as C',
    about: "a circuit, a formula, a model or a network from a file",
  },
  order: {
    example: "order R = (A B) C",
    about: "the order of contraction, written or found (search, greedy, optimal, partition, anneal, path)",
  },
  machine: {
    example: "machine m = threads(2)",
    about: 'this computer; or preset "dgx-h100", or a block of figures, or a machine with slow links',
  },
  slice: {
    example: "slice Z to 16 GiB",
    about: "fewer indices at a time, so that memory suffices; also to fit m, over s_1, s_2",
  },
  distribute: {
    example: "distribute Z on eos devices 8",
    about: "lays the contraction over the devices of a machine",
  },
  require: { example: "require Z: memory <= 80 GB, time <= 1 hour", about: "budgets that must hold" },
  run: {
    example: "run Z on threads(2)",
    about: "contracts the network; with dry at the end, only as modelled",
  },
  show: { example: "show network Z, order Z, timeline of Z on eos", about: "figures" },
  compare: {
    example: "compare Z on eos: slicing, greedy, tree",
    about: "methods of distribution beside each other, modelled",
  },
} as const satisfies Words;

/** Words within statements. */
const PARTS = {
  product: {
    example: "network P = product { A[t_x, t_{x+1}] for x in 1..3 }",
    about: "one factor for each value of a loop",
  },
  for: {
    example: "network P = product { A[t_{x,y}, t_{x+1,y}] for x in 1..3, y in 1..2 }",
    about: "a loop over whole numbers, both ends included",
  },
  in: {
    example: "network P = product { A[t_x, t_y] for (x, y) in [[1, 2], [2, 3], [1, 3]] }",
    about: "a loop over the rows of a list, as of the edges of a graph",
  },
  if: {
    example: "network P = product { A[t_x, t_{x+1}] for x in 1..8 if x != 4 }",
    about: "leaves out the values for which a condition fails",
  },
  with: {
    example: "machine hurt = eos with link(node 3, device 5) at 50 %",
    about: "a machine with slow links; of a network from a file: with what entries",
  },
  within: { example: "order Z = search within 30 s", about: "the time that a search has" },
  seed: { example: "order Z = search seed 7", about: "random numbers that are the same each time" },
  minimizing: {
    example: "order Z = search minimizing time on eos",
    about: "what a search minimizes: flops, size, writes, combo, peak, or the time on a machine",
  },
  by: {
    example: "distribute Z on eos by tree",
    about:
      "the method of a distribution; of an order, the loop variables along which it contracts, one after the other",
  },
  groups: {
    example: "distribute Z on eos devices 64 groups of 8",
    about: "groups of devices share the slices",
  },
  over: {
    example: "distribute Z on eos devices 8 over s_1, s_2 then s_5, s_2 at step 3",
    about: "the indices whose values the devices share, and from which step on",
  },
} as const satisfies Words;

const ENTRIES = {
  copy: { example: "tensor D[a: 2, b: 2, c: 2] = copy", about: "1 where all indices are equal, else 0" },
  normal: {
    example: "tensor V[a: 2, b: 2] = normal(seed 1)",
    about: "normal random numbers, complex where the dtype is",
  },
  uniform: { example: "tensor V[a: 2, b: 2] = uniform(seed 1)", about: "random numbers between 0 and 1" },
  data: { example: "tensor V[m: 64] = data(v)", about: "an array or typed array of the TypeScript session" },
  file: {
    example: 'tensor V[m: 2, n: 3] = file("single.npy")',
    about: "an array of a .npy file, or of an .npz by its name",
  },
} as const satisfies Words;

const NETWORKS = {
  einsum: {
    example: 'network e[i,k] = einsum("ij,jk->ik", A, B)',
    about: "an equation as of NumPy, and its tensors",
  },
  amplitude: {
    example: 'network a[q_1] = amplitude(Q, "0.0")',
    about: "one amplitude of a circuit; dots stay open",
  },
  expectation: {
    example: "network zz = expectation(Q, Z_0 Z_1)",
    about: "of a product of Pauli operators, light cone only",
  },
  count: { example: "network models = count(F)", about: "the number of models of a formula" },
  partition: { example: "network z = partition(G)", about: "the partition function of a graphical model" },
} as const satisfies Words;

const ORDERS = {
  search: { example: "order Z = search", about: "the best that several methods find together within 5 s" },
  greedy: { example: "order Z = greedy", about: "the cheapest pair first" },
  optimal: { example: "order R = optimal", about: "the best of all orders; for small networks" },
  partition: { example: "order Z = partition", about: "cuts the network in parts of few common indices" },
  anneal: { example: "order Z = anneal", about: "simulated annealing of the tree" },
  path: { example: "order R = path [[0,1],[0,1]]", about: "pairs as of opt_einsum, in place or from a file" },
} as const satisfies Words;

const MACHINES = {
  threads: { example: "machine m = threads(2)", about: "worker threads of this computer" },
  torch: {
    example: "machine m = torch(processes 2)",
    about: "processes with PyTorch on this computer; with `, overlap`, moves beside contractions",
  },
  preset: { example: 'machine m = preset "dgx-h100"', about: "the figures of a known machine; modelled" },
} as const satisfies Words;

const METHODS = {
  slicing: {
    example: "distribute Z on eos by slicing",
    about: "each device takes slices, nothing moves but the sum",
  },
  greedy: {
    example: "distribute Z on eos by greedy",
    about: "the greedy rule of arXiv 2407.00769",
  },
  prefix: {
    example: "distribute Z on eos by prefix",
    about: "the prefix programme of arXiv 2606.01852",
  },
  tree: { example: "distribute Z on eos by tree", about: "the programme over the whole tree" },
  joint: {
    example: "distribute Z on eos by joint within 20 s",
    about: "order, slices and placement searched together",
  },
} as const satisfies Words;

const QUANTITIES = {
  memory: { example: "require Z: memory <= 80 GB", about: "of a device, workspace included" },
  time: { example: "require Z: time <= 1 hour", about: "of the whole contraction" },
  communication: {
    example: "require Z: communication <= 20 %",
    about: "the part of the time in which data moves",
  },
  "extra speedup": {
    example: "require Z: extra speedup >= 7",
    about: "over slicing alone on as many devices, E of arXiv 2606.01852",
  },
  slices: { example: "require Z: slices <= 64", about: "their number" },
} as const satisfies Words;

const FIGURES = {
  network: { example: "show network Z", about: "tensors and indices as a graph" },
  order: { example: "show order Z", about: "the contraction tree, and the sizes of what it makes" },
  contraction: { example: "show contraction Z", about: "the same pair by pair, with a slider" },
  communication: { example: "show communication of Z on eos", about: "what each device sends, step by step" },
  traffic: { example: "show traffic of Z on eos", about: "who sends to whom" },
  timeline: {
    example: "show timeline of Z on eos",
    about: "when each device computes, moves data and waits",
  },
  memory: { example: "show memory of Z on eos", about: "what a device holds, step by step" },
  roofline: {
    example: "show roofline of Z on eos",
    about: "what bounds the contractions: arithmetic, memory or their start",
  },
  speedup: {
    example: "show speedup of Z on eos for devices 1..64 search within 2 s",
    about:
      "distribution beside slicing alone on more and more devices; with search also by an order searched for each count",
  },
  degradation: {
    example: "show degradation of Z on eos for devices 8..64",
    about: "what a slow link costs, with the plan kept and with one made for it",
  },
} as const satisfies Words;

/** All words, by what they are; one word may be of several groups. */
export const MANUAL = {
  Statements: STATEMENTS,
  "Words within statements": PARTS,
  "Entries of a tensor": ENTRIES,
  "Networks from what is read": NETWORKS,
  Orders: ORDERS,
  Machines: MACHINES,
  "Methods of distribution": METHODS,
  "Quantities of require": QUANTITIES,
  "Figures of show": FIGURES,
} as const satisfies Readonly<Record<string, Words>>;

/** All words that are explained. */
export const MANUAL_WORDS: readonly string[] = [
  ...new Set(Object.values(MANUAL).flatMap((words) => Object.keys(words))),
];

/** A line for each meaning of a word; undefined for one that is not explained. */
export function explanationOfWord(word: string): string | undefined {
  const found = Object.values(MANUAL).flatMap((words: Words) =>
    Object.hasOwn(words, word) ? lineOf(words, word) : [],
  );
  return found.length === 0 ? undefined : found.join("\n");
}

/** The lines of a group. */
export function linesOf(group: keyof typeof MANUAL): readonly string[] {
  const words: Words = MANUAL[group];
  return Object.keys(words).flatMap((word) => lineOf(words, word));
}

function lineOf(words: Words, word: string): string[] {
  const entry = words[word];
  return entry === undefined ? [] : [`${entry.example}: ${entry.about}`];
}
