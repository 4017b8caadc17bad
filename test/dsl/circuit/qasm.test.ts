import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { amplitude } from "../../../dsl/circuit/amplitude.ts";
import type { Circuit } from "../../../dsl/circuit/circuit.ts";
import { formatQsim } from "../../../dsl/circuit/qsim.ts";
import { parseQasm } from "../../../dsl/circuit/qasm.ts";
import { contractAll } from "./contract.ts";
import { HEADS, known, randomProgram, type Dialect } from "./oracle.ts";
import { applied, finalState, zeroState, type Complex } from "./state.ts";

function circuitOf(text: string): Circuit {
  const outcome = parseQasm(text);
  if (!outcome.ok) throw new TypeError(outcome.diagnostics.map(({ message }) => message).join("\n"));
  return outcome.value;
}

/** All amplitudes, by the network. */
function amplitudes(circuit: Circuit): Complex[] {
  const open = ".".repeat(circuit.qubits);
  const { re, im } = contractAll(amplitude(circuit, open, { name: "psi", dtype: "complex128" }));
  return re.map((value, basis) => ({ re: value, im: im[basis] ?? NaN }));
}

function expectSame(got: readonly Complex[], wanted: readonly Complex[]): void {
  expect(got).toHaveLength(wanted.length);
  got.forEach(({ re, im }, basis) => {
    expect(re).toBeCloseTo(wanted[basis]?.re ?? NaN, 11);
    expect(im).toBeCloseTo(wanted[basis]?.im ?? NaN, 11);
  });
}

const dialects: readonly Dialect[] = [2, 3];

/** A state of `qubits` qubits without symmetries, as text and as amplitudes. */
function prepared(qubits: number): { readonly lines: string; readonly state: Complex[] } {
  const [, , , ry] = known[2].find(([name]) => name === "ry") ?? [];
  const [, , , cu] = known[2].find(([name]) => name === "cu") ?? [];
  let [lines, state] = ["", zeroState(qubits)];
  for (let qubit = 0; qubit < qubits; qubit += 1) {
    lines += `ry(${0.7 + qubit}) q[${qubit}];\n`;
    state = applied(state, ry?.(0.7 + qubit) ?? [], [qubit]);
    if (qubit === 0) continue;
    lines += `cu(0.3, ${qubit}, -0.4, 0.9) q[${qubit - 1}], q[${qubit}];\n`;
    state = applied(state, cu?.(0.3, qubit, -0.4, 0.9) ?? [], [qubit - 1, qubit]);
  }
  return { lines, state };
}

const everyGate = dialects.flatMap((dialect) =>
  known[dialect].map((gate) => [dialect, gate[0], gate] as const),
);

test.each(everyGate)("OpenQASM %d: %s has its phase", (dialect, name, [, parameters, qubits, make]) => {
  const { lines, state } = prepared(Math.max(1, qubits));
  const angles = [2.1, -0.8, 1.3, 0.5].slice(0, parameters);
  const on = Array.from({ length: qubits }, (_, qubit) => qubit).toReversed();
  const call = `${name}(${angles.join()}) ${on.map((qubit) => `q[${qubit}]`).join()};`;
  const text = `${HEADS[dialect]}qreg q[${Math.max(1, qubits)}];\n${lines}${call}`;
  expectSame(amplitudes(circuitOf(text)), applied(state, make(...angles), on));
});

test.each(dialects.flatMap((dialect) => [1, 2, 3, 4, 5, 6].map((seed) => [dialect, seed] as const)))(
  "OpenQASM %d: every gate in random order, seed %d",
  (dialect, seed) => {
    const { text, state } = randomProgram(mulberry32(seed), dialect, 4);
    expectSame(amplitudes(circuitOf(text)), state);
  },
);

