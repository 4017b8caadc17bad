import { expect, test } from "vitest";
import { evaluated } from "./evaluate.ts";

/** A ring of ten matrices: the trace of H^10, where H^2 = 1. */
const RING = `tensor H[a: 2, b: 2] = [[1, 1], [1, -1]] / sqrt(2)
network Z = product { H[s_{x}, s_{(x mod 10)+1}] for x in 1..10 }
order Z = greedy
machine eos {
  device { peak 1 TFLOP/s memory 1 GB at 1 TB/s launch 1 us }
  node 4 devices over 10 GB/s latency 2 us
}
`;

test("budgets that hold say nothing, and the program runs", async () => {
  const { ok, told, texts } = await evaluated(
    `${RING}require Z: memory <= 1 GB, time <= 1 hour, communication <= 20 %, slices <= 64, extra speedup >= 0.01\nrun Z on threads(2)`,
  );
  expect({ ok, told }).toEqual({ ok: true, told: [] });
  expect(texts[0]).toMatch(/^Z = 2\n.* measured, .* modelled on threads\(2\)/);
});

test.each([
  [
    "distribute Z on eos\nrequire Z: time <= 1 ns",
    "time <= 1 ns does not hold: ",
    "modelled",
    " times the budget; most of it in H(",
  ],
  [
    "distribute Z on eos\nrequire Z: memory < 100 B",
    "memory < 100 B does not hold: ",
    "a device modelled",
    " in use)",
  ],
  [
    "distribute Z on eos\nrequire Z: slices > 1",
    "slices > 1 does not hold: 1 modelled",
    "times the budget",
    "",
  ],
  ["require Z: time < 1 ns\nrun Z on eos dry", "time < 1 ns does not hold: ", "modelled", ""],
])(
  "a budget that the model breaks is an error at its line, before anything runs: %s",
  async (text, ...parts) => {
    const { ok, told, texts, environment } = await evaluated(`${RING}${text}\nshow network Z`);
    expect({ ok, texts }).toEqual({ ok: false, texts: [] });
    expect(told).toHaveLength(1);
    for (const part of parts) expect(told[0]).toContain(part);
    expect(told[0]).toContain("error[budget-missed]");
    expect([...environment.definitions.keys()]).toEqual([]);
  },
);

test("all broken budgets of a cell are told at once, each at its place", async () => {
  const { told } = await evaluated(`${RING}require Z: time <= 1 ns, memory <= 1 B, slices <= 4`);
  expect(told.map((one) => one.split("\n")[2])).toEqual([
    "             ^^^^^^^^^^^^",
    "                           ^^^^^^^^^^^^^",
  ]);
});

test("a budget is held against what was measured, also by a run in a later cell", async () => {
  const first = await evaluated(`${RING}distribute Z on eos\nrequire Z: time <= 60 us`);
  expect(first).toMatchObject({ ok: true, told: [] });
  const later = await evaluated("run Z on threads(2)", first.environment);
  expect(later.ok).toBe(false);
  expect(later.told[0]).toContain("time <= 60 us does not hold: ");
  expect(later.told[0]).toContain(" measured, ");
  expect(later.texts[0]).toContain("Z = 2\n");
});

test("a budget of the same quantity and side replaces the one before", async () => {
  const { environment } = await evaluated(
    `${RING}distribute Z on eos\nrequire Z: memory <= 1 GB, slices >= 1\nrequire Z: memory <= 2 GB, slices <= 8`,
  );
  expect(environment.definitions.get("require Z")).toMatchObject({
    budgets: [{ text: "slices >= 1" }, { text: "memory <= 2 GB" }, { text: "slices <= 8" }],
  });
});
