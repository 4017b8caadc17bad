/** Values between the pieces of a template: what each becomes in the program. */
import { arrayValues, formatNumber, parse, UserError, type Definition, type Label } from "../../dsl/index.ts";
import { compose, type Composed, type Inserted } from "./compose.ts";
import { leftIndices, type Statement } from "./infer.ts";

type Shaped = Exclude<ReturnType<typeof arrayValues>, string>;

/** A value sorted: a text of the program, a name with its definition, or an array. */
export type Sorted =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "defined"; readonly name: string; readonly definition: Definition }
  | {
      readonly kind: "array";
      readonly value: unknown;
      readonly shaped: Shaped;
      readonly labels?: readonly Label[];
    };

export interface Template extends Composed {
  /** Definitions that the program needs beside those of its session. */
  readonly definitions: ReadonlyMap<string, Definition>;
  /** The names of arrays while the program is read, and how they are shown. */
  readonly arrays: readonly (readonly [string, string])[];
  /** For `data(...)`. */
  readonly variables: ReadonlyMap<string, unknown>;
}

/** The largest array that is written out where an expression stands. */
const MOST_WRITTEN = 10_000;

/** An array under a name of its own while the template is being read. */
interface Named {
  readonly name: string;
  readonly position: number;
  readonly array: Extract<Sorted, { kind: "array" }>;
}

/** Throws UserError for an array whose place leaves open what it is. */
export function readTemplate(
  parts: readonly string[],
  values: readonly Sorted[],
  known: ReadonlyMap<string, Definition>,
): Template {
  const prefix = freePrefix(parts.join(" "), known);
  const first = values.map((value, position): Inserted => {
    const shown = `\${${position + 1}}`;
    if (value.kind === "text") return { text: value.text, shown: value.text };
    return { text: value.kind === "defined" ? value.name : `${prefix}${position + 1}`, shown };
  });
  const draft = compose(parts, first);
  const definitions = new Map<string, Definition>();
  const variables = new Map<string, unknown>();
  const tree = parse(draft.source).readable;
  const inserted = values.map((value, position): Inserted => {
    const own = first[position] as Inserted;
    const span = draft.spans[position] ?? { start: 0, end: 0 };
    if (value.kind === "defined") definitions.set(value.name, value.definition);
    if (value.kind !== "array") return own;
    const named = { name: own.text, position, array: value };
    const statement = tree.statements.find((one) => one.span.start <= span.start && span.end <= one.span.end);
    if (statement?.kind === "network") {
      definitions.set(named.name, tensorOf(named));
      return { ...own, text: named.name + writtenIndices(named, statement, tree.statements, known) };
    }
    if (statement?.kind !== "tensor") return { ...own, text: writtenOut(named) };
    variables.set(named.name, value.value);
    return { ...own, text: isWhole(statement, named.name) ? `data(${named.name})` : writtenOut(named) };
  });
  const arrays = values.flatMap(({ kind }, position) => {
    const { text, shown } = first[position] as Inserted;
    return kind === "array" ? [[text, shown] as const] : [];
  });
  // Longer names first: one may begin another.
  arrays.sort(([a], [b]) => b.length - a.length);
  return { ...compose(parts, inserted), definitions, variables, arrays };
}

/** A name that no other of the program begins with. */
function freePrefix(text: string, known: ReadonlyMap<string, Definition>): string {
  const taken = (prefix: string): boolean =>
    text.includes(prefix) || [...known.keys()].some((name) => name.startsWith(prefix));
  let prefix = "array";
  while (taken(prefix)) prefix += "X";
  return prefix;
}

function tensorOf({ array: { shaped, labels } }: Named): Definition {
  const { shape, entries, dtype } = shaped;
  return {
    kind: "tensor",
    labels: labels ?? shape.map((_, axis) => `axis_${axis + 1}`),
    shape,
    dtype: dtype ?? (entries.im === undefined ? "float64" : "complex128"),
    entries,
  };
}

function isWhole(statement: Extract<Statement, { kind: "tensor" }>, name: string): boolean {
  return statement.value.kind === "expression" && statement.value.value.text === name;
}

/** Nothing where the template has the indices itself, or the value brings its own. */
function writtenIndices(
  { name, position, array }: Named,
  statement: Extract<Statement, { kind: "network" }>,
  statements: readonly Statement[],
  known: ReadonlyMap<string, Definition>,
): string {
  if (statement.body.kind !== "product" || (array.labels !== undefined && array.labels.length > 0)) return "";
  const left = leftIndices(statement, name, statements, known);
  const { shape } = array.shaped;
  if (left === undefined || shape.length === 0) return "";
  if (left.length === shape.length) return `[${left.join(",")}]`;
  const axes = `${shape.length} ${shape.length === 1 ? "axis" : "axes"}`;
  const which = left.length === 0 ? "no index is" : `${left.join(", ")} ${left.length === 1 ? "is" : "are"}`;
  throw new UserError(
    `value ${position + 1} of the template has ${axes}, and ${which} left for it in network ${statement.name.text}; ` +
      "write its indices: ${a}[i,j]",
  );
}

/** A list of numbers as an expression. */
function writtenOut({ position, array: { shaped } }: Named): string {
  const { shape, entries } = shaped;
  if (entries.re.length > MOST_WRITTEN)
    throw new UserError(
      `value ${position + 1} of the template has ${formatNumber(entries.re.length)} entries, too many for an expression; ` +
        "make it a tensor: tensor A[i: 2, j: 2] = ${a}",
    );
  const number = (at: number): string => {
    const [re, im] = [entries.re[at] ?? 0, entries.im?.[at]];
    return im === undefined ? String(re) : `${re} + ${im}i`;
  };
  const write = (axis: number, from: number, size: number): string => {
    if (axis === shape.length) return number(from);
    const [extent, stride] = [shape[axis] ?? 1, size / (shape[axis] ?? 1)];
    return `[${Array.from({ length: extent }, (_, item) => write(axis + 1, from + item * stride, stride)).join(", ")}]`;
  };
  return write(0, 0, entries.re.length);
}
