/** `import` statements, and networks made of what they import. */
import { UserError } from "../base/diagnostic.ts";
import { positionOf } from "../base/excerpt.ts";
import { amplitude } from "../circuit/amplitude.ts";
import { parseQsim } from "../circuit/qsim.ts";
import type { Lexeme, Word } from "../syntax/tree.ts";
import { lookUp, type Checker } from "./checker.ts";
import { declaredExtent, distinctLabels, refuseExtents } from "./labels.ts";
import type { ValuedNetwork } from "../network/network.ts";
import type { ProductHead } from "./products.ts";
import type { Definition } from "./program.ts";
import { refuse } from "./refusal.ts";

/** Mistakes of one file that are told. */
const TOLD = 5;

const LATER: readonly string[] = ["qasm", "cnf", "uai", "json"];

/** Throws Refusal, which names the line inside the file. */
export function importFile({ context }: Checker, path: Word): Definition {
  const extension = (/\.([^./\\]+)$/.exec(path.text)?.[1] ?? "").toLowerCase();
  if (LATER.includes(extension))
    return refuse("not-supported-yet", { what: `importing a .${extension} file` }, path.span);
  if (extension !== "qsim")
    return refuse(
      "bad-choice",
      { what: "a file that can be imported", got: `"${path.text}"` },
      path.span,
      "import a .qsim file",
    );
  const text = reworded(path, "bad-file", () => context.read(path.text));
  const parsed = parseQsim(text);
  if (parsed.ok) return { kind: "circuit", circuit: parsed.value };
  const told = parsed.diagnostics.slice(0, TOLD).map(({ span, message }) => {
    const { line, column } = positionOf(text, span.start);
    return `${path.text}:${line}:${column}: ${message.replace(/^line \d+: /, "")}`;
  });
  const more = parsed.diagnostics.length - told.length;
  const why = [...told, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
  return refuse("bad-file", { why }, path.span, parsed.diagnostics[0]?.hint);
}

function reworded<T>(at: Word, code: "bad-file" | "cannot-build", make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const hint = code === "bad-file" ? "a path starts from the folder of the notebook or program" : undefined;
    return refuse(code, { why: error.message }, at.span, hint);
  }
}

const CALLS_LATER: readonly string[] = ["expectation", "count", "partition", "einsum"];

/** `amplitude(C, "0.0")`. Throws Refusal. */
export function calledNetwork(
  checker: Checker,
  head: ProductHead,
  name: Word,
  inside: readonly Lexeme[],
): ValuedNetwork {
  if (CALLS_LATER.includes(name.text))
    return refuse("not-supported-yet", { what: `${name.text}(...)` }, name.span);
  if (name.text !== "amplitude")
    return refuse(
      "bad-choice",
      { what: "a way to make a network", got: name.text },
      name.span,
      'use amplitude(C, "00") or a product',
    );
  const [circuit, comma, bits, ...rest] = inside;
  if (circuit?.type !== "name" || comma?.text !== "," || bits?.type !== "string" || rest.length > 0)
    return refuse("bad-arguments", { form: 'a circuit and its bits: amplitude(C, "00")' }, name.span);
  const found = lookUp(checker, "circuit", circuit);
  const open = distinctLabels(head.open, checker.scope, `network ${head.name.text}`);
  open.forEach((label, position) => {
    const declared = declaredExtent(checker, label) ?? 2;
    const span = head.open[position]?.span ?? head.name.span;
    if (declared !== 2) refuseExtents(label, `${declared} as declared`, "2 for a qubit", span);
  });
  const options = { name: head.name.text, dtype: head.dtype ?? "complex128", open };
  return reworded(bits, "cannot-build", () => amplitude(found.circuit, bits.text.slice(1, -1), options));
}
