import { existsSync, readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatQsim, parseQsim } from "../../../dsl/circuit/qsim.ts";
import { randomCircuit } from "../../../dsl/circuit/generate.ts";

function complaints(text: string): string[] {
  const outcome = parseQsim(text);
  return outcome.ok ? [] : outcome.diagnostics.map(({ message }) => message);
}

const COUNT = "line 1: expected the number of qubits, alone on the first line";

test.each<readonly [string, readonly string[]]>([
  ["", [COUNT]],
  ["\n\n", [COUNT]],
  ["two", [COUNT]],
  ["0", [COUNT]],
  ["-3", [COUNT]],
  ["2.5", [COUNT]],
  ["2 qubits", [COUNT]],
  ["0 h 0\n", [COUNT]],
  ["1e9", [COUNT]],
  ["99999999999999999999", [COUNT]],
  ["99999999999", ["line 1: 99999999999 qubits; the limit is 100000"]],
  ["2\n0 foo 0", ["line 2: gate foo is not in qsim's format"]],
  ["2\n0 H 0", ["line 2: gate H is not in qsim's format"]],
  ["2\n0 constructor 0", ["line 2: gate constructor is not in qsim's format"]],
  ["2\n0", ["line 2: a time alone is not in qsim's format"]],
  ["2\nh 0", ["line 2: expected a time (0, 1, ...), got h"]],
  ["2\n-1 h 0", ["line 2: expected a time (0, 1, ...), got -1"]],
  ["2\n0.5 h 0", ["line 2: expected a time (0, 1, ...), got 0.5"]],
  ["2\n0 h 2", ["line 2: 2 is no qubit; the circuit has qubits 0 to 1"]],
  ["2\n0 h -1", ["line 2: -1 is no qubit; the circuit has qubits 0 to 1"]],
  ["2\n0 h a", ["line 2: a is no qubit; the circuit has qubits 0 to 1"]],
  ["2\n0 h 1.0", ["line 2: 1.0 is no qubit; the circuit has qubits 0 to 1"]],
  ["2\n0 cz 1 1", ["line 2: cz names qubit 1 twice"]],
  ["2\n0 cz 1", ["line 2: cz takes 2 qubits and 0 parameters, got 1 word after it"]],
  ["2\n0 h", ["line 2: h takes 1 qubit and 0 parameters, got 0 words after it"]],
  ["2\n0 h 0 1", ["line 2: h takes 1 qubit and 0 parameters, got 2 words after it"]],
  ["2\n0 rx 0", ["line 2: rx takes 1 qubit and 1 parameter, got 1 word after it"]],
  ["2\n0 fs 0 1 0.5", ["line 2: fs takes 2 qubits and 2 parameters, got 3 words after it"]],
  ["2\n0 h 0 # why", ["line 2: h takes 1 qubit and 0 parameters, got 3 words after it"]],
  ["2\n0 rx 0 NaN", ["line 2: expected a number in radians, got NaN"]],
  ["2\n0 rx 0 inf", ["line 2: expected a number in radians, got inf"]],
  ["2\n0 rx 0 1e999", ["line 2: expected a number in radians, got 1e999"]],
  ["2\n0 rx 0 pi", ["line 2: expected a number in radians, got pi"]],
  ["2\n0 rx 0 0x10", ["line 2: expected a number in radians, got 0x10"]],
  ["2\n1 h 0\n0 h 1", ["line 3: time 0 comes after time 1; times must not decrease"]],
  ["2\n0 h 0\n0 t 0", ["line 3: qubit 0 has another gate at time 0"]],
  ["2\n0 h 0\n0 cz 1 0", ["line 3: qubit 0 has another gate at time 0"]],
  ["2\n0 m 0", ["line 2: a measurement (m) has no amplitude"]],
  ["2\n0 c 0 x 1", ["line 2: controlled gates (c) are not supported"]],
  [
    "2\n\n0 foo 0\n1 h 5\n2 h 0\n",
    ["line 3: gate foo is not in qsim's format", "line 4: 5 is no qubit; the circuit has qubits 0 to 1"],
  ],
])("%j", (text, expected) => {
  expect(complaints(text)).toEqual(expected);
});

test("the span is the line without its blanks", () => {
  const text = "2\r\n  0 foo 0  \r\n";
  const outcome = parseQsim(text);
  const { span } = (outcome.ok ? undefined : outcome.diagnostics[0]) ?? { span: { start: 0, end: 0 } };
  expect(text.slice(span.start, span.end)).toBe("0 foo 0");
});

test("blank lines, tabs, trailing blanks and CRLF do not matter", () => {
  const plain = parseQsim("2\n0 h 0\n0 rx 1 -1.5e-1\n1 fs 0 1 .5 2.\n");
  expect(plain).toEqual(parseQsim("\n2 \r\n\r\n0\th 0\r\n 0 rx 1 -1.5e-1  \r\n1 fs 0 1 .5 2."));
  expect(plain).toEqual({
    ok: true,
    notices: [],
    value: {
      qubits: 2,
      gates: [
        { time: 0, name: "h", qubits: [0], parameters: [] },
        { time: 0, name: "rx", qubits: [1], parameters: [-0.15] },
        { time: 1, name: "fs", qubits: [0, 1], parameters: [0.5, 2] },
      ],
    },
  });
});

test("a circuit that is printed and read again is the same to the bit", () => {
  const size = fc.integer({ min: 1, max: 3 });
  fc.assert(
    fc.property(size, size, size, fc.nat(), (rows, columns, cycles, seed) => {
      const circuit = randomCircuit({ rows, columns, cycles, seed });
      expect(parseQsim(formatQsim(circuit))).toMatchObject({ ok: true, value: circuit });
    }),
    { numRuns: 50 },
  );
});

test("any text is read or refused", () => {
  const word = fc.constantFrom(
    "0",
    "1",
    "2",
    "h",
    "fs",
    "cz",
    "rx",
    "0.5",
    "NaN",
    "\n",
    "\r\n",
    " ",
    "-",
    "é",
    "#",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), (words) => {
      const text = `2\n${words.join(" ")}`;
      const outcome = parseQsim(text);
      for (const { span } of outcome.ok ? [] : outcome.diagnostics)
        expect(text.slice(span.start, span.end)).toMatch(/^\S.*\S$|^\S$/);
    }),
  );
});

// Google's files of 53 qubits lie beside some checkouts only.
const folder = "../shared/data/circuits";
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".qsim")) : [];

test.skipIf(files.length === 0).each(files)("%s is read", (name) => {
  const outcome = parseQsim(readFileSync(`${folder}/${name}`, "utf8"));
  const cycles = Number(/_m(\d+)_/.exec(name)?.[1]);
  expect(outcome).toMatchObject({ ok: true, value: { qubits: 53 } });
  const roots = outcome.ok ? outcome.value.gates.filter(({ name: own }) => own.endsWith("_1_2")) : [];
  // A root on every qubit in every cycle, and once more at the end.
  expect(roots).toHaveLength(53 * (cycles + 1));
});