/** Bodies of stdgates.inc, and of qelib1.inc where gates have no other definition. */
const definitions: readonly (readonly [Dialect, string, string])[] = [
  [3, "p(a) q0", "ctrl @ gphase(a) q0;"],
  [3, "x q0", "U(π, 0, π) q0; gphase(-π/2);"],
  [3, "y q0", "U(π, π/2, π/2) q0; gphase(-π/2);"],
  [3, "h q0", "U(π/2, 0, π) q0; gphase(-π/4);"],
  [3, "s q0", "pow(1/2) @ z q0;"],
  [3, "sdg q0", "inv @ pow(1/2) @ z q0;"],
  [3, "t q0", "pow(0.5) @ s q0;"],
  [3, "sx q0", "pow(0.5) @ x q0;"],
  [3, "rx(a) q0", "U(a, -π/2, π/2) q0; gphase(-a/2);"],
  [3, "ry(a) q0", "U(a, 0, 0) q0; gphase(-a/2);"],
  [3, "rz(a) q0", "gphase(-a/2); U(0, 0, a) q0;"],
  [3, "crx(a) q0, q1", "ctrl @ rx(a) q0, q1;"],
  [3, "swap q0, q1", "cx q0, q1; cx q1, q0; cx q0, q1;"],
  [3, "ccx q0, q1, q2", "ctrl @ ctrl @ x q0, q1, q2;"],
  [3, "cswap q0, q1, q2", "ctrl @ swap q0, q1, q2;"],
  [3, "cu(a, b, g, d) q0, q1", "p(d - a/2) q0; ctrl @ U(a, b, g) q0, q1;"],
  [3, "u2(a, b) q0", "gphase(-(a+b+π/2)/2); U(π/2, a, b) q0;"],
  [3, "u3(a, b, g) q0", "gphase(-(b+g+a)/2); U(a, b, g) q0;"],
  [
    2,
    "cu3(a, b, g) q0, q1",
    "u1((g+b)/2) q0; u1((g-b)/2) q1; cx q0,q1; u3(-a/2,0,-(b+g)/2) q1; cx q0,q1; u3(a/2,b,0) q1;",
  ],
  [2, "csx q0, q1", "h q1; cu1(pi/2) q0, q1; h q1;"],
  [
    2,
    "rccx q0, q1, q2",
    "u2(0,pi) q2; u1(pi/4) q2; cx q1,q2; u1(-pi/4) q2; cx q0,q2; u1(pi/4) q2; cx q1,q2; u1(-pi/4) q2; u2(0,pi) q2;",
  ],
  [
    2,
    "rc3x q0, q1, q2, q3",
    `u2(0,pi) q3; u1(pi/4) q3; cx q2,q3; u1(-pi/4) q3; u2(0,pi) q3; cx q0,q3; u1(pi/4) q3; cx q1,q3; u1(-pi/4) q3;
     cx q0,q3; u1(pi/4) q3; cx q1,q3; u1(-pi/4) q3; u2(0,pi) q3; u1(pi/4) q3; cx q2,q3; u1(-pi/4) q3; u2(0,pi) q3;`,
  ],
  [
    2,
    "c4x q0, q1, q2, q3, q4",
    "h q4; cu1(pi/2) q3,q4; h q4; c3x q0,q1,q2,q3; h q4; cu1(-pi/2) q3,q4; h q4; c3x q0,q1,q2,q3; c3sqrtx q0,q1,q2,q4;",
  ],
];

test.each(definitions)("OpenQASM %d: %s is { %s }", (dialect, head, body) => {
  const [, name = "", parameters = "", list = ""] = /^(\w+)(\([^)]*\))? (.*)$/.exec(head) ?? [];
  const qubits = list.split(",").length;
  const values =
    parameters === "" ? "" : `(${[1.9, -0.6, 0.4, 2.2].slice(0, parameters.split(",").length).join()})`;
  const start = `${HEADS[dialect]}gate mine${parameters} ${list} { ${body} }\nqreg q[${qubits}];\n${prepared(qubits).lines}`;
  const on = Array.from({ length: qubits }, (_, qubit) => `q[${qubit}]`).join();
  const [built, defined] = [name, "mine"].map((own) =>
    finalState(circuitOf(`${start}${own}${values} ${on};`)),
  );
  expectSame(defined ?? [], built ?? []);
});

