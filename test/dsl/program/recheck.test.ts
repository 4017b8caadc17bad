import { expect, test } from "vitest";
import type { Definitions } from "../../../dsl/program/program.ts";
import { recheck } from "../../../dsl/program/recheck.ts";
import { compiled, context } from "./language.ts";

const first = compiled(`
let L = 3, beta = 0.5
index s_{*}: 2, i: 3
tensor W[a: 2, b: 2] = exp(beta * (a == b))
tensor V[i] = 1
network Z = product { W[s_x, s_{x+1}] for x in 1..L }
network R = V[i] V[i]
machine eos = threads(2)
`).definitions;

const ordered = compiled("order Z by x\nslice Z over s_2\norder R = greedy", first).definitions;

function after(source: string, before: Definitions = ordered): ReturnType<typeof recheck> {
  return recheck(before, compiled(source, before).definitions, context);
}

function factors({ definitions }: { readonly definitions: Definitions }, name: string): number {
  const found = definitions.get(name);
  return found?.kind === "network" ? found.valued.network.tensors.length : NaN;
}

test("what depends on a value is made anew, and what depends on that", () => {
  const done = after("let L = 5");
  expect(factors(done, "Z")).toBe(5);
  expect(done.told).toEqual([
    "Z is made anew, since L changed",
    "order Z is made anew, since L changed".replace("L", "Z"),
    "slice Z is made anew, since Z changed",
  ]);
  // The orders fit the new network.
  expect(done.definitions.get("order Z")).toMatchObject({ spec: { pairs: { length: 4 } } });
});

test("entries, extents and machines are followed too", () => {
  const done = after("let beta = 0");
  expect(done.told.map((sentence) => sentence.split(",")[0])).toEqual([
    "W is made anew",
    "Z is made anew",
    "order Z is made anew",
    "slice Z is made anew",
  ]);
  const found = done.definitions.get("Z");
  expect(found?.kind === "network" && found.valued.entries.every(({ re }) => re.every((x) => x === 1))).toBe(
    true,
  );
  const wider = after("index i: 4");
  expect(wider.told[0]).toBe("V is made anew, since i changed");
  expect(wider.definitions.get("V")).toMatchObject({ shape: [4] });
});

test("what does not fit any more stays, or is dropped where it speaks of a changed network; both names are told", () => {
  const done = after("tensor W[a: 2, b: 2, c: 2] = copy");
  expect(done.told).toEqual([
    "Z stays as it was; it does not fit the new W: W has 3 indices, but is used with 2",
  ]);
  expect(done.definitions.get("Z")).toBe(ordered.get("Z"));
  const shorter = after("let L = 1");
  expect(shorter.told.at(-1)).toBe("slice Z is made anew, since Z changed");
  const gone = after("let L = 0");
  expect(gone.told.join("; ")).toMatch(
    /Z stays as it was; it does not fit the new L: network Z has no factors/,
  );
});

test("an order by hand goes when the network that it names has other factors", () => {
  const before = compiled(
    "network M = product { W[s_x, s_{x+1}] for x in 1..L }\norder M = (W(x=1) W(x=3)) W(x=2)",
    first,
  ).definitions;
  const done = after("let L = 2", before);
  expect(done.told.slice(-1)).toEqual([
    "order M is dropped; it does not fit the new M: network M has no factor W(x=3)",
  ]);
  expect(done.definitions.has("order M")).toBe(false);
});

test.each([
  "let L = 3, beta = 0.5",
  "index s_{*}: 2, i: 3",
  "tensor W[a: 2, b: 2] = exp(beta * (a == b))",
  "machine eos = threads(2)",
  "network Q = V[i]",
])("%s changes nothing that is known", (source) => {
  const done = after(source);
  expect(done.told).toEqual([]);
  for (const [name, definition] of ordered) expect(done.definitions.get(name)).toBe(definition);
});
