/** What the reader of OpenQASM refuses, where, and with which way out. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { positionOf } from "../../../dsl/base/excerpt.ts";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { parseQasm } from "../../../dsl/circuit/qasm.ts";
import { HEADS, randomProgram, type Dialect } from "./oracle.ts";

function complaints(text: string): string[] {
  const outcome = parseQasm(text);
  return outcome.ok ? [] : outcome.diagnostics.map(({ message }) => message);
}

const UNSUPPORTED = "is not supported: tnlab contracts circuits without measurement or classical control";

/** After the head, which is two lines, and `qreg q[3]; creg c[3];` on the third. */
const rows: readonly (readonly [Dialect, string, ...string[]])[] = [
  // Gates.
  [2, "hh q[0];", "line 4: there is no gate hh"],
  [2, "foo q[0];\nbar q[0];", "line 4: there is no gate foo", "line 5: there is no gate bar"],
  [2, "gphase(1);", "line 4: there is no gate gphase"],
  [2, "constructor q[0];", "line 4: there is no gate constructor"],
  [2, "rx q[0];", "line 4: rx takes 1 parameter, got 0"],
  [2, "h(1) q[0];", "line 4: h takes 0 parameters, got 1"],
  [2, "cx q[0];", "line 4: cx takes 2 qubits, got 1"],
  [2, "h q[0], q[1];", "line 4: h takes 1 qubit, got 2"],
  [2, "h;", "line 4: h takes 1 qubit, got 0"],
  [2, "cx q[1], q[1];", "line 4: cx would act on qubit 1 of the circuit twice"],
  [2, "cx q, q[1];", "line 4: cx would act on qubit 1 of the circuit twice"],
  [2, "h q[3];", "line 4: q[3] does not exist: q has the qubits 0 to 2"],
  [2, "h q[-1];", "line 4: q[-1] does not exist: q has the qubits 0 to 2"],
  [2, "h q[0.5];", "line 4: the index 0.5 is 0.5, not a whole number"],
  [2, "h q[0:1];", "line 4: a range of qubits is not in OpenQASM 2"],
  [3, "h q[-4];", "line 4: q[-4] does not exist: q has the qubits 0 to 2"],
  [3, "h q[2:1];", "line 4: this range holds no qubits"],
  [3, "h q[0:0:2];", "line 4: the step of a range cannot be 0"],
  [3, "h q[{0, 7}];", "line 4: q[7] does not exist: q has the qubits 0 to 2"],
  [3, "h q[0][0];", "line 4: an index of an index is not supported"],
  [3, "qubit r; h r[0];", "line 4: r is one qubit and has no index"],
  [2, "h r;", "line 4: there is no register of qubits r"],
  [2, "h c;", "line 4: c is a register of classical bits, but qubits are needed here"],
  [3, "const int n = 1; h n;", "line 4: n is a constant, but qubits are needed here"],
  [2, "qreg r[2]; cx q, r;", "line 4: cx is used on registers of 3 and 2 qubits; they must be equal"],
  [3, "h $0;", "line 4: physical qubits ($0) are not supported"],
  // Declarations.
  [2, "qreg q[2];", "line 4: q is declared already, on line 3"],
  [2, "creg q[2];", "line 4: q is declared already, on line 3"],
  [2, "qreg r[0];", "line 4: the size of r is 0, but a size is a positive integer"],
  [2, "qreg r[1.5];", "line 4: the size of r is 1.5, but a size is a positive integer"],
  [2, "qreg r[100000];", "line 4: the circuit would have 100003 qubits; the limit is 100000"],
  [2, "qreg r[1e300];", "line 4: the size of r is 1e+300, but a size is a positive integer"],
  [2, "qreg pi[1];", "line 4: pi has a meaning of its own"],
  [3, "let a = q ++ q[0];", "line 4: a would hold a qubit twice"],
  [3, "let a = r;", "line 4: there is no register of qubits r"],
  [3, "const int n = 1/2;", "line 4: n is 0.5, but an int is a whole number"],
  [3, "const uint n = -1;", "line 4: n is -1, but a uint is not negative"],
  [3, "const angle a = 1;", "line 4: a constant of the type angle is not supported"],
  // Gates of the file.
  [2, "gate g a { h a; h b; }", "line 4: gate g has no qubit b"],
  [2, "gate g(t) a { rx(s) a; }", "line 4: there is no parameter or constant s"],
  [2, "gate g a { h a[0]; }", "line 4: the qubits of a gate have no index"],
  [2, "gate g a, b { cx a, a; }", "line 4: cx would act on one qubit twice"],
  [2, "gate g a { g a; }", "line 4: gate g calls itself"],
  [2, "gate g a { k a; } gate k a { g a; }", "line 4: there is no gate k"],
  [2, "gate g a { qreg r[1]; }", "line 4: qreg is not allowed inside a gate, which holds gates only"],
  [2, "gate g a { measure a -> c; }", `line 4: measure ${UNSUPPORTED}`],
  [2, "gate g a { h a; } gate g a { x a; }", "line 4: gate g is defined already"],
  [2, "gate g(a, a) b { }", "line 4: a is named twice"],
  [2, "gate g(pi) b { }", "line 4: pi has a meaning of its own"],
  [
    2,
    "gate g a {\nh a",
    "line 5: expected ; after a, found the end of the file",
    "line 4: this { is never closed",
  ],
  [2, "gate g a { foo a;\n bar a; }", "line 4: there is no gate foo", "line 5: there is no gate bar"],
  [2, "gate g a q;", "line 4: expected {, found q"],
  [2, "opaque g a; g q[0];", "line 4: gate g is opaque: it has no matrix"],
  // Expressions.
  [2, "rx(1/0) q[0];", "line 4: 1/0 gives Infinity, but finite numbers are needed"],
  [2, "rx(0/0) q[0];", "line 4: 0/0 gives NaN, but finite numbers are needed"],
  [2, "rx(1/(1/0)) q[0];", "line 4: 1/(1/0) gives Infinity, but finite numbers are needed"],
  [2, "rx(sqrt(-1)) q[0];", "line 4: sqrt(-1) gives NaN, but finite numbers are needed"],
  [2, "rx(ln(0)) q[0];", "line 4: ln(0) gives -Infinity, but finite numbers are needed"],
  [2, "rx(1e999) q[0];", "line 4: 1e999 is too large"],
  [2, "rx(NaN) q[0];", "line 4: there is no parameter or constant NaN"],
  [2, "rx(teta) q[0];", "line 4: there is no parameter or constant teta"],
  [2, "rx(sine(1)) q[0];", "line 4: there is no function sine"],
  [2, "rx(sin) q[0];", "line 4: sin is a function: sin(...)"],
  [3, "rx(pow(2)) q[0];", "line 4: pow takes 2 values, got 1"],
  [3, "rx(2^3) q[0];", "line 4: ^ is the exclusive or in OpenQASM 3, which is not supported"],
  [3, "rx(1 << 2) q[0];", "line 4: the operator << is not supported here"],
  [3, "rx(10ns) q[0];", "line 4: 10ns is no real number"],
  [3, "rx(1im) q[0];", "line 4: 1im is no real number"],
  [2, "rx(1 q[0];", "line 4: expected ), found q"],
  [2, "rx(,) q[0];", "line 4: expected a number, found ,"],
  [
    2,
    "gate g(t) a { rx(1/t) a; }\ng(0) q[0];",
    "line 5: 1/t gives Infinity, but finite numbers are needed (on line 4, inside g)",
  ],
  // Modifiers.
  [3, "ctrl @ x q[0];", "line 4: x takes 2 qubits (1 of them controls), got 1"],
  [3, "ctrl(0) @ x q[0];", "line 4: ctrl(0) has 0 controls, but they are one or more"],
  [3, "ctrl(1.5) @ x q[0];", "line 4: ctrl(1.5) has 1.5 controls, but they are one or more"],
  [3, "inv(2) @ x q[0];", "line 4: inv takes no value: inv @"],
  [3, "pow @ x q[0];", "line 4: pow needs its exponent, as in pow(2) @"],
  [3, "ctrl x q[0];", "line 4: expected @, found x"],
  [2, "inv @ x q[0];", "line 4: expected a qubit, found @"],
  // Measurement, classical control, timing.
  [2, "measure q -> c;", `line 4: measure ${UNSUPPORTED}`],
  [
    2,
    "reset q[0];\nif (c == 1) x q[0];\nfoo q;",
    `line 4: reset ${UNSUPPORTED}`,
    `line 5: if ${UNSUPPORTED}`,
    "line 6: there is no gate foo",
  ],
  [
    3,
    "c = measure q;\nc[0] = measure q[0];\nmeasure q;",
    ...[4, 5, 6].map((line) => `line ${line}: measure ${UNSUPPORTED}`),
  ],
  [3, "bit[3] d = measure q;", `line 4: measure ${UNSUPPORTED}`],
  [3, "bit d = 1;", `line 4: a value of d ${UNSUPPORTED}`],
  [
    3,
    "if (c[0] == 1) { h q; { x q; } } else if (true) { y q; } else z q;\nfoo q;",
    `line 4: if ${UNSUPPORTED}`,
    "line 5: there is no gate foo",
  ],
  [
    3,
    "for int i in [0:2] { h q[i]; x q[i]; }\nfoo q;",
    `line 4: for ${UNSUPPORTED}`,
    "line 5: there is no gate foo",
  ],
  [3, "for uint i in [0:2] h q[i];\nfoo q;", `line 4: for ${UNSUPPORTED}`, "line 5: there is no gate foo"],
  ...[
    "while (true) { h q; }",
    "def f(qubit a) -> bit { h a; return measure a; }",
    "float x = 1;",
    "input float theta;",
    "delay[10ns] q;",
    "box { h q; }",
    "switch (n) { case 0 { h q; } default { x q; } }",
    "cal { frame; }",
    "end;",
  ].map((text) => [3, text, `line 4: ${/^\w+/.exec(text)?.[0] ?? ""} ${UNSUPPORTED}`] as const),
  // Text.
  [2, "h q[0]\nx q[1];", "line 4: expected ; after ], found x"],
  [2, "h q[0", "line 4: expected ], found the end of the file"],
  [2, "h q[0];\n\n", ...[]],
  [2, "/* x\n\n", "line 4: the comment is never closed"],
  [2, 'include "qelib1.inc', 'line 4: the text "qelib1.inc has no closing quote on its line'],
  [
    2,
    'include "other.inc";',
    "line 4: other.inc cannot be included; qelib1.inc and stdgates.inc are built in",
  ],
  [2, "include qelib1;", "line 4: expected the name of a file in quotes, found qelib1"],
  [2, "OPENQASM 2.0;", "line 4: the version stands in the first statement only"],
  [2, "h q[0]; }", "line 4: expected a statement, found }"],
  [2, "§ q;", "line 4: § means nothing here"],
];