/** Two texts of one circuit. */
const pairs: readonly (readonly [Dialect, string, string])[] = [
  [2, "qreg q[3]; h q;", "qreg q[3]; h q[0]; h q[1]; h q[2];"],
  [2, "qreg q[2]; qreg r[2]; h q; cx q, r;", "qreg q[4]; h q[0]; h q[1]; cx q[0],q[2]; cx q[1],q[3];"],
  [2, "qreg q[1]; qreg r[2]; h q; cx q[0], r;", "qreg q[3]; h q[0]; cx q[0],q[1]; cx q[0],q[2];"],
  [2, "qreg q[2]; barrier q; h q; barrier q[0], q[1]; creg c[7];", "qreg q[2]; h q;"],
  [2, "qreg q[1]; rx(-2^2 + 3*(1-pi)/sqrt(4)) q;", `qreg q[1]; rx(${-4 + (3 * (1 - Math.PI)) / 2}) q;`],
  [
    2,
    "qreg q[1]; rx(sin(1)*cos(2)-tan(.5)+exp(1e-1)-ln(2)) q;",
    `qreg q[1]; rx(${Math.sin(1) * Math.cos(2) - Math.tan(0.5) + Math.exp(0.1) - Math.log(2)}) q;`,
  ],
  [2, "qreg q[1]; rx(2^3^2/512 - -1 - 2 - 1) q;", "qreg q[1]; rx(-1) q;"],
  [
    2,
    "gate g(a,b) x, y { rx(a*2) y; cx x, y; ry(b-a) x; } gate k(t) x, y { g(t, t/2) y, x; h x; } qreg q[2]; k(pi) q[1], q[0];",
    "qreg q[2]; rx(2*pi) q[1]; cx q[0], q[1]; ry(-pi/2) q[0]; h q[1];",
  ],
  [2, "gate h q { x q; } qreg q[1]; h q;", "qreg q[1]; x q;"],
  [2, "gate nothing q { } qreg q[1]; nothing q; u0(1) q; opaque never(a) q;", "qreg q[1];"],
  [3, "qubit q; qubit[2] r; bit c; h q; x r[1]; cx q, r;", "qubit[3] q; h q[0]; x q[2]; cx q[0], q[1:2];"],
  [
    3,
    "qubit[6] q; h q[0:2:5]; x q[{1, 3}]; y q[-1]; z q[:1]; s q[4:]; t q[2:-1:1];",
    "qubit[6] q; h q[0]; h q[2]; h q[4]; x q[1]; x q[3]; y q[5]; z q[0]; z q[1]; s q[4]; s q[5]; t q[2]; t q[1];",
  ],
  [
    3,
    "qubit[3] q; let a = q[1:2] ++ q[0]; let b = a[0]; h b; cx a[2], a[1]; x a;",
    "qubit[3] q; h q[1]; cx q[0], q[2]; x q[1]; x q[2]; x q[0];",
  ],
  [
    3,
    "const int[32] n = 2*1; const float half = 1/n; const uint m = n + 1; qubit[m] q; rx(half * τ) q[n];",
    "qubit[3] q; rx(pi) q[2];",
  ],
  [3, "const float w = 0.3; gate g(a) q { rx(a*w) q; } qubit q; g(2) q;", "qubit q; rx(0.6) q;"],
  [3, "qubit[3] q; h q; ctrl(2) @ x q[0], q[1], q[2];", "qubit[3] q; h q; ccx q[0], q[1], q[2];"],
  [
    3,
    "qubit[3] q; h q; negctrl(2) @ ry(1) q[0], q[1], q[2];",
    "qubit[3] q; h q; x q[0:1]; ctrl @ cry(1) q[0], q[1], q[2]; x q[0:1];",
  ],
  [3, "qubit[2] q; h q; ctrl @ gphase(0.4) q[1];", "qubit[2] q; h q; p(0.4) q[1];"],
  [3, "qubit[2] q; h q; ctrl(2) @ gphase(0.4) q[1], q[0];", "qubit[2] q; h q; cp(0.4) q[1], q[0];"],
  [
    3,
    "gate g(a) x, y { h x; cp(a) x, y; t y; ry(a) y; } qubit[2] q; h q; g(1) q[0], q[1]; inv @ g(1) q[0], q[1];",
    "qubit[2] q; h q;",
  ],
  [
    3,
    "gate g(a) x, y { h x; cp(a) x, y; ry(a) y; } qubit[2] q; pow(3) @ g(1) q[0], q[1];",
    "gate g(a) x, y { h x; cp(a) x, y; ry(a) y; } qubit[2] q; g(1) q[0], q[1]; g(1) q[0], q[1]; g(1) q[0], q[1];",
  ],
  [
    3,
    "gate g x, y { h x; cp(1) x, y; ry(1) y; } qubit[2] q; pow(19) @ g q[0], q[1];",
    `gate g x, y { h x; cp(1) x, y; ry(1) y; } qubit[2] q; ${"g q[0], q[1];".repeat(19)}`,
  ],
  [
    3,
    "gate g x, y { h x; cp(1) x, y; ry(1) y; } qubit[2] q; pow(-2) @ g q[0], q[1]; pow(2) @ g q[0], q[1]; pow(0) @ g q[0], q[1];",
    "qubit[2] q;",
  ],
  [
    3,
    "gate g x, y { h x; cp(1) x, y; ry(1) y; } qubit[2] q; pow(1/3) @ g q[0], q[1]; pow(2/3) @ g q[0], q[1];",
    "gate g x, y { h x; cp(1) x, y; ry(1) y; } qubit[2] q; g q[0], q[1];",
  ],
  [
    3,
    "gate g x { gphase(0.4); h x; } qubit[2] q; h q; ctrl @ g q[0], q[1];",
    "qubit[2] q; h q; p(0.4) q[0]; ch q[0], q[1];",
  ],
  [
    3,
    "qubit[2] q; h q; ctrl @ pow(0.5) @ x q[0], q[1]; ctrl @ inv @ s q[1], q[0];",
    "qubit[2] q; h q; csx q[0], q[1]; csdg q[1], q[0];",
  ],
  [3, "qubit[2] q; x q[0]; pow(0.5) @ swap q[0], q[1]; pow(0.5) @ swap q[0], q[1];", "qubit[2] q; x q[1];"],
  [3, "#pragma a b\n@bind x ; y\nqubit q; /* h q;\n*/ // x q;\nh\nq\n;", "qubit q; h q;"],
  [
    3,
    "qubit[2] q; rx(0x1F - 0b11 + 1_000e-3) q[1]; ry(pow(2, 3) + mod(7, 4) - ceiling(1.5) + arctan(1)) q[0];",
    `qubit[2] q; rx(29) q[1]; ry(${9 + Math.PI / 4}) q[0];`,
  ],
];

