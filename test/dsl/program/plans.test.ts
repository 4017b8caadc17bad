/** `order`, `slice`, `machine`, `run` and `show`: what they mean to the stages after the check. */
import { expect, test } from "vitest";
import { compiled, definition } from "./language.ts";

const R = `tensor A[i: 2, j: 3], B[j: 3, k: 2], C[k: 2, l: 2] = normal(seed 1)
tensor H[a: 2, b: 2] = 1
network R[i,l] = A B C
network T = H[p,q] H[q,r] H[r,p] H[p,s]
network V = A
`;

/** Pairs of ids: factors from 0 in the order of the product, then the results. */
test.each<readonly [string, string, readonly (readonly [number, number])[]]>([
  [
    "R",
    "(A B) C",
    [
      [0, 1],
      [3, 2],
    ],
  ],
  [
    "R",
    "A (B C)",
    [
      [1, 2],
      [0, 3],
    ],
  ],
  [
    "R",
    "((C (A B)))",
    [
      [0, 1],
      [2, 3],
    ],
  ],
  [
    "R",
    "A C B",
    [
      [0, 2],
      [3, 1],
    ],
  ],
  [
    "R",
    "(1 3) B",
    [
      [0, 2],
      [3, 1],
    ],
  ],
  [
    "T",
    "((1 2) 3) 4",
    [
      [0, 1],
      [4, 2],
      [5, 3],
    ],
  ],
  [
    "T",
    "(1 2) (3 4)",
    [
      [0, 1],
      [2, 3],
      [4, 5],
    ],
  ],
  [
    "T",
    "1 2 3 4",
    [
      [0, 1],
      [4, 2],
      [5, 3],
    ],
  ],
  [
    "R",
    "path [[0,1],[0,1]]",
    [
      [0, 1],
      [2, 3],
    ],
  ],
  [
    "R",
    "path [[1,2],[0,1]]",
    [
      [1, 2],
      [0, 3],
    ],
  ],
  [
    "R",
    "path [\n [0, 2],\n [1, 0]]",
    [
      [0, 2],
      [3, 1],
    ],
  ],
  ["V", "A", []],
  ["V", "1", []],
  ["V", "path []", []],
])("order %s = %s", (name, text, pairs) => {
  const own = definition(`${R}order ${name} = ${text}`, `order ${name}`);
  if (own.kind !== "order" || own.spec.kind !== "tree") throw new Error(own.kind);
  expect(uses(own.spec.pairs)).toEqual(uses(pairs));
});

/** The tree as nested sets: which id a step gets is no part of the order. */
function uses(pairs: readonly (readonly [number, number])[]): unknown {
  const factors = pairs.length + 1;
  const made: unknown[] = Array.from({ length: factors }, (_, id) => id);
  for (const [a, b] of pairs) made.push([made[a], made[b]]);
  return made.at(-1);
}

test("an order along a chain may be as deep as the network is long", () => {
  const chain = "tensor D[a: 2, b: 2] = copy\nnetwork Z = product { D[x_i, x_{i+1}] for i in 1..20000 }\n";
  const deep = `${"(".repeat(19_999)}1 ${Array.from({ length: 19_999 }, (_, place) => `${place + 2})`).join(" ")}`;
  const own = definition(`${chain}order Z = ${deep}`, "order Z");
  expect(own.kind === "order" && own.spec.kind === "tree" && own.spec.pairs.length).toBe(19_999);
});

test.each([
  ["greedy", { kind: "greedy" }],
  ["search", { kind: "search", objective: "flops", seconds: 5, seed: 1 }],
  ["search minimizing size", { kind: "search", objective: "size", seconds: 5, seed: 1 }],
  ["search within 2 min seed 3", { kind: "search", objective: "flops", seconds: 120, seed: 3, seeded: true }],
  [
    "search seed 1 + 2 within 500 ms minimizing combo",
    { kind: "search", objective: "combo", seconds: 0.5, seed: 3, seeded: true },
  ],
  ["search within 7", { kind: "search", objective: "flops", seconds: 7, seed: 1 }],
])("order R = %s", (text, spec) => {
  expect(definition(`${R}order R = ${text}`, "order R")).toEqual({ kind: "order", network: "R", spec });
});

test.each([
  ["to 16 GiB", { kind: "bytes", bytes: 2 ** 34 }],
  ["to 80 GB", { kind: "bytes", bytes: 80e9 }],
  ["to 1000", { kind: "bytes", bytes: 1000 }],
  ["to fit m", { kind: "fit", machine: "m" }],
  ["over j, k", { kind: "over", labels: ["j", "k"] }],
])("slice R %s", (text, spec) => {
  const source = `${R}machine m = threads(1)\nslice R ${text}`;
  expect(definition(source, "slice R")).toEqual({ kind: "slice", network: "R", spec });
});

test.each([
  ["threads(2)", { kind: "threads", workers: 2 }],
  ["threads(2 * n)", { kind: "threads", workers: 6 }],
  ["torch(processes 2 * n)", { kind: "torch", workers: 6 }],
  ["torch(4)", { kind: "torch", workers: 4 }],
  ["torch(processes 2 * n, overlap)", { kind: "torch", workers: 6, overlap: true }],
  ["torch(4, overlap)", { kind: "torch", workers: 4, overlap: true }],
])("machine m = %s", (text, spec) => {
  expect(definition(`let n = 3\nmachine m = ${text}`, "m")).toEqual({ kind: "machine", spec });
});

const threads = { kind: "threads", workers: 2 };

test.each<readonly [string, readonly object[]]>([
  ["run R", [{ kind: "run", network: "R", machine: undefined, dry: false }]],
  ["run R on m", [{ kind: "run", network: "R", machine: "m", dry: false }]],
  ["run R on m dry", [{ kind: "run", network: "R", machine: "m", dry: true }]],
  ["run R on threads(2)", [{ kind: "run", network: "R", machine: threads, dry: false }]],
  ["show network R", [{ kind: "show", figure: "network", network: "R" }]],
  [
    "show network R, order T",
    [
      { kind: "show", figure: "network", network: "R" },
      { kind: "show", figure: "order", network: "T" },
    ],
  ],
  [
    "show communication, timeline of R",
    [
      { kind: "show", figure: "communication", network: "R" },
      { kind: "show", figure: "timeline", network: "R" },
    ],
  ],
  [
    "show speedup of R on m for devices 1..4 search within 2 s seed 3",
    [
      {
        ...{ kind: "show", figure: "speedup", network: "R", machine: "m" },
        counts: { kind: "range", from: 1, to: 4 },
        search: { objective: "combo", seconds: 2, seed: 3, seeded: true },
      },
    ],
  ],
  [
    "show speedup of R search minimizing time on m",
    [
      {
        ...{ kind: "show", figure: "speedup", network: "R" },
        search: { objective: { machine: "m" }, seconds: 5, seed: 1 },
      },
    ],
  ],
])("%s", (text, expected) => {
  const { actions } = compiled(`${R}machine m = threads(4)\n${text}`);
  expect(actions).toEqual(expected.map((action) => ({ ...action, span: expect.anything() as object })));
});
