/** Mistakes in what is planned and read: orders, slices, machines, budgets, files. */
import type { Code } from "../base/messages.ts";
import { A, CHAIN, PAIR, type CatalogueEntry } from "./entry.ts";

/** A network of 32 MB a matrix on a machine whose devices have that much memory. */
function onMachine(memory: string): string {
  return `machine m {
  device { peak 1 TFLOP/s  memory ${memory} at 1 TB/s }
  node 2 devices over 100 GB/s
}
tensor A[i: 2000, j: 2000], B[j: 2000, k: 2000] = 1
network R = A B
run R on m dry`;
}

export const MISPLANNED = {
  "order-twice": {
    about: "Each factor stands once in an order.",
    failing: `${CHAIN}order R = (1 2) 2 3`,
    mended: `${CHAIN}order R = (1 2) 3`,
  },
  "order-leaves-out": {
    about: "An order that leaves factors out, or its parts apart. A notice: a search completes the order.",
    failing: `${CHAIN}order R = (1 2)`,
    mended: `${CHAIN}order R = (1 2) 3`,
  },
  "order-no-loop": {
    about: "An order along loop variables names variables of the comprehension that made the factors.",
    failing: `${A}network R = product { A[s_x, s_{x+1}] for x in 1..4 }\norder R by y`,
    mended: `${A}network R = product { A[s_x, s_{x+1}] for x in 1..4 }\norder R by x`,
  },
  "order-too-many": {
    about: "The optimal order is found by trying all, which ends for small networks only.",
    failing:
      "tensor T[i: 2, j: 2, k: 2, l: 2] = 1\n" +
      "network R = product { T[a_{x,y}, a_{x+1,y}, b_{x,y}, b_{x,y+1}] for x in 1..9, y in 1..9 }\norder R = optimal",
    mended:
      "tensor T[i: 2, j: 2, k: 2, l: 2] = 1\n" +
      "network R = product { T[a_{x,y}, a_{x+1,y}, b_{x,y}, b_{x,y+1}] for x in 1..9, y in 1..9 }\norder R = search",
  },
  "order-unknown": {
    about: "An order names the factors of its network, or their places from 1 on.",
    failing: `${CHAIN}order R = (1 2) 4`,
    mended: `${CHAIN}order R = (1 2) 3`,
  },
  "order-ambiguous": {
    about: "A tensor that is used several times is named in an order by its loop values or its place.",
    failing: `${CHAIN}order R = (A 2) 3`,
    mended: `${CHAIN}order R = (1 2) 3`,
  },
  "bad-path": {
    about:
      "A path is a list of pairs of places, one pair fewer than there are factors, as opt_einsum writes it.",
    failing: `${CHAIN}order R = path [[0, 1]]`,
    mended: `${CHAIN}order R = path [[0, 1], [0, 1]]`,
  },
  "bad-choice": {
    about:
      "A word that is none of those that may stand there: a method, an objective, a figure, a kind of machine, ...",
    failing: `${CHAIN}order R = greedi`,
    mended: `${CHAIN}order R = greedy`,
  },
  "bad-amount": {
    about: "A number outside the range that makes sense there.",
    failing: "machine m = threads(0)",
    mended: "machine m = threads(2)",
  },
  "no-such-index": {
    about: "Slices and distributions go over indices of their network.",
    failing: `${CHAIN}slice R over i, m`,
    mended: `${CHAIN}slice R over i, l`,
  },
  "no-data": {
    about: "A network from a file of structure alone can be ordered and scheduled, but not run.",
    failing: 'import "net.json" as E\nrun E',
    mended: 'import "net.json" as E\nnetwork F = E with normal(seed 1)\nrun F',
    files: { "net.json": '{"inputs": [["i", "j"], ["j"]], "output": ["i"], "sizes": {"i": 2, "j": 3}}' },
  },
  "no-network": {
    about: "A figure is shown of a network.",
    failing: `${CHAIN}show order`,
    mended: `${CHAIN}show order of R`,
  },
  "machine-lacks": {
    about: "A machine is given by a device with peak and memory, and by a node.",
    failing: "machine m {\n  device { peak 60 TFLOP/s }\n  node 8 devices over 450 GB/s\n}",
    mended:
      "machine m {\n  device { peak 60 TFLOP/s  memory 80 GB at 3.35 TB/s }\n  node 8 devices over 450 GB/s\n}",
  },
  "machine-twice": {
    about: "Each figure of a machine is given once.",
    failing:
      "machine m {\n  device { peak 60 TFLOP/s  peak 30 TFLOP/s  memory 80 GB at 3 TB/s }\n  node 8 devices over 450 GB/s\n}",
    mended:
      "machine m {\n  device { peak { float32: 60 TFLOP/s, float64: 30 TFLOP/s }  memory 80 GB at 3 TB/s }\n  node 8 devices over 450 GB/s\n}",
  },
  "no-overlap": {
    about: "Moves beside contractions, tile by tile, need an engine that does both at once.",
    failing: "machine m = threads(4, overlap)",
    mended: "machine m = torch(processes 4, overlap)",
  },
  "wish-twice": {
    about: "Each wish about a distribution stands once.",
    failing: `${CHAIN}distribute R on threads(4) devices 2 devices 4`,
    mended: `${CHAIN}distribute R on threads(4) devices 2`,
  },
  "budget-missed": {
    about: "A budget does not hold, by the model before a run or by what was measured after it.",
    failing: `${CHAIN}distribute R on threads(2)\nrequire R: time <= 1 ns`,
    mended: `${CHAIN}distribute R on threads(2)\nrequire R: time <= 1 s`,
    found: "run",
  },
  "bad-arguments": {
    about: "A call with other arguments than it takes; the form is named.",
    failing: 'import "pair.qsim" as C\nnetwork a = amplitude(C)',
    mended: 'import "pair.qsim" as C\nnetwork a = amplitude(C, "00")',
    files: PAIR,
  },

  "bad-circuit": {
    about: "A line of a circuit's file that is not in its format.",
    failing: "2\n0 h 0\n1 cnot 0 2\n",
    mended: "2\n0 h 0\n1 cnot 0 1\n",
    found: "qsim",
  },
  "bad-network": {
    about: "A place in a file of a network, formula, model or array that is not in its format.",
    failing: "p cnf 2 1\n1 9 0\n",
    mended: "p cnf 2 1\n1 2 0\n",
    found: "cnf",
  },
  "bad-file": {
    about: "A file that is missing, or whose text has mistakes; these are told with their lines.",
    failing: 'import "torn.qsim" as C',
    mended: 'import "pair.qsim" as C',
    files: { "torn.qsim": "2\n0 h 0\n1 cnot 0\n", ...PAIR },
  },
  "cannot-build": {
    about: "What a call is given does not fit together.",
    failing: 'import "pair.qsim" as C\nnetwork a = amplitude(C, "000")',
    mended: 'import "pair.qsim" as C\nnetwork a = amplitude(C, "00")',
    files: PAIR,
  },
  "cannot-run": {
    about:
      "A program without mistakes cannot be run: a tensor does not fit the machine, a file is gone, a worker has failed.",
    failing: onMachine("16 MB"),
    mended: onMachine("16 GB"),
    found: "run",
  },
} satisfies Partial<Record<Code, CatalogueEntry>>;
