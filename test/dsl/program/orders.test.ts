/** Orders that are written in part, over comprehensions or along loops, and the named methods. */
import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import type { Network } from "../../../dsl/network/network.ts";
import { groupsContracted } from "../../../dsl/plan/groups.ts";
import { checkTree } from "../../../dsl/plan/path.ts";
import { plan } from "../../../dsl/plan/plan.ts";
import { composed } from "../../../dsl/plan/search.ts";
import { compile } from "../../../dsl/program/compile.ts";
import { allTrees, costByDefinition, randomNetwork, unlimited } from "../plan/networks.ts";
import { compiled, context, definition, mistakes, mistakesOf, network } from "./language.ts";

type Pairs = readonly (readonly [number, number])[];

const SOURCE = `let L = 3
tensor W[a: 2, b: 2] = 1
tensor V[a: 2, b: 2, c: 3] = 1
tensor E[c: 3] = 1
network C = product { W[s_x, s_{x+1}] for x in 0-1..2 } E
network G = product { W[s_{x,y}, s_{x+1,y}] for y in 1..2, x in 1..2; V[s_{x,1}, s_{x,2}, c] for x in 1..3 } E
network Z = product {
  W[s_{x,y}, s_{x+1,y}] for x in 1..L-1, y in 1..L
  W[s_{x,y}, s_{x,y+1}] for x in 1..L, y in 1..L-1
}
`;

/** Names of the factors, as the brackets that the pairs stand for; parts and lone factors apart. */
function bracketed(net: Network, pairs: Pairs): string[] {
  const made: (string | undefined)[] = net.tensors.map(({ name }) => name);
  for (const [a, b] of pairs) {
    made.push(`[${made[a]} ${made[b]}]`);
    made[a] = made[b] = undefined;
  }
  return made.filter((text) => text !== undefined && text.startsWith("[")) as string[];
}

test.each([
  ["C", "(W(x=-1) W(x=0)) (W(x=1) W(x=2)) E", "tree", ["[[[W(x=-1) W(x=0)] [W(x=1) W(x=2)]] E]"]],
  ["C", "(E W( x = L - 1 )) W(x=1) 2 1", "tree", ["[[[[E W(x=2)] W(x=1)] W(x=0)] W(x=-1)]"]],
  ["G", "W(x=2,y=1) W(y=1, x=1) V(x=3)", "partial", ["[[W(y=1,x=2) W(y=1,x=1)] V(x=3)]"]],
  ["C", "W(x=1)", "partial", []],
  ["C", "E 1", "partial", ["[E W(x=-1)]"]],
  ["C", "(1 2) 3, (4 E)", "partial", ["[[W(x=-1) W(x=0)] W(x=1)]", "[W(x=2) E]"]],
  ["C", "(1 2 3 4), E", "partial", ["[[[W(x=-1) W(x=0)] W(x=1)] W(x=2)]"]],
] as const)("order %s = %s", (name, text, kind, expected) => {
  const source = `${SOURCE}order ${name} = ${text}`;
  const own = definition(source, `order ${name}`);
  if (own.kind !== "order" || !("pairs" in own.spec)) throw new TypeError(own.kind);
  expect(own.spec.kind).toBe(kind);
  expect(bracketed(network(source, name).network, own.spec.pairs)).toEqual(expected);
});

test.each([
  ["C", "x", "[[[[W(x=-1) W(x=0)] W(x=1)] W(x=2)] E]"],
  ["G", "x, y", "[[[[[[[W(y=1,x=1) W(y=2,x=1)] V(x=1)] W(y=1,x=2)] W(y=2,x=2)] V(x=2)] V(x=3)] E]"],
  // Of the same y by their place; a V has no y.
  ["G", "y", "[[[[[[[W(y=1,x=1) W(y=1,x=2)] W(y=2,x=1)] W(y=2,x=2)] V(x=1)] V(x=2)] V(x=3)] E]"],
])("order %s by %s", (name, variables, expected) => {
  const source = `${SOURCE}order ${name} by ${variables}`;
  const own = definition(source, `order ${name}`);
  if (own.kind !== "order" || own.spec.kind !== "tree") throw new TypeError(own.kind);
  expect(bracketed(network(source, name).network, own.spec.pairs)).toEqual([expected]);
});

test("along x, then y, the boundary of a lattice never has more than a row and one site", () => {
  const source = `${SOURCE.replace("L = 3", "L = 6")}order Z by x, y`;
  const own = definition(source, "order Z");
  if (own.kind !== "order" || own.spec.kind !== "tree") throw new TypeError(own.kind);
  const net = network(source, "Z").network;
  checkTree(net, { leaves: net.tensors.length, pairs: own.spec.pairs, sliced: [] });
  expect(costByDefinition(net, own.spec.pairs).size).toBe(2 ** 7);
});

