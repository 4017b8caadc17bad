/**
 * `node test/grammar.js OUT` writes what nearleyc makes of grammar.ne, with nearley's own types; without OUT it prints it. The TypeScript
 * that nearleyc itself can write brings types that allow anything, and a global variable for each kind of token.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import process from "node:process";

const REWRITTEN = [
  ["function id(x) { return x[0]; }\n", 'import type { CompiledRules } from "nearley";'],
  ["let Lexer = lexer;\n", "const id = (nodes: readonly unknown[]): unknown => nodes[0];\n"],
  ["let ParserRules = ", 'const ParserRules: CompiledRules["ParserRules"] = '],
  ["let ParserStart = ", "const ParserStart = "],
  ["{ Lexer, ParserRules, ParserStart }", "{ ParserRules, ParserStart }"],
];
/** A kind of token: our lexer has them all, and the parser is fed with tokens, so that the lexer itself is not needed. */
const KIND = /\(lexer\.has\("(\w+)"\) \? (\{type: "\1"\}) : \1\)/g;

const made = execFileSync(
  process.execPath,
  ["node_modules/nearley/bin/nearleyc.js", "dsl/syntax/grammar.ne"],
  { encoding: "utf8" },
);
let text = `${made.replaceAll(KIND, "$2").trim()}\n`;
for (const [from, to] of REWRITTEN) {
  if (!text.includes(from)) throw new Error(`expected nearleyc to write ${JSON.stringify(from)}`);
  text = text.replace(from, to);
}
const out = process.argv[2];
if (out === undefined) process.stdout.write(text);
else writeFileSync(out, text);
