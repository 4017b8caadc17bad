/** `import` statements: what each kind of file defines. */
import type { Outcome } from "../base/diagnostic.ts";
import { parseQasm } from "../circuit/qasm.ts";
import { parseQsim } from "../circuit/qsim.ts";
import { parseDimacs } from "../formats/dimacs.ts";
import { parseNetwork } from "../formats/json.ts";
import { parseUai } from "../formats/uai.ts";
import type { Word } from "../syntax/tree.ts";
import type { Checker } from "./checker.ts";
import { extensionOf, readOf, textOf } from "./files.ts";
import type { Definition } from "./program.ts";
import { refuse } from "./refusal.ts";

type Reader = (text: string, name: string) => Outcome<Definition>;

function reader<T>(
  parse: (text: string) => Outcome<T>,
  define: (value: T, name: string) => Definition,
): Reader {
  return (text, name) => {
    const parsed = parse(text);
    return parsed.ok ? { ...parsed, value: define(parsed.value, name) } : parsed;
  };
}

/** By extension, in lower case. */
const READERS: Readonly<Record<string, Reader>> = {
  qsim: reader(parseQsim, (circuit) => ({ kind: "circuit", circuit })),
  qasm: reader(parseQasm, (circuit) => ({ kind: "circuit", circuit })),
  cnf: reader(parseDimacs, (formula) => ({ kind: "formula", formula })),
  uai: reader(parseUai, (model) => ({ kind: "model", model })),
  json: reader(parseNetwork, (network, name) => ({
    kind: "network",
    valued: { network: { ...network, name }, entries: [] },
  })),
};

const KNOWN = `import a file whose name ends in .${Object.keys(READERS).join(", .")}`;

/** A network from a file has no data. Throws Refusal, which names the line inside the file. */
export function importFile({ context }: Checker, path: Word, name: Word): Definition {
  const extension = extensionOf(path.text);
  const read = Object.hasOwn(READERS, extension) ? READERS[extension] : undefined;
  if (read === undefined) {
    const blanks = { what: "a file that can be imported", got: `"${path.text}"` };
    return refuse("bad-choice", blanks, path.span, KNOWN);
  }
  const text = textOf(context, path);
  return readOf(path, text, read(text, name.text));
}
