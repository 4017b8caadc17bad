/** Networks made by a call: of what was imported, or of an equation. */
import { UserError, type Span } from "../base/diagnostic.ts";
import { amplitude } from "../circuit/amplitude.ts";
import { expectation, pauliNamed, type Pauli } from "../circuit/expectation.ts";
import { count } from "../formats/count.ts";
import { partition } from "../formats/partition.ts";
import type { Label, ValuedNetwork } from "../network/network.ts";
import type { Lexeme, Word } from "../syntax/tree.ts";
import { lookUp, type Checker } from "./checker.ts";
import { equationNetwork } from "./equations.ts";
import { declaredExtent, distinctLabels, refuseExtents } from "./labels.ts";
import type { ProductHead } from "./products.ts";
import { refuse } from "./refusal.ts";

/** A call: what it defines, the name of the maker, and what stands in its brackets. */
interface Call {
  readonly checker: Checker;
  readonly head: ProductHead;
  readonly name: Word;
  readonly inside: readonly Lexeme[];
}

type Make = (call: Call) => ValuedNetwork;

const MAKERS: Readonly<Record<string, Make>> = {
  amplitude: amplitudeOf,
  expectation: expectationOf,
  count: countOf,
  partition: partitionOf,
  einsum: ({ checker, head, name, inside }) => equationNetwork(checker, head, name, inside),
};

/**
 * `amplitude(C, "0.0")`, `expectation(C, Z_0 Z_5)`, `count(F)`, `partition(G)`, `einsum("ij,jk->ik", A, B)`. Throws
 * Refusal.
 */
export function calledNetwork(
  checker: Checker,
  head: ProductHead,
  name: Word,
  inside: readonly Lexeme[],
): ValuedNetwork {
  const make = Object.hasOwn(MAKERS, name.text) ? MAKERS[name.text] : undefined;
  if (make !== undefined) return make({ checker, head, name, inside });
  const blanks = { what: "a way to make a network", got: name.text };
  return refuse(
    "bad-choice",
    blanks,
    name.span,
    'use amplitude(C, "00"), expectation(C, Z_0), count(F), partition(G), einsum("ij,jk->ik", A, B) or a product',
  );
}

/** What the maker finds wrong is told at `span`. */
function built(span: Span, make: () => ValuedNetwork): ValuedNetwork {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return refuse("cannot-build", { why: error.message }, span);
  }
}

function openOf({ checker, head }: Call): readonly Label[] {
  return distinctLabels(head.open, checker.scope, `network ${head.name.text}`);
}

function amplitudeOf(call: Call): ValuedNetwork {
  const { checker, head, name, inside } = call;
  const [circuit, comma, bits, ...rest] = inside;
  if (circuit?.type !== "name" || comma?.text !== "," || bits?.type !== "string" || rest.length > 0)
    return refuse("bad-arguments", { form: 'a circuit and its bits: amplitude(C, "00")' }, name.span);
  const found = lookUp(checker, "circuit", circuit);
  const open = openOf(call);
  open.forEach((label, position) => {
    const declared = declaredExtent(checker, label) ?? 2;
    const span = head.open[position]?.span ?? head.name.span;
    if (declared !== 2) refuseExtents(label, `${declared} as declared`, "2 for a qubit", span);
  });
  const options = { name: head.name.text, dtype: head.dtype ?? "complex128", open };
  return built(bits.span, () => amplitude(found.circuit, bits.text.slice(1, -1), options));
}

function expectationOf({ checker, head, name, inside }: Call): ValuedNetwork {
  const [circuit, comma, ...observed] = inside;
  const form = "a circuit and Pauli matrices: expectation(C, Z_0 Z_5)";
  if (circuit?.type !== "name" || comma?.text !== "," || observed.length === 0)
    return refuse("bad-arguments", { form }, name.span);
  if (head.open.length > 0) {
    const why = "an expectation value is a scalar: it has no open index";
    return refuse("cannot-build", { why }, head.open[0]?.span ?? head.name.span);
  }
  const found = lookUp(checker, "circuit", circuit);
  const paulis = observed.map((lexeme): Pauli => {
    const pauli = pauliNamed(lexeme.text);
    return pauli ?? refuse("bad-arguments", { form }, lexeme.span, `${lexeme.text} is no X_0, Y_0 or Z_0`);
  });
  const options = { name: head.name.text, dtype: head.dtype ?? "complex128" };
  const span = { start: observed[0]?.span.start ?? 0, end: observed.at(-1)?.span.end ?? 0 };
  return built(span, () => expectation(found.circuit, paulis, options));
}

/** The one argument of a call, by its name. */
function soleName({ name, inside }: Call, form: string): Word {
  const [only, ...rest] = inside;
  if (only?.type !== "name" || rest.length > 0) return refuse("bad-arguments", { form }, name.span);
  return only;
}

function countOf(call: Call): ValuedNetwork {
  const argument = soleName(call, "a formula: count(F)");
  const { formula } = lookUp(call.checker, "formula", argument);
  const options = { name: call.head.name.text, dtype: call.head.dtype ?? "float64", open: openOf(call) };
  return built(argument.span, () => count(formula, options));
}

function partitionOf(call: Call): ValuedNetwork {
  const argument = soleName(call, "a graphical model: partition(G)");
  const { model } = lookUp(call.checker, "model", argument);
  const options = { name: call.head.name.text, dtype: call.head.dtype ?? "float64", open: openOf(call) };
  return built(argument.span, () => partition(model, options));
}