test("values beyond nine come in the order of numbers", () => {
  const source =
    "tensor W[a: 2, b: 2] = 1\nnetwork C = product { W[s_x, s_{x+1}] for x in 9..11 }\norder C by x";
  const own = definition(source, "order C");
  expect(own.kind === "order" && own.spec).toEqual({
    kind: "tree",
    pairs: [
      [0, 1],
      [3, 2],
    ],
  });
});

test.each([
  ["C = W(x=1) E", "the order names 2 of 5 factors; the rest is found by search", "W(x=-1), W(x=0), W(x=2)"],
  ["C = (1 2), (3 4) E", "the order leaves its 2 parts apart; the rest is found by search", ""],
  [
    "Z = 2 3 4 5 6 7 8 9 10 11 12",
    "the order names 11 of 12 factors; the rest is found by search",
    "place 1",
  ],
])("order %s is completed, and says so", (text, message, left) => {
  const source = `${SOURCE}order ${text}`;
  const outcome = compile(source, new Map(), context);
  if (!outcome.ok) throw new TypeError("it does not compile");
  expect(outcome.notices).toMatchObject([{ code: "order-leaves-out", severity: "info", message }]);
  expect(outcome.notices[0]?.hint ?? "").toContain(left);
});

test.each([
  ["C = W(x=3) E", 'order-unknown at "W(x=3)", line 11', "did you mean"],
  ["C = W(y=1) E", 'order-unknown at "W(y=1)", line 11', "did you mean"],
  ["C = W E", 'order-ambiguous at "W", line 11', "name one of them with its loop values, as W(x=-1)"],
  ["C = W", 'order-ambiguous at "W", line 11', "name one of them"],
  ["C = W(x=1) E 3", 'order-twice at "3", line 11', "stands once"],
  ["C = W(x=1), W(x=1) E", 'order-twice at "W(x=1)", line 11', "stands once"],
  ["C = W(x=n) E", 'unknown-name at "n", line 11', ""],
  [
    "Z = W(x=1,y=2) 1",
    'order-ambiguous at "W(x=1,y=2)", line 11',
    "name it by its place: 2 is W(x=1,y=2)[s_{1,2}, s_{2,2}], 8 is W(x=1,y=2)[s_{1,2}, s_{1,3}]",
  ],
  ["C by y", 'order-no-loop at "y", line 11', "its loop variables: x"],
  ["C by xx", 'order-no-loop at "xx", line 11', "did you mean x?"],
  ["Z = optimal", undefined, ""],
  ["Z = search minimizing time on eos", 'unknown-name at "eos", line 11', "no machine is defined yet"],
  ["Z = search minimizing time", 'bad-arguments at "time", line 11', ""],
  ["Z = search minimizing flops on eos", 'bad-choice at "flops", line 11', "use time on eos"],
  ["Z = search minimizing tme", 'bad-choice at "tme", line 11', "did you mean time?"],
  ["Z = partitio", 'bad-choice at "partitio", line 11', "did you mean partition?"],
])("order %s: %s", (text, expected, hint) => {
  const source = `${SOURCE}order ${text}`;
  expect(mistakes(source)).toEqual(expected === undefined ? [] : [expected]);
  expect(mistakesOf(source)[0]?.hint ?? "").toContain(hint);
});

test("an order by unknown loops tells them all; one without loops says so", () => {
  expect(mistakes(`${SOURCE}order Z by x, z, t`)).toEqual([
    'order-no-loop at "z", line 11',
    'order-no-loop at "t", line 11',
  ]);
  const [only] = mistakesOf("tensor A[i: 2] = 1\nnetwork R = A\norder R by x");
  expect(only?.hint).toBe("no factor of R comes from a loop");
});

test("optimal is refused where too many tensors are left, with their number", () => {
  const complete = Array.from({ length: 33 }, (_, a) =>
    Array.from({ length: 33 }, (_, b) => (a === b ? [] : [`e_{${Math.min(a, b)},${Math.max(a, b)}}`])).flat(),
  );
  const tensors = complete.map(
    (labels, at) => `tensor A${at}[${labels.map((label) => `${label}: 1`).join(", ")}] = 1`,
  );
  const product = complete.map((_, at) => `A${at}`).join(" ");
  const source = `${tensors.join("\n")}\nnetwork K = ${product}\norder K = optimal`;
  const [only] = mistakesOf(source);
  expect(only?.message).toBe("K has 33 tensors once small ones are absorbed; optimal takes at most 32");
  expect(only?.hint).toBe("write order K = search");
  const net = network(source.replace("= optimal", "= search"), "K").network;
  expect(() => plan(net, { kind: "optimal" }, unlimited(1), mulberry32(1))).toThrow("K has 33 tensors");
});

