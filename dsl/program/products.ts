/** A product of factors and comprehensions to a network with its numbers. */
import type { Span } from "../base/diagnostic.ts";
import { diagnose } from "../base/messages.ts";
import { nearest } from "../base/suggest.ts";
import type { Clause, Factor, IndexReference, Term, Word } from "../syntax/tree.ts";
import { attempt, lookUp, report, type Checker } from "./checker.ts";
import { noValues, type Scope } from "./expression.ts";
import { distinctLabels, labelOf, refuseDeclared, refuseExtents } from "./labels.ts";
import { forEachTerm, loopValues } from "./loops.ts";
import {
  isComplex,
  type Dtype,
  type Entries,
  type Label,
  type NetworkTensor,
  type ValuedNetwork,
} from "../network/network.ts";
import type { TensorDefinition } from "./program.ts";
import { didYouMean, refuse, Refusal, someOf } from "./refusal.ts";

/** Beyond that a network and its names take gigabytes, and no order is found in reasonable time. */
const MOST_FACTORS = 1_000_000;

/** A network while its factors are put in. */
interface Assembly {
  readonly tensors: NetworkTensor[];
  readonly entries: Entries[];
  readonly extents: Map<Label, number>;
  /** Where each extent came from, for messages. */
  readonly origins: Map<Label, string>;
  readonly dtypes: Set<Dtype>;
  /** A factor has a mistake, which is reported. */
  failed: boolean;
}

export interface ProductHead {
  readonly name: Word;
  readonly open: readonly IndexReference[];
  readonly dtype: Dtype | undefined;
}

/** Time linear in the factors. Mistakes of factors are reported one by one; throws Refusal after any of them. */
export function productNetwork(checker: Checker, head: ProductHead, terms: readonly Term[]): ValuedNetwork {
  const assembly: Assembly = {
    tensors: [],
    entries: [],
    extents: new Map(),
    origins: new Map(),
    dtypes: new Set(),
    failed: false,
  };
  for (const term of terms)
    if (attempt(checker, () => addTerm(checker, assembly, term)) === undefined) assembly.failed = true;
  const name = head.name.text;
  if (assembly.failed) throw new Refusal(undefined);
  if (assembly.tensors.length === 0) refuse("no-factors", { network: name }, head.name.span);
  const open = openLabels(checker, head, assembly);
  const dtype = settledDtype(head, assembly);
  const { tensors, entries, extents } = assembly;
  return { network: { name, dtype, tensors, open, extents: Object.fromEntries(extents) }, entries };
}

function openLabels(checker: Checker, { name, open }: ProductHead, { extents }: Assembly): Label[] {
  const labels = distinctLabels(open, checker.scope, `network ${name.text}`);
  labels.forEach((label, position) => {
    if (extents.has(label)) return;
    const span = open[position]?.span ?? name.span;
    const hint =
      didYouMean(nearest(label, extents.keys())) ?? `its factors have ${someOf([...extents.keys()])}`;
    report(checker, diagnose("open-missing", { index: label, network: name.text }, span, hint));
  });
  if (labels.some((label) => !extents.has(label))) throw new Refusal(undefined);
  return labels;
}

/** Factors with their numbers, and the dtypes that these come in. */
interface Factors {
  readonly tensors: readonly NetworkTensor[];
  readonly entries: readonly Entries[];
  readonly dtypes: ReadonlySet<Dtype>;
}

/** The dtype of the head, else one that holds all factors. Throws Refusal for a real network of complex factors. */
export function settledDtype(head: ProductHead, factors: Factors): Dtype {
  const dtype = head.dtype ?? promoted(factors.dtypes);
  if (!isComplex(dtype)) refuseComplex(factors, head, dtype);
  return dtype;
}

/** complex where any factor is, double precision where any factor is. */
function promoted(dtypes: ReadonlySet<Dtype>): Dtype {
  const complex = [...dtypes].some(isComplex);
  const double = dtypes.has("float64") || dtypes.has("complex128");
  if (complex) return double ? "complex128" : "complex64";
  return double ? "float64" : "float32";
}

function refuseComplex({ tensors, entries }: Factors, { name }: ProductHead, dtype: Dtype): void {
  const factor = tensors[entries.findIndex(({ im }) => im !== undefined)];
  if (factor === undefined) return;
  const blanks = { name: name.text, dtype, factor: factor.name };
  refuse("real-dtype", blanks, name.span, "use complex64 or complex128");
}

