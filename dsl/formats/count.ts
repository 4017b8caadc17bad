/** formula -> the network whose value is the number of its models, or the sum of their weights. */
import { UserError } from "../base/diagnostic.ts";
import { commonDivisor } from "../base/divisor.ts";
import type { Dtype, Entries, Exactness, Label, NetworkTensor, ValuedNetwork } from "../network/network.ts";
import type { Formula } from "./dimacs.ts";
import { fractionOf } from "./fraction.ts";

/** Longer clauses become chains, so that no tensor has 2^k entries for a large k. */
const LONGEST = 8;

/** Literals of one tensor of a chain; with its links it has at most four axes. */
const LINKED = 2;

export interface CountOptions {
  readonly name: string;
  readonly dtype?: Dtype;
  /** Variables `x_3` that are not summed over: the result is the count for each of their values. */
  readonly open?: readonly Label[];
}

interface Builder {
  readonly tensors: NetworkTensor[];
  readonly entries: Entries[];
  readonly extents: Record<Label, number>;
  /** Entries of a clause or link by the signs of its literals: there are few. */
  readonly known: Map<string, Entries>;
  /** The variable of each vector of weights. */
  readonly vectors: Map<Entries, number>;
}

/**
 * An index `x_v` of extent 2 a variable (0 is false, 1 is true), a tensor `C(k)` a clause, 1 where it holds and 0 where
 * not, and a vector `W(v)` of the two weights a variable, or of ones where it is in no clause. A clause of more than 8
 * different literals is a chain of small tensors joined by indices `c_{k,1}`, `c_{k,2}`, ..., each 1 where a literal
 * before it is true. A clause that holds always has no tensor. The value is wanted exactly: an integer, or a fraction where
 * weights are. Throws UserError where an open index is no variable.
 */
export function count(formula: Formula, options: CountOptions): ValuedNetwork {
  const builder: Builder = { tensors: [], entries: [], extents: {}, known: new Map(), vectors: new Map() };
  formula.clauses.forEach((clause, position) => {
    const literals = [...new Set(clause)];
    const signs = new Set(literals);
    if (!literals.some((literal) => signs.has(-literal))) addClause(builder, position + 1, literals);
  });
  for (let variable = 1; variable <= formula.variables; variable += 1)
    addVariable(builder, formula, variable);
  if (builder.tensors.length === 0) add(builder, "C", [], { re: Float64Array.of(1) });
  const { name, dtype = "float64", open = [] } = options;
  const { tensors, entries, extents } = builder;
  for (const label of open)
    if (extents[label] === undefined || !label.startsWith("x_"))
      throw new UserError(`the formula has no variable ${label}: they are x_1 to x_${formula.variables}`);
  return { network: { name, dtype, tensors, open, extents }, entries, exact: exactness(formula, builder) };
}

/** Exact where the weights are fractions of integers below 2^53; else they were rounded. */
function exactness(formula: Formula, { entries, vectors }: Builder): Exactness {
  if (vectors.size === 0) return { kind: "count", denominator: "1" };
  let denominator = 1n;
  const integers = new Map<Entries, Entries>();
  for (const [own, variable] of vectors) {
    const found = integersOf(formula, variable, own);
    if (found === undefined) return { kind: "scaled", rounded: vectors.size };
    denominator *= found.denominator;
    integers.set(own, found.integers);
  }
  return {
    kind: "count",
    entries: entries.map((own) => integers.get(own) ?? own),
    denominator: String(denominator),
  };
}

/** The two weights of a variable times their common denominator. */
function integersOf(
  { written }: Formula,
  variable: number,
  { re }: Entries,
): { readonly integers: Entries; readonly denominator: bigint } | undefined {
  const [off, on] = [-variable, variable].map((literal, value) =>
    fractionOf(written?.get(literal) ?? String(re[value])),
  );
  if (off === undefined || on === undefined) return undefined;
  const denominator = (off.under * on.under) / commonDivisor(off.under, on.under);
  const integers = [off, on].map(({ over, under }) => Number((over * denominator) / under));
  return integers.every(Number.isSafeInteger)
    ? { integers: { re: Float64Array.from(integers) }, denominator }
    : undefined;
}

function add(builder: Builder, name: string, labels: readonly Label[], entries: Entries): void {
  builder.tensors.push({ name, labels });
  builder.entries.push(entries);
  for (const label of labels) builder.extents[label] = 2;
}

function addVariable(builder: Builder, { weights }: Formula, variable: number): void {
  const label = `x_${variable}`;
  const [off, on] = [weights?.get(-variable), weights?.get(variable)];
  if (off !== undefined && on !== undefined) {
    const weighted = { re: Float64Array.of(off, on) };
    builder.vectors.set(weighted, variable);
    add(builder, `W(${variable})`, [label], weighted);
  } else if (builder.extents[label] === undefined)
    add(
      builder,
      `W(${variable})`,
      [label],
      clauseEntries(builder, "ones", 1, () => true),
    );
}

function addClause(builder: Builder, number: number, literals: readonly number[]): void {
  if (literals.length <= LONGEST) {
    addPiece(builder, `C(${number})`, literals, []);
    return;
  }
  const link = (piece: number): Label => `c_{${number},${piece}}`;
  let [at, piece] = [LINKED + 1, 1];
  addPiece(builder, `C(${number},1)`, literals.slice(0, at), [], link(1));
  for (; literals.length - at > LINKED + 1; at += LINKED, piece += 1) {
    const some = literals.slice(at, at + LINKED);
    addPiece(builder, `C(${number},${piece + 1})`, some, [link(piece)], link(piece + 1));
  }
  addPiece(builder, `C(${number},${piece + 1})`, literals.slice(at), [link(piece)]);
}

/** 1 where a literal or an incoming link is true, in the last piece; before it, where the outgoing link says whether it is so. */
function addPiece(
  builder: Builder,
  name: string,
  literals: readonly number[],
  incoming: readonly Label[],
  outgoing?: Label,
): void {
  const signs = [...literals.map((literal) => literal > 0), ...incoming.map(() => true)];
  const key = `${signs.map((sign) => (sign ? "+" : "-")).join("")}${outgoing === undefined ? "" : ">"}`;
  const axes = signs.length + (outgoing === undefined ? 0 : 1);
  const entries = clauseEntries(builder, key, axes, (values) => {
    const holds = signs.some((sign, axis) => values[axis] === sign);
    return outgoing === undefined ? holds : holds === values[signs.length];
  });
  const labels = [...literals.map((literal) => `x_${Math.abs(literal)}`), ...incoming];
  add(builder, name, outgoing === undefined ? labels : [...labels, outgoing], entries);
}

/** 2^axes entries, 1 where the truth values of the axes hold. */
function clauseEntries(
  { known }: Builder,
  key: string,
  axes: number,
  holds: (values: readonly boolean[]) => boolean,
): Entries {
  const found = known.get(key);
  if (found !== undefined) return found;
  const re = new Float64Array(2 ** axes).map((_, flat) => {
    const values = Array.from({ length: axes }, (__, axis) => ((flat >> (axes - 1 - axis)) & 1) === 1);
    return holds(values) ? 1 : 0;
  });
  known.set(key, { re });
  return { re };
}