test.each<readonly [Dialect, string, readonly string[]]>(
  rows.map(([dialect, text, ...expected]) => [dialect, text, expected]),
)("OpenQASM %d: %s", (dialect, text, expected) => {
  expect(complaints(`${HEADS[dialect]}qreg q[3]; creg c[3];\n${text}`)).toEqual(expected);
});

test.each([
  ["", ["line 1: the file is empty"]],
  ["\n// only a comment\n", ["line 1: the file is empty"]],
  ["qubit q;\nU(0, 0, 0) q;", ["line 1: the file does not say its version"]],
  ["OPENQASM 4.0;\nqubit q;", ["line 1: there is no OpenQASM 4.0 here"]],
  ["OPENQASM;\nqubit q;", ["line 1: expected the version, as in OPENQASM 3.0;, found ;"]],
  ["OPENQASM 3.1;\n", ["line 1: the file declares no qubits"]],
  ["OPENQASM 3;\nqubit q;\nh q;", ["line 3: there is no gate h before its include"]],
  ["OPENQASM 2.0;\nqreg q[2];\nU(0,0,0) q;\nCX q[0],q[1];\n", []],
] as const)("%j", (text, expected) => {
  expect(complaints(text)).toEqual(expected);
});

test.each([
  ["hh q[0];", "did you mean h?", "hh"],
  ["Cx q[0], q[1];", "did you mean cx?", "Cx"],
  ["h qq;", "did you mean q?", "qq"],
  ["gate g(theta) a { rx(thta) a; }", "did you mean theta?", "thta"],
  ["rx(sine(1)) q;", "did you mean sin?", "sine"],
  [
    "measure q;",
    "take it out and ask for the amplitude of an outcome or for an expectation value",
    "measure",
  ],
  ["const angle a = 1;", "use const float or const int", "angle"],
])("%s: %s, at %s", (text, hint, at) => {
  const whole = `${HEADS[3]}qubit[3] q;\n${text}`;
  const outcome = parseQasm(whole);
  const found = outcome.ok ? undefined : outcome.diagnostics[0];
  expect(found?.hint).toBe(hint);
  expect(whole.slice(found?.span.start, found?.span.end)).toBe(at);
});

