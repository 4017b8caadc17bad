/** Files that were damaged: whatever is changed in a good one, the program that names it compiles or is told what is wrong. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { UserError } from "../../../dsl/base/diagnostic.ts";
import { compile } from "../../../dsl/program/compile.ts";
import { inflate, npyFile, npzFile, safetensorsFile } from "../formats/bytes.ts";

/** Cut out, put in from elsewhere, or written over: at a place, so much. */
interface Damage {
  readonly kind: "cut" | "repeat" | "write";
  /** Shares of the whole. */
  readonly at: number;
  readonly from: number;
  readonly length: number;
  readonly byte: number;
}

const damages = fc.array(
  fc.record({
    kind: fc.constantFrom<Damage["kind"]>("cut", "repeat", "write"),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(12),
    byte: fc.nat(255),
  }),
  { minLength: 1, maxLength: 4 },
);

function damaged(bytes: Uint8Array, all: readonly Damage[]): Uint8Array {
  let now = Buffer.from(bytes);
  for (const { kind, at, from, length, byte } of all) {
    const place = Math.floor(at * now.length);
    const source = Math.floor(from * now.length);
    const [before, after] = [now.subarray(0, place), now.subarray(place)];
    if (kind === "cut") now = Buffer.concat([before, after.subarray(length)]);
    else if (kind === "repeat") now = Buffer.concat([before, now.subarray(source, source + length), after]);
    else now = Buffer.concat([before, Buffer.from([byte]), after.subarray(1)]);
  }
  return new Uint8Array(now);
}

const A = npyFile("<f8", [2, 3], [1, 2, 3, 4, 5, 6]);
const B = npyFile("<c8", [3, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
const NETWORK =
  '{"inputs": [["i", "j"], ["j", "k"]], "output": ["i", "k"], "sizes": {"i": 2, "j": 3, "k": 2}}';
const PRODUCT = `tensor W[a: 2, b: 2] = 1\nnetwork Z = product { W[s_x, s_{x+1}] for x in 1..4 }\n`;

const FILES: readonly (readonly [name: string, good: string | Uint8Array, program: string])[] = [
  [
    "c.qsim",
    "3\n0 h 0\n0 rx 1 0.25\n1 cz 0 1\n2 fs 1 2 0.5 0.1\n",
    'import "c.qsim" as C\nnetwork N = amplitude(C, "000")',
  ],
  [
    "c.qasm",
    'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[3];\ngate g(x) a, b { rx(x / 2) a; cx a, b; }\nh q;\ng(pi) q[0], q[2];\n',
    'import "c.qasm" as C\nnetwork N = expectation(C, Z_0 X_2)',
  ],
  [
    "d.qasm",
    'OPENQASM 3.0;\ninclude "stdgates.inc";\nconst float a = pi / 4;\nqubit[3] q;\nctrl @ rz(a) q[0], q[1];\ninv @ t q[2];\nlet r = q[0:1];\nh r;\n',
    'import "d.qasm" as C\nnetwork N = amplitude(C, "000")',
  ],
  [
    "f.cnf",
    "c t wmc\np cnf 4 3\n1 -2 0\n3 4\n-1 0 2 0\nc p weight 1 0.25 0\nc p weight -1 3/4 0\n",
    'import "f.cnf" as F\nnetwork N = count(F)',
  ],
  [
    "m.uai",
    "MARKOV\n3\n2 3 2\n2\n2 0 1\n1 2\n6\n1 2 3 4 5 6\n2\n0.5 1e3\n",
    'import "m.uai" as G\nnetwork N = partition(G)',
  ],
  ["n.json", NETWORK, 'import "n.json" as E\nnetwork N = E with normal(seed 1)'],
  ["e.json", '{"equation": "ab,bc->ac", "shapes": [[2, 3], [3, 2]]}', 'import "e.json" as E'],
  ["z.json", "[[0, 1], [0, 1], [0, 1]]", `${PRODUCT}order Z = path "z.json"`],
  [
    "t.json",
    '{"ssa_path": [[0, 1], [2, 4], [3, 5]], "slices": ["s_2", "s_3"]}',
    `${PRODUCT}order Z = path "t.json"`,
  ],
  ["a.npy", A, 'tensor X[m, n] = file("a.npy")'],
  ["b.npy", B, 'tensor X[m: 3, n: 2]: complex128 = file("b.npy")'],
  ["t.npz", npzFile({ A, B }), 'tensor X[m, n] = file("t.npz", "A")'],
  [
    "t.safetensors",
    safetensorsFile({
      A: [
        [2, 3],
        [1, 2, 3, 4, 5, 6],
      ],
      B: [[], [7]],
    }),
    'tensor X[m, n] = file("t.safetensors", "A")',
  ],
];

function outcomeOf(name: string, content: Uint8Array, program: string) {
  const found = (path: string): Uint8Array => {
    if (path === name) return content;
    throw new UserError(`cannot read "${path}": there is no such file`);
  };
  return compile(program, new Map(), {
    variable: () => undefined,
    read: (path) => new TextDecoder().decode(found(path)),
    readBytes: found,
    inflate,
  });
}

const bytesOf = (good: string | Uint8Array): Uint8Array =>
  typeof good === "string" ? new TextEncoder().encode(good) : good;

test.each(FILES)("%s is read as it stands", (name, good, program) => {
  expect(outcomeOf(name, bytesOf(good), program)).toMatchObject({ ok: true });
});

test.each(FILES)("%s is read or refused, whatever is changed", (name, good, program) => {
  fc.assert(
    fc.property(damages, (all) => {
      const outcome = outcomeOf(name, damaged(bytesOf(good), all), program);
      const told = outcome.ok ? [] : outcome.diagnostics;
      expect(outcome.ok || told.length > 0).toBe(true);
      for (const { span, message } of told) {
        expect(message.length).toBeLessThan(4000);
        expect(program.slice(span.start, span.end)).not.toBe("");
      }
    }),
    { numRuns: 300 },
  );
});