test.each(pairs)("OpenQASM %d: %s means %s", (dialect, text, same) => {
  const [one, other] = [text, same].map((own) => circuitOf(HEADS[dialect] + own));
  expect(one?.qubits).toBe(other?.qubits);
  expectSame(amplitudes(one as Circuit), finalState(other as Circuit));
});

test.each([3, 4, 6])("a gate with %d controls is a chain of small tensors", (count) => {
  const signs = Array.from({ length: count }, (_, place) =>
    place % 3 === 1 ? "negctrl @ " : "ctrl @ ",
  ).join("");
  const qubits = Array.from({ length: count + 1 }, (_, qubit) => `q[${qubit}]`).join();
  const circuit = circuitOf(`${HEADS[3]}qubit[${count + 1}] q; ry(1) q; ${signs}ry(0.3) ${qubits};`);
  const { network } = amplitude(circuit, ".".repeat(count + 1), { name: "a", dtype: "complex128" });
  expect(Math.max(...network.tensors.map(({ labels }) => labels.length))).toBe(4);
  expectSame(amplitudes(circuit), finalState(circuit));
});

test("the links between its tensors keep clear of the names of open indices", () => {
  const circuit = circuitOf(`${HEADS[3]}qubit[4] q; ctrl(3) @ x q[0], q[1], q[2], q[3];`);
  const open = ["a_{0,0}", "a_{0,0}'", "w_{3,0}", "w_{3,1}"];
  const named = amplitude(circuit, "....", { name: "a", dtype: "complex128", open });
  expect(contractAll(named).re.map(Math.round)).toEqual([1, ...new Array<number>(15).fill(0)]);
});