/** Short texts that stand for enormous circuits or endless work. */
const doubling = (start: string): string =>
  `gate g0 a { ${start} }\n${Array.from({ length: 60 }, (_, k) => `gate g${k + 1} a { g${k} a; g${k} a; }`).join("\n")}\n`;
const LIMIT = "the circuit grows beyond the limit of 1000000 gates here";
test.each<readonly [string, string, readonly string[]]>([
  ["gates that double", `${doubling("h a;")}g60 q[0];\nh q[0];`, [`line 65: ${LIMIT}`]],
  ["nothing that doubles", `${doubling("")}g60 q[0];`, [`line 65: ${LIMIT}`]],
  ["broadcast", `qubit[90000] r;\n${"h r;".repeat(20)}`, [`line 5: ${LIMIT}`]],
  [
    "powers",
    `gate g a, b, c, d, e { ${"cx a, b; cx b, c; cx d, e;".repeat(40)} }\npow(1e9) @ g q[0], q[1], q[2], q[3], q[4];`,
    [`line 5: ${LIMIT}`],
  ],
  [
    "modifiers",
    `gate g a { ${"h a;".repeat(1000)} }\n${"inv @ ".repeat(2000)} g q[0];`,
    [`line 5: ${LIMIT}`],
  ],
  [
    "brackets",
    `rx(${"(".repeat(50_000)}1${")".repeat(50_000)}) q[0];`,
    ["line 4: brackets and signs are nested more than 200 deep in an expression"],
  ],
  [
    "signs",
    `rx(${"-".repeat(50_000)}1) q[0];`,
    ["line 4: brackets and signs are nested more than 200 deep in an expression"],
  ],
  ["a long sum", `rx(${"1+".repeat(50_000)}1) q[0];`, []],
  [
    "deep definitions",
    `gate g0 a { h a; }\n${Array.from({ length: 300 }, (_, k) => `gate g${k + 1} a { g${k} a; }`).join("\n")}`,
    ["line 204: gates are defined by gates more than 200 deep here"],
  ],
  [
    "controls",
    "ctrl(1e15) @ x q[0];",
    ["line 4: x takes 1000000000000001 qubits (1000000000000000 of them controls), got 1"],
  ],
  [
    "a root of a large gate",
    "gate g a, b, c, d, e { cx a, b; cx b, c; cx d, e; }\npow(0.5) @ g q[0], q[1], q[2], q[3], q[4];",
    ["line 5: g acts on 5 qubits; a power of it that is not whole is not supported"],
  ],
  [
    "aliases",
    `qubit[90000] r;\n${Array.from({ length: 12 }, (_, k) => `let a${k} = r;`).join("")}`,
    ["line 5: the aliases hold more than 1000000 qubits"],
  ],
])("%s", (_, text, expected) => {
  expect(complaints(`${HEADS[3]}qubit[5] q;\n${text}`)).toEqual(expected);
});

