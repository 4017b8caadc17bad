/** Index references to labels, and the extents that were declared for them. */
import type { Span } from "../base/diagnostic.ts";
import type { Expression, IndexReference } from "../syntax/tree.ts";
import type { Checker } from "./checker.ts";
import { BROKEN, describeValue, evaluate, evaluateNumber, noValues, type Scope } from "./expression.ts";
import type { Label } from "../network/network.ts";
import { refuse, Refusal } from "./refusal.ts";

const NATURAL = /^\d{1,15}$/;
const NAME = /^\p{L}[\p{L}\p{N}_]*$/u;
const PLAIN = /^[\p{L}\p{N}_]+$/u;

/** `s_{x+1,y}` with x = 1, y = 2 is `s_{2,2}`; one plain subscript needs no braces. Throws Refusal. */
export function labelOf(reference: IndexReference, scope: Scope, at: () => string = noValues): Label {
  if (reference.subscripts.length === 0) return reference.base;
  return formatLabel(
    reference.base,
    reference.subscripts.map((subscript) => subscriptOf(subscript, scope, at)),
  );
}

export function formatLabel(base: string, subscripts: readonly (string | number)[]): Label {
  const inside = subscripts.join(",");
  return PLAIN.test(inside) ? `${base}_${inside}` : `${base}_{${inside}}`;
}

/** An integer, or a bare name that is not defined, which stands for itself. */
function subscriptOf(subscript: Expression, scope: Scope, at: () => string): string | number {
  const { text, span } = subscript;
  if (NATURAL.test(text)) return Number(text);
  if (NAME.test(text)) {
    if (!scope.has(text)) return text;
    const value = scope.get(text);
    if (Number.isSafeInteger(value)) return value as number;
    if (value === BROKEN) throw new Refusal(undefined);
    return refuse("bad-subscript", { text, value: describeValue(value), at: at() }, span);
  }
  if (text === "*")
    refuse(
      "bad-expression",
      { text, why: "a star stands for all subscripts in index statements only" },
      span,
    );
  const value = evaluateNumber(subscript, scope, at);
  const rounded = Math.round(value);
  if (Math.abs(value - rounded) < 1e-9 && Number.isSafeInteger(rounded)) return rounded === 0 ? 0 : rounded;
  return refuse("bad-subscript", { text, value: String(value), at: at() }, span);
}

/** The key of the family with that many subscripts: `s_{*,*}`. */
export function familyKey(base: string, arity: number): string {
  return `${base}_{${Array.from({ length: arity }, () => "*").join(",")}}`;
}

/** The key of `s_{*,*}`, undefined for a reference without `*`. Throws Refusal where both occur. */
export function familyReference({ base, subscripts, span }: IndexReference): string | undefined {
  const stars = subscripts.filter(({ text }) => text === "*").length;
  if (stars === 0) return undefined;
  const key = familyKey(base, subscripts.length);
  if (stars < subscripts.length)
    refuse(
      "mixed-family",
      { index: `${base}_{${subscripts.map(({ text }) => text).join(",")}}` },
      span,
      `write ${key}`,
    );
  return key;
}

/**
 * What `index` statements say of a label: its own extent, else that of its family with as many subscripts, else that of
 * `s_{*}`, which speaks for any number of them. Throws Refusal for a broken one.
 */
export function declaredExtent({ definitions, broken }: Checker, label: Label): number | undefined {
  const cut = label.indexOf("_");
  const arity = label[cut + 1] === "{" ? label.split(",").length : 1;
  const base = label.slice(0, cut);
  const keys = cut < 0 ? [label] : [label, familyKey(base, arity), familyKey(base, 1)];
  for (const key of keys) {
    if (broken.has(key)) throw new Refusal(undefined);
    const own = definitions.get(key);
    if (own?.kind === "index" || own?.kind === "family") return own.extent;
  }
  return undefined;
}

/** A positive integer. Throws Refusal. */
export function extentOf(expression: Expression, index: string, scope: Scope): number {
  const value = evaluate(expression, scope);
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  return refuse("bad-extent", { index, value: describeValue(value) }, expression.span);
}

/** Labels of several references, none twice. Throws Refusal. */
export function distinctLabels(references: readonly IndexReference[], scope: Scope, name: string): Label[] {
  const seen = new Set<Label>();
  for (const reference of references) {
    const label = labelOf(reference, scope);
    if (seen.has(label))
      refuse("repeated-index", { name, index: label }, reference.span, "each index stands once here");
    seen.add(label);
  }
  return [...seen];
}

/** Throws Refusal where a label has another extent than was declared for it. */
export function refuseDeclared(
  checker: Checker,
  { label, extent, where, span }: { label: Label; extent: number; where: string; span: Span },
): void {
  const declared = declaredExtent(checker, label);
  if (declared !== undefined && declared !== extent)
    refuseExtents(label, `${declared} as declared`, `${extent} in ${where}`, span);
}

/** `index i has two extents`. */
export function refuseExtents(index: Label, first: string, second: string, span: Span): never {
  const hint = "make the extents agree, or give one of the two another name";
  return refuse("two-extents", { index, first, second }, span, hint);
}