// Published values.
test.each([1, 2, 3, 5, 9])("GHZ of %d qubits", (qubits) => {
  const chain = Array.from({ length: qubits - 1 }, (_, k) => `cx q[${k}],q[${k + 1}];`).join("");
  const state = amplitudes(circuitOf(`${HEADS[2]}qreg q[${qubits}]; h q[0]; ${chain}`));
  state.forEach(({ re, im }, basis) => {
    const wanted = basis === 0 || basis === state.length - 1 ? Math.SQRT1_2 : 0;
    expect([re, im]).toEqual([expect.closeTo(wanted, 12), expect.closeTo(0, 12)]);
  });
});

/** The textbook circuit: h and controlled phases, then the qubits in reverse. */
function fourier(qubits: number): string {
  let text = "";
  for (let k = 0; k < qubits; k += 1) {
    text += `h q[${k}];`;
    for (let other = k + 1; other < qubits; other += 1) text += `cu1(pi/2^${other - k}) q[${other}],q[${k}];`;
  }
  for (let k = 0; k < Math.floor(qubits / 2); k += 1) text += `swap q[${k}],q[${qubits - 1 - k}];`;
  return text;
}

test.each([
  [2, 1],
  [3, 5],
  [4, 11],
  [5, 0],
])("the Fourier transform of %d qubits from |%d>", (qubits, from) => {
  const set = [...from.toString(2).padStart(qubits, "0")]
    .map((bit, k) => (bit === "1" ? `x q[${k}];` : ""))
    .join("");
  const state = amplitudes(circuitOf(`${HEADS[2]}qreg q[${qubits}]; ${set}${fourier(qubits)}`));
  const size = 2 ** qubits;
  const wanted = Array.from({ length: size }, (_, to) => {
    const angle = (2 * Math.PI * from * to) / size;
    return { re: Math.cos(angle) / Math.sqrt(size), im: Math.sin(angle) / Math.sqrt(size) };
  });
  expectSame(state, wanted);
});

test.each([
  [2, 1, 1],
  [3, 1, 25 / 32],
  [3, 2, 121 / 128],
])(
  "Grover's search among 2^%d states after %d steps finds the marked one with %d",
  (qubits, steps, wanted) => {
    const mark = `ctrl(${qubits - 1}) @ z ${Array.from({ length: qubits }, (_, k) => `q[${k}]`).join()};`;
    const step = `${mark} h q; x q; ${mark} x q; h q;`;
    const state = amplitudes(circuitOf(`${HEADS[3]}qubit[${qubits}] q; h q; ${step.repeat(steps)}`));
    const { re, im } = state.at(-1) ?? { re: NaN, im: NaN };
    expect(re ** 2 + im ** 2).toBeCloseTo(wanted, 12);
  },
);

test("times never decrease, and gates of one time touch different qubits", () => {
  const { text } = randomProgram(mulberry32(9), 3, 4);
  const { gates } = circuitOf(text);
  gates.forEach(({ time, qubits }, position) => {
    const before = gates.slice(0, position);
    expect(time).toBeGreaterThanOrEqual(before.at(-1)?.time ?? 0);
    const same = before.filter((gate) => gate.time === time).flatMap((gate) => gate.qubits);
    expect(same.filter((qubit) => qubits.includes(qubit))).toEqual([]);
  });
});

test("gates given by their matrix are not in qsim's format", () => {
  expect(() => formatQsim(circuitOf(`${HEADS[2]}qreg q[1]; h q;`))).toThrow("gate h is not in qsim's format");
});

test("a file of many lines is read", () => {
  const lines = Array.from({ length: 20_000 }, (_, k) => `rz(pi/${k + 1}) q[${k % 50}];`).join("\n");
  expect(circuitOf(`${HEADS[2]}qreg q[50];\n${lines}`).gates).toHaveLength(20_000);
});