test("a file of mistakes is read as far as 200 of them", () => {
  expect(complaints(`${HEADS[2]}qreg q[1];\n${"foo q;\n".repeat(1000)}`)).toHaveLength(200);
});

/** Outcomes are sound: a circuit, or mistakes that lie in the text, on the lines that they name. */
function expectSound(text: string): void {
  const outcome = parseQasm(text);
  if (outcome.ok) {
    for (const { qubits } of outcome.value.gates)
      expect(qubits.every((qubit) => qubit >= 0 && qubit < outcome.value.qubits)).toBe(true);
    return;
  }
  expect(outcome.diagnostics.length).toBeGreaterThan(0);
  for (const { span, message } of outcome.diagnostics) {
    expect(span.start).toBeLessThanOrEqual(span.end);
    expect(span.end).toBeLessThanOrEqual(text.length);
    expect(message).toMatch(/^line \d+: ./);
    expect(Number(/^line (\d+)/.exec(message)?.[1])).toBe(positionOf(text, span.start).line);
  }
}

const words =
  'OPENQASM|3.0|2.0|;|include|"stdgates.inc"|qreg|qubit|creg|bit|q|r|[|]|(|)|{|}|,|:|@|ctrl|negctrl|inv|pow|gate|g|h|cx|rx|U|gphase|pi|1|2|0|0.5|-|+|*|/|**|^|++|let|const|int|float|=|->|measure|if|else|for|in|barrier|opaque|//|/*|*/|"|\n|é|$|#pragma|1e9'.split(
    "|",
  );

test("any words are read or refused", () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Dialect>(2, 3),
      fc.array(fc.constantFrom(...words), { maxLength: 40 }),
      (dialect, list) => {
        expectSound(`${HEADS[dialect]}qreg q[3];\n${list.join(" ")}`);
        expectSound(list.join(""));
      },
    ),
    { numRuns: 500 },
  );
});

test("mangled programs are read or refused", () => {
  const sources = [2, 3].flatMap((dialect) =>
    [1, 2, 3].map((seed) => {
      const { text } = randomProgram(mulberry32(seed), dialect as Dialect, 4);
      return `${text}gate mine(x, y) u, v { rx(x*2) u;\n cx u, v; /* y */ }\nmine(1, sin(pi/3)) a[0], b[1];\nbarrier a; // end\n`;
    }),
  );
  const cut = fc.tuple(fc.nat(), fc.nat(30), fc.constantFrom("", ...words));
  fc.assert(
    fc.property(
      fc.constantFrom(...sources),
      fc.array(cut, { minLength: 1, maxLength: 6 }),
      (source, cuts) => {
        const mangled = cuts.reduce((text, [at, length, word]) => {
          const place = at % (text.length + 1);
          return text.slice(0, place) + word + text.slice(place + length);
        }, source);
        expectSound(mangled);
      },
    ),
    { numRuns: 500 },
  );
});
