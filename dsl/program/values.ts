/** Values to the entries of a tensor. */
import { normal, type Random } from "../base/random.ts";
import type { Expression } from "../syntax/tree.ts";
import { compile, describeValue, evaluate, isComplexNumber, type Scope } from "./expression.ts";
import { isComplex, type Dtype, type Entries } from "../network/network.ts";
import { refuse } from "./refusal.ts";

/** Entries with the shape that they came in. */
export interface Shaped {
  readonly shape: readonly number[];
  readonly entries: Entries;
  /** Of the file that they came from. */
  readonly dtype?: Dtype;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

interface Sink {
  readonly re: Float64Array;
  im: Float64Array | undefined;
}

/** Puts a number, truth value or complex number in place; false for anything else. */
function put(sink: Sink, position: number, value: unknown): boolean {
  if (typeof value === "number" || typeof value === "boolean") {
    sink.re[position] = Number(value);
    return true;
  }
  if (!isComplexNumber(value)) return false;
  sink.re[position] = value.re;
  sink.im ??= new Float64Array(sink.re.length);
  sink.im[position] = value.im;
  return true;
}

function entriesOf({ re, im }: Sink): Entries {
  return im === undefined ? { re } : { re, im };
}

/** Entries that one expression gives at most, and those of them that take more than real arithmetic: a few seconds each. */
const MOST_COMPUTED = 2 ** 25;
const MOST_SLOW = 2 ** 20;

function refuseTimes({ text, span }: Expression, size: number, limit: number): never {
  const why = `it has ${size} values to work out; the limit is ${limit}${limit === MOST_SLOW ? " where they are complex" : ""}`;
  return refuse(
    "cannot-evaluate",
    { text, at: "", why },
    span,
    "larger tensors come from file(...) or data(...)",
  );
}

/** An expression of the index values 0..extent-1, `names[k]` that of axis k. Throws Refusal. */
export function valuesByIndex(
  expression: Expression,
  outer: Scope,
  names: readonly string[],
  shape: readonly number[],
): Entries {
  const size = sizeOf(shape);
  if (size > MOST_COMPUTED) refuseTimes(expression, size, MOST_COMPUTED);
  const scope = new Map(outer);
  const { fast } = compile(expression);
  let slow = 0;
  const sink: Sink = { re: new Float64Array(size), im: undefined };
  const values = shape.map(() => 0);
  const at = (): string => ` at ${names.map((name, axis) => `${name} = ${values[axis]}`).join(", ")}`;
  for (let position = 0; position < sink.re.length; position += 1) {
    let rest = position;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const extent = shape[axis] as number;
      values[axis] = rest % extent;
      rest = Math.floor(rest / extent);
      scope.set(names[axis] as string, values[axis]);
    }
    let value: unknown = fast(scope);
    if (!Number.isFinite(value)) {
      slow += 1;
      if (slow > MOST_SLOW) refuseTimes(expression, size, MOST_SLOW);
      value = evaluate(expression, scope, at);
    }
    if (!put(sink, position, value)) refuseEntry(expression, value, at());
  }
  return entriesOf(sink);
}

function refuseEntry(expression: Expression, value: unknown, at: string): never {
  const blanks = { text: expression.text, at, value: describeValue(value), wanted: "a number" };
  return refuse("not-a-number", blanks, expression.span);
}

/** One number everywhere. Throws Refusal. */
export function constantValues(expression: Expression, value: unknown, size: number): Entries {
  const sink: Sink = { re: new Float64Array(1), im: undefined };
  if (!put(sink, 0, value)) refuseEntry(expression, value, "");
  const re = new Float64Array(size).fill(sink.re[0] as number);
  return sink.im === undefined ? { re } : { re, im: new Float64Array(size).fill(sink.im[0] as number) };
}

/** 1 where all indices agree, else 0: `rank` axes of one extent. */
export function copyValues(extent: number, rank: number): Entries {
  const re = new Float64Array(extent ** rank);
  const stride = Array.from({ length: rank }, (_, axis) => extent ** axis).reduce(
    (sum, term) => sum + term,
    0,
  );
  for (let value = 0; value < extent; value += 1) re[value * stride] = 1;
  return { re };
}

/**
 * `normal`: standard normals; complex ones have independent parts and variance 1 in all.
 * `uniform`: in [0, 1), complex ones in both parts. The stream goes on to the statement's next tensor.
 */
export function randomValues(
  kind: "normal" | "uniform",
  random: Random,
  size: number,
  dtype: Dtype,
): Entries {
  const draw = kind === "normal" ? () => normal(random) : random;
  const re = new Float64Array(size);
  if (!isComplex(dtype)) return { re: re.map(draw) };
  const im = new Float64Array(size);
  const scale = kind === "normal" ? Math.SQRT1_2 : 1;
  for (let position = 0; position < size; position += 1) {
    re[position] = scale * draw();
    im[position] = scale * draw();
  }
  return { re, im };
}

type Numbers = ArrayLike<unknown>;

function isArray(value: unknown): value is Numbers {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/**
 * Nested arrays, the innermost perhaps typed, of numbers, truth values or `{re, im}`; a number alone has no axes.
 * A sentence says what is wrong with anything else.
 */
export function nestedValues(value: unknown): Shaped | string {
  const shape: number[] = [];
  for (let level = value; isArray(level); level = level[0]) shape.push(level.length);
  if (shape.includes(0)) return "it is empty";
  const sink: Sink = { re: new Float64Array(sizeOf(shape)), im: undefined };
  const wrong = flatten(sink, value, shape, { axis: 0, position: 0 });
  return wrong ?? { shape, entries: entriesOf(sink) };
}

function flatten(
  sink: Sink,
  value: unknown,
  shape: readonly number[],
  where: { axis: number; position: number },
): string | undefined {
  const { axis, position } = where;
  if (axis === shape.length) {
    if (isArray(value) || !put(sink, position, value))
      return `it holds ${describeValue(value)} where a number is needed`;
    const finite = Number.isFinite(sink.re[position]) && Number.isFinite(sink.im?.[position] ?? 0);
    return finite ? undefined : `its entry ${position} (row-major) is ${describeValue(value)}`;
  }
  if (!isArray(value) || value.length !== shape[axis]) return "its lists have different lengths";
  const stride = sizeOf(shape.slice(axis + 1));
  for (let item = 0; item < value.length; item += 1) {
    const wrong = flatten(sink, value[item], shape, { axis: axis + 1, position: position + item * stride });
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