test.each(["optimal", "partition", "anneal"] as const)("%s makes valid trees of random networks", (kind) => {
  const random = mulberry32(3);
  for (let round = 0; round < 20; round += 1) {
    const net = randomNetwork(random, 1 + (round % 11), 1 + (round % 17));
    checkTree(net, plan(net, { kind }, unlimited(1), mulberry32(round)));
  }
});

test("optimal costs least of all trees, the other methods no less", () => {
  const random = mulberry32(8);
  for (let round = 0; round < 15; round += 1) {
    const net = randomNetwork(random, 2 + (round % 4), 8);
    const flops = (kind: "optimal" | "partition" | "anneal"): number =>
      costByDefinition(net, plan(net, { kind }, unlimited(1), mulberry32(round)).pairs).flops;
    const all = [...allTrees(net.tensors.length)].map((pairs) => costByDefinition(net, pairs).flops);
    expect(flops("optimal")).toBeCloseTo(Math.min(...all), 6);
    for (const kind of ["partition", "anneal"] as const) expect(all).toContain(flops(kind));
  }
});

test("anneal betters greedy, and partition orders a lattice within its width", () => {
  const source = `${SOURCE.replace("L = 3", "L = 8")}order Z = anneal`;
  const net = network(source, "Z").network;
  const cost = (kind: "greedy" | "anneal" | "partition") =>
    costByDefinition(net, plan(net, { kind }, unlimited(1), mulberry32(1)).pairs);
  expect(cost("anneal").flops).toBeLessThan(cost("greedy").flops);
  expect(cost("partition").size).toBeLessThanOrEqual(2 ** 12);
});

/** The sets of leaves that the pairs put together. */
function unions(leaves: number, pairs: Pairs): string[] {
  const made = Array.from({ length: leaves }, (_, id) => [id]);
  for (const [a, b] of pairs) made.push([...(made[a] ?? []), ...(made[b] ?? [])].sort((x, y) => x - y));
  return made.slice(leaves).map((ids) => ids.join(" "));
}

test("a completed order keeps the written groups, and costs least of all trees that have them", () => {
  const random = mulberry32(21);
  const written: readonly Pairs[] = [
    [[1, 3]],
    [
      [0, 4],
      [2, 1],
    ],
    [
      [3, 0],
      [5, 2],
    ],
    [],
  ];
  for (let round = 0; round < 12; round += 1) {
    const net = randomNetwork(random, 5, 9);
    const groups = written[round % written.length] ?? [];
    const contracted = groupsContracted(net, groups);
    const goal = { kind: "search", objective: "flops" } as const;
    const rest = plan(contracted.reduced, goal, unlimited(1), mulberry32(1));
    const tree = composed(net, contracted, rest.pairs);
    checkTree(net, tree);
    const wanted = unions(5, groups);
    expect(unions(5, tree.pairs)).toEqual(expect.arrayContaining(wanted));
    const fitting = [...allTrees(5)].filter((pairs) => wanted.every((one) => unions(5, pairs).includes(one)));
    const least = Math.min(...fitting.map((pairs) => costByDefinition(net, pairs).flops));
    expect(costByDefinition(net, tree.pairs).flops).toBeCloseTo(least, 6);
  }
});

test("a written part is dropped with its network, a method is kept", () => {
  const before = compiled(`${SOURCE}order C = 1 2\norder G = anneal`).definitions;
  const after = compiled("network C = E\nnetwork G = E", before).definitions;
  expect([after.has("order C"), after.has("order G")]).toEqual([false, true]);
});

test.each([
  ["search", { seconds: 2, seed: 9, seeded: true }],
  ["search within 3 s", { seconds: 3, seed: 9, seeded: true }],
  ["search seed 4 minimizing size", { seconds: 2, seed: 4, seeded: true, objective: "size" }],
])("what order C = %s leaves open is as it is asked for around the program", (body, expected) => {
  const around = { ...context, search: { seconds: 2, seed: 9 } };
  const outcome = compile(`${SOURCE}order C = ${body}`, new Map(), around);
  if (!outcome.ok) throw new TypeError("expected a program");
  expect(outcome.value.definitions.get("order C")).toMatchObject({ spec: { kind: "search", ...expected } });
});
