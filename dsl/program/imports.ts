/** `import` statements: what each kind of file defines. */
import type { Outcome } from "../base/diagnostic.ts";
import type { Source } from "../base/lines.ts";
import { parseQasm } from "../circuit/qasm.ts";
import { parseQsim } from "../circuit/qsim.ts";
import { parseDimacs } from "../formats/dimacs.ts";
import { parseNetwork } from "../formats/json.ts";
import { parseUai } from "../formats/uai.ts";
import type { Word } from "../syntax/tree.ts";
import type { Checker } from "./checker.ts";
import { extensionOf, piecesOf, readOf, textOf, textOfMistakes } from "./files.ts";
import type { CheckContext, Definition } from "./program.ts";
import { refuse } from "./refusal.ts";

/** What a file of one kind defines. Throws Refusal, which names the line inside the file. */
type Reader = (context: CheckContext, path: Word, name: string) => Definition;

function reader<T>(
  parse: (text: string) => Outcome<T>,
  define: (value: T, name: string) => Definition,
): Reader {
  return (context, path, name) => {
    const text = textOf(context, path);
    return define(readOf(path, text, parse(text)), name);
  };
}

/** Of a format that is read line by line: the text is never held whole. */
function lineReader<T>(
  parse: (source: Source) => Outcome<T>,
  define: (value: T, name: string) => Definition,
): Reader {
  return (context, path, name) => {
    const parsed = parse(piecesOf(context, path));
    if (parsed.ok) return define(parsed.value, name);
    return define(readOf(path, textOfMistakes(context, path), parsed), name);
  };
}

/** By extension, in lower case. */
const READERS: Readonly<Record<string, Reader>> = {
  qsim: lineReader(parseQsim, (circuit) => ({ kind: "circuit", circuit })),
  qasm: reader(parseQasm, (circuit) => ({ kind: "circuit", circuit })),
  cnf: lineReader(parseDimacs, (formula) => ({ kind: "formula", formula })),
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
  return read(context, path, name.text);
}
