/**
 * The kicked Ising model on the 127 qubits of IBM's Eagle (Y. Kim et al., Nature 618, 500), written as OpenQASM, against
 * values that another library found: reference.json, instances gen_eagle_ki_*.
 */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { amplitude } from "../../../dsl/circuit/amplitude.ts";
import type { Circuit } from "../../../dsl/circuit/circuit.ts";
import { expectation } from "../../../dsl/circuit/expectation.ts";
import { parseQasm } from "../../../dsl/circuit/qasm.ts";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import type { ValuedNetwork } from "../../../dsl/network/network.ts";
import { plan } from "../../../dsl/plan/plan.ts";
import { threadsEngine } from "../../../kernel/engine/threads.ts";

/** The first qubit and the first and last column of each row of the heavy-hexagon lattice. */
const ROWS = [
  [0, 0, 13],
  [18, 0, 14],
  [37, 0, 14],
  [56, 0, 14],
  [75, 0, 14],
  [94, 0, 14],
  [113, 1, 14],
] as const;

/** Neighbours in a row, and each row with the next by a qubit at every fourth column. */
function edges(): [number, number][] {
  const found: [number, number][] = [];
  ROWS.forEach(([start, first, last], row) => {
    for (let qubit = start; qubit < start + last - first; qubit += 1) found.push([qubit, qubit + 1]);
    const below = ROWS[row + 1];
    if (below === undefined) return;
    for (let link = 0; link < 4; link += 1) {
      const column = 4 * link + (row % 2 === 0 ? 0 : 2);
      const between = start + last - first + 1 + link;
      found.push([start + column - first, between], [between, below[0] + column - below[1]]);
    }
  });
  return found;
}

/** Steps of RX(0.7) on all qubits, then RZZ(-pi/2) on all edges. */
function kickedIsing(steps: number): Circuit {
  const bonds = edges().map(([a, b]) => `zz q[${a}], q[${b}];`);
  const step = `rx(0.7) q;\n${bonds.join("\n")}\n`;
  const zz = "gate zz a, b { cx a, b; rz(-pi/2) b; cx a, b; }";
  const outcome = parseQasm(
    `OPENQASM 3.0;\ninclude "stdgates.inc";\n${zz}\nqubit[127] q;\n${step.repeat(steps)}`,
  );
  if (!outcome.ok) throw new RangeError(outcome.diagnostics[0]?.message);
  return outcome.value;
}

async function contracted({ network, entries }: ValuedNetwork): Promise<readonly [number, number]> {
  const method = { kind: "search", objective: "flops" } as const;
  const tree = plan(network, method, { expired: () => false, trials: 16 }, mulberry32(1));
  const schedule = distribute(network, tree, threadsMachine(2, 16 * 2 ** 30), 2);
  const { value } = await threadsEngine.run(schedule, entries);
  return [value?.re[0] ?? NaN, value?.im?.[0] ?? 0];
}

test("the lattice has 144 edges", () => {
  expect(edges()).toHaveLength(144);
  expect(new Set(edges().flat()).size).toBe(127);
});

const data = new URL("../../../../shared/data/reference.json", import.meta.url);
const present = existsSync(data);
const { values } = (present ? JSON.parse(readFileSync(data, "utf8")) : { values: {} }) as {
  readonly values: Readonly<Record<string, { readonly re: number; readonly im: number }>>;
};

const options = { name: "e", dtype: "complex128" } as const;
const networks: readonly (readonly [string, () => ValuedNetwork])[] = [
  ["gen_eagle_ki_T5_z62", () => expectation(kickedIsing(5), [{ matrix: "Z", qubit: 62 }], options)],
  ["gen_eagle_ki_T5_amp", () => amplitude(kickedIsing(5), "0".repeat(127), options)],
];

test.skipIf(!present).each(networks)("%s has its known value", { timeout: 120_000 }, async (name, make) => {
  const [re, im] = await contracted(make());
  expect(re).toBeCloseTo(values[name]?.re ?? NaN, 11);
  expect(im).toBeCloseTo(values[name]?.im ?? NaN, 11);
});