/** A factor of a term, and whether it has had a mistake: then its later instances are left out. */
interface Use {
  readonly factor: Factor;
  /** Absent where the name has subscripts that the loop decides. */
  readonly tensor: TensorDefinition | undefined;
  failed: boolean;
}

function addTerm(checker: Checker, assembly: Assembly, { factors, clauses }: Term): true {
  const scope: Scope = new Map(checker.scope);
  const uses = factors.map((factor): Use => {
    const fixed = fixedName(checker, factor, clauses);
    const found = fixed && attempt(checker, () => ({ tensor: lookUp(checker, "tensor", fixed) }));
    const failed = fixed !== undefined && found === undefined;
    return { factor, tensor: found?.tensor, failed };
  });
  const loops = clauses.some(({ kind }) => kind !== "if");
  const at = loops ? () => loopValues(clauses, scope) : noValues;
  const suffix = (): string => at().replace(/^ at /, "").replaceAll(" = ", "=").replaceAll(", ", ",");
  forEachTerm(clauses, scope, () => {
    const values = loops ? `(${suffix()})` : "";
    for (const use of uses) {
      if (use.failed) continue;
      const added = attempt(checker, () => addFactor(checker, assembly, { use, scope, values, at }));
      use.failed = added === undefined;
    }
  });
  assembly.failed ||= uses.some(({ failed }) => failed);
  return true;
}

/** The name as it stands, unless it has subscripts, the loop has variables, and no tensor has this very name. */
function fixedName({ definitions }: Checker, { name }: Factor, clauses: readonly Clause[]): Word | undefined {
  const text = writtenName(name);
  const fixed = name.subscripts.length === 0 || clauses.length === 0 || definitions.has(text);
  return fixed ? { text, span: name.span } : undefined;
}

function writtenName({ base, subscripts }: IndexReference): string {
  if (subscripts.length === 0) return base;
  const inside = subscripts.map(({ text }) => text).join(",");
  return /^[\p{L}\p{N}_]+$/u.test(inside) ? `${base}_${inside}` : `${base}_{${inside}}`;
}

/** A refusal of what the loop's values decide names them. */
function placed<T>(at: () => string, part: () => T): T {
  try {
    return part();
  } catch (error) {
    const told = error instanceof Refusal ? error.diagnostic : undefined;
    throw told === undefined ? error : new Refusal({ ...told, message: told.message + at() });
  }
}

interface Instance {
  readonly use: Use;
  readonly scope: Scope;
  /** `(x=1,y=2)`, empty outside loops. */
  readonly values: string;
  readonly at: () => string;
}

function addFactor(checker: Checker, assembly: Assembly, { use, scope, values, at }: Instance): true {
  const { name, indices, span } = use.factor;
  const text = use.tensor === undefined ? labelOf(name, scope, at) : writtenName(name);
  const tensor = use.tensor ?? placed(at, () => lookUp(checker, "tensor", { text, span: name.span }));
  const { labels: own, shape, dtype, entries } = tensor;
  if (indices !== undefined && indices.length !== own.length)
    refuse(
      "index-count",
      { name: text, has: own.length, got: indices.length },
      span,
      `it is ${text}[${own.join(", ")}]`,
    );
  const labels = indices?.map((index) => labelOf(index, scope, at)) ?? own;
  labels.forEach((label, axis) => {
    const at = indices?.[axis]?.span ?? span;
    useExtent(checker, assembly, { label, extent: shape[axis] as number, factor: text + values, span: at });
  });
  if (assembly.tensors.length === MOST_FACTORS) refuse("too-many-factors", { limit: MOST_FACTORS }, span);
  assembly.tensors.push({ name: text + values, labels });
  assembly.entries.push(entries);
  assembly.dtypes.add(dtype);
  return true;
}

interface Usage {
  readonly label: Label;
  readonly extent: number;
  readonly factor: string;
  readonly span: Span;
}

function useExtent(
  checker: Checker,
  { extents, origins }: Assembly,
  { label, extent, factor, span }: Usage,
): void {
  const before = extents.get(label);
  if (before === extent) return;
  if (before !== undefined)
    refuseExtents(
      label,
      `${before} in ${origins.get(label) ?? "another factor"}`,
      `${extent} in ${factor}`,
      span,
    );
  refuseDeclared(checker, { label, extent, where: factor, span });
  extents.set(label, extent);
  origins.set(label, factor);
}
