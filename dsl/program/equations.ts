/** `einsum("ij,jk->ik", A, B)`: an equation and its tensors to a network. */
import type { Outcome } from "../base/diagnostic.ts";
import { einsumNetwork, parseEinsum } from "../formats/einsum.ts";
import { extentOf, type Label, type Network, type ValuedNetwork } from "../network/network.ts";
import type { Lexeme, Word } from "../syntax/tree.ts";
import { attempt, lookUp, type Checker } from "./checker.ts";
import { distinctLabels, refuseDeclared } from "./labels.ts";
import { settledDtype, type ProductHead } from "./products.ts";
import { refuse, Refusal } from "./refusal.ts";

const QUOTES = "the equation stands in double quotes";
const FORM = 'an equation and its tensors: einsum("ij,jk->ik", A, B)';

/**
 * The letters of the equation are its own; open indices in brackets name its outputs, in order. All mistakes of its tensors
 * are reported; throws Refusal after any of them.
 */
export function equationNetwork(
  checker: Checker,
  head: ProductHead,
  name: Word,
  inside: readonly Lexeme[],
): ValuedNetwork {
  const [text, ...rest] = inside;
  const regular = rest.every(({ type, text: own }, k) => (k % 2 === 0 ? own === "," : type === "name"));
  if (text?.type !== "string" || !regular || rest.length % 2 !== 0 || rest.length === 0)
    return refuse("bad-arguments", { form: FORM }, name.span, text?.text === "'" ? QUOTES : undefined);
  const equation = fitting(text, 1, parseEinsum(text.text.slice(1, -1)));
  const factors = rest.filter((_, k) => k % 2 === 1);
  const tensors = factors.flatMap(
    (factor) => attempt(checker, () => lookUp(checker, "tensor", factor)) ?? [],
  );
  if (tensors.length < factors.length) throw new Refusal(undefined);
  const own = {
    names: factors.map((factor) => factor.text),
    name: head.name.text,
    dtype: "float64",
  } as const;
  const shapes = tensors.map(({ shape }) => shape);
  const letters = fitting(text, undefined, einsumNetwork(equation, shapes, own));
  const entries = tensors.map((tensor) => tensor.entries);
  const dtypes = new Set(tensors.map(({ dtype }) => dtype));
  const dtype = settledDtype(head, { tensors: letters.tensors, entries, dtypes });
  return { network: { ...named(checker, head, letters), dtype }, entries };
}

/** `offset` of the text's first letter where the complaint is about a place in it. */
function fitting<T>({ span }: Word, offset: number | undefined, outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  const [first] = outcome.diagnostics;
  const why = (first?.message ?? "").replace(/^shapes: /, "");
  if (offset === undefined || first === undefined) return refuse("cannot-build", { why }, span, first?.hint);
  const from = span.start + offset;
  const place = {
    start: from + first.span.start,
    end: from + Math.max(first.span.start + 1, first.span.end),
  };
  return refuse("cannot-build", { why }, place, first.hint);
}

/** The outputs with the names in the head's brackets; letters that are summed give way to them. */
function named(checker: Checker, { name, open }: ProductHead, network: Network): Network {
  const labels = distinctLabels(open, checker.scope, `network ${name.text}`);
  if (labels.length > 0 && labels.length !== network.open.length) {
    const outputs = `${network.open.length} (${network.open.join(", ")})`;
    const why = `${name.text} has ${labels.length} open indices, but the output of the equation has ${outputs}`;
    return refuse("cannot-build", { why }, open[0]?.span ?? name.span);
  }
  const changed = labels.length === 0 ? network : renamed(network, namesFor(network, labels));
  changed.open.forEach((label, position) => {
    const span = open[position]?.span ?? name.span;
    refuseDeclared(checker, { label, extent: extentOf(changed, label), where: "the equation", span });
  });
  return changed;
}

function namesFor(network: Network, labels: readonly Label[]): ReadonlyMap<Label, Label> {
  const names = new Map(network.open.map((letter, position) => [letter, labels[position] as Label]));
  const taken = new Set([...labels, ...Object.keys(network.extents)]);
  for (const letter of Object.keys(network.extents)) {
    if (names.has(letter)) continue;
    let free = letter;
    for (let number = 1; labels.includes(letter) && taken.has(free); number += 1)
      free = `${letter}_${number}`;
    names.set(letter, free);
    taken.add(free);
  }
  return names;
}

function renamed({ tensors, open, extents, ...rest }: Network, names: ReadonlyMap<Label, Label>): Network {
  const name = (label: Label): Label => names.get(label) ?? label;
  return {
    ...rest,
    tensors: tensors.map((tensor) => ({ ...tensor, labels: tensor.labels.map(name) })),
    open: open.map(name),
    extents: Object.fromEntries(Object.entries(extents).map(([label, extent]) => [name(label), extent])),
  };
}
