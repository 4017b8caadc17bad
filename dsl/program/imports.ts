/** `import` statements: what each kind of file defines. */
import { UserError, type Outcome } from "../base/diagnostic.ts";
import { positionOf } from "../base/excerpt.ts";
import { parseQasm } from "../circuit/qasm.ts";
import { parseQsim } from "../circuit/qsim.ts";
import { parseDimacs } from "../formats/dimacs.ts";
import { parseUai } from "../formats/uai.ts";
import type { Word } from "../syntax/tree.ts";
import type { Checker } from "./checker.ts";
import type { Definition } from "./program.ts";
import { refuse } from "./refusal.ts";

/** Mistakes of one file that are told. */
const TOLD = 5;

type Reader = (text: string) => Outcome<Definition>;

function reader<T>(parse: (text: string) => Outcome<T>, define: (value: T) => Definition): Reader {
  return (text) => {
    const parsed = parse(text);
    return parsed.ok ? { ...parsed, value: define(parsed.value) } : parsed;
  };
}

/** By extension, in lower case. */
const READERS: Readonly<Record<string, Reader>> = {
  qsim: reader(parseQsim, (circuit) => ({ kind: "circuit", circuit })),
  qasm: reader(parseQasm, (circuit) => ({ kind: "circuit", circuit })),
  cnf: reader(parseDimacs, (formula) => ({ kind: "formula", formula })),
  uai: reader(parseUai, (model) => ({ kind: "model", model })),
};

const KNOWN = `import a file whose name ends in .${Object.keys(READERS).join(", .")}`;

/** Throws Refusal, which names the line inside the file. */
export function importFile({ context }: Checker, path: Word): Definition {
  const extension = (/\.([^./\\]+)$/.exec(path.text)?.[1] ?? "").toLowerCase();
  if (extension === "json") return refuse("not-supported-yet", { what: "importing a .json file" }, path.span);
  const read = Object.hasOwn(READERS, extension) ? READERS[extension] : undefined;
  if (read === undefined) {
    const blanks = { what: "a file that can be imported", got: `"${path.text}"` };
    return refuse("bad-choice", blanks, path.span, KNOWN);
  }
  const text = textOf(context.read, path);
  const parsed = read(text);
  if (parsed.ok) return parsed.value;
  const told = parsed.diagnostics.slice(0, TOLD).map(({ span, message }) => {
    const { line, column } = positionOf(text, span.start);
    return `${path.text}:${line}:${column}: ${message.replace(/^line \d+: /, "")}`;
  });
  const more = parsed.diagnostics.length - told.length;
  const why = [...told, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
  return refuse("bad-file", { why }, path.span, parsed.diagnostics[0]?.hint);
}

function textOf(read: (path: string) => string, path: Word): string {
  try {
    return read(path.text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const hint = "a path starts from the folder of the notebook or program";
    return refuse("bad-file", { why: error.message }, path.span, hint);
  }
}
