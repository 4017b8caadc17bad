/** `tensor` statements. */
import { mulberry32 } from "../base/random.ts";
import { nearest } from "../base/suggest.ts";
import type { TensorData } from "../formats/elements.ts";
import type { Axis, Expression, Initialiser, TensorHead, Word } from "../syntax/tree.ts";
import { arrayValues } from "./arrays.ts";
import { defineWith, type Checker } from "./checker.ts";
import { tensorIn } from "./files.ts";
import { compile, evaluate, seedOf, type Scope } from "./expression.ts";
import { declaredExtent, distinctLabels, extentOf, labelOf, refuseExtents } from "./labels.ts";
import { DTYPES, isComplex, type Dtype, type Entries, type Label } from "../network/network.ts";
import type { TensorDefinition } from "./program.ts";
import { didYouMean, refuse } from "./refusal.ts";
import {
  constantValues,
  copyValues,
  nestedValues,
  randomValues,
  sizeOf,
  valuesByIndex,
  type Shaped,
} from "./values.ts";

/** 2 GiB of float64. */
export const MOST_ENTRIES = 2 ** 28;

/** Throws Refusal. */
export function dtypeOf({ text, span }: Word): Dtype {
  const found = DTYPES.find((dtype) => dtype === text);
  if (found !== undefined) return found;
  return refuse(
    "bad-dtype",
    { dtype: text },
    span,
    didYouMean(nearest(text, DTYPES)) ?? `dtypes: ${DTYPES.join(", ")}`,
  );
}

/** What becomes the entries once the shape is known. */
interface Blank {
  readonly head: TensorHead;
  readonly labels: readonly Label[];
  /** Undefined for an axis that takes its extent from the value. */
  readonly extents: readonly (number | undefined)[];
  readonly dtype: Dtype | undefined;
}

type Source = (blank: Blank) => Shaped;

export function checkTensors(checker: Checker, heads: readonly TensorHead[], value: Initialiser): void {
  const sources: { own?: Source } = {};
  for (const head of heads)
    defineWith(checker, head.name.text, head.name.span, () => {
      const blank = blankOf(checker, head);
      // One source for all heads: a stream of random numbers goes on from tensor to tensor.
      sources.own ??= sourceOf(checker, value);
      return fill(blank, sources.own(blank));
    });
}

function blankOf(checker: Checker, head: TensorHead): Blank {
  const labels = distinctLabels(
    head.axes.map(({ index }) => index),
    checker.scope,
    `tensor ${head.name.text}`,
  );
  const extents = head.axes.map((axis) => axisExtent(checker, axis));
  const dtype = head.dtype && dtypeOf(head.dtype);
  if (extents.every((extent) => extent !== undefined)) limitSize(head, extents);
  return { head, labels, extents, dtype };
}

function limitSize({ name }: TensorHead, shape: readonly number[]): void {
  const entries = sizeOf(shape);
  if (entries > MOST_ENTRIES)
    refuse("too-large", { name: name.text, entries, limit: MOST_ENTRIES }, name.span);
}

function axisExtent(checker: Checker, { index, extent }: Axis): number | undefined {
  const label = labelOf(index, checker.scope);
  const declared = declaredExtent(checker, label);
  if (extent === undefined) return declared;
  const own = extentOf(extent, label, checker.scope);
  if (declared !== undefined && declared !== own)
    refuseExtents(label, `${declared} as declared`, `${own} here`, index.span);
  return own;
}

/** The shape where every axis has an extent. Throws Refusal. */
function shapeOf({ head, labels, extents }: Blank): number[] {
  return extents.map((extent, axis) => {
    if (extent !== undefined) return extent;
    const label = labels[axis] as Label;
    const hint = `write ${head.name.text}[${label}: 2], or declare index ${label}: 2`;
    return refuse("no-extent", { index: label }, head.axes[axis]?.index.span ?? head.name.span, hint);
  });
}

function fill(
  { head, labels, dtype: wanted }: Blank,
  { shape, entries, dtype: own }: Shaped,
): TensorDefinition {
  const dtype = wanted ?? own ?? (entries.im === undefined ? "float64" : "complex128");
  if (isComplex(dtype) || entries.im === undefined) return { kind: "tensor", labels, shape, dtype, entries };
  if (entries.im.some((part) => part !== 0))
    refuse("complex-entries", { name: head.name.text, dtype }, head.name.span, "use complex64 or complex128");
  return { kind: "tensor", labels, shape, dtype, entries: { re: entries.re } };
}

function sourceOf(checker: Checker, value: Initialiser): Source {
  switch (value.kind) {
    case "expression":
      return (blank) => expressionValues(value.value, checker.scope, blank);
    case "random":
      return randomSource(value.name, value.seed, checker.scope);
    case "source":
      return namedSource(checker, value);
    default:
      return value satisfies never;
  }
}

function namedSource(checker: Checker, value: Extract<Initialiser, { kind: "source" }>): Source {
  const { name, argument } = value;
  if (name.text === "data") return (blank) => dataValues(checker, argument, blank);
  if (name.text === "file") return (blank) => fileValues(checker, value, blank);
  const hint = didYouMean(nearest(name.text, ["file"])) ?? 'use file("weights.npy") or data(v)';
  return refuse("bad-choice", { what: "a source of data", got: name.text }, name.span, hint);
}

function expressionValues(value: Expression, scope: Scope, blank: Blank): Shaped {
  if (value.text === "copy" && !scope.has("copy")) return copyOf(blank);
  if (nearest(value.text, ["copy"]) !== undefined && !scope.has(value.text))
    refuse("unknown-name", { what: "value", name: value.text }, value.span, didYouMean("copy"));
  const { names } = compile(value);
  if (blank.labels.some((label) => names.includes(label))) {
    const shape = shapeOf(blank);
    return { shape, entries: valuesByIndex(value, scope, blank.labels, shape) };
  }
  const whole = evaluate(value, scope);
  if (!Array.isArray(whole)) {
    const shape = shapeOf(blank);
    return { shape, entries: constantValues(value, whole, sizeOf(shape)) };
  }
  const shaped = nestedValues(whole);
  if (typeof shaped === "string") refuse("bad-data", { name: "this list", why: shaped }, value.span);
  return fitted(shaped, blank, value);
}

function copyOf(blank: Blank): Shaped {
  const shape = shapeOf(blank);
  const { name } = blank.head;
  if (new Set(shape).size > 1)
    refuse("bad-data", { name: "copy", why: "the indices have different extents" }, name.span);
  return {
    shape,
    entries: shape.length === 0 ? { re: Float64Array.of(1) } : copyValues(shape[0] as number, shape.length),
  };
}

/** The value's shape must be the tensor's; axes without an extent take the value's. */
function fitted(value: Shaped, { head, extents }: Blank, { span }: Word): Shaped {
  const fits =
    value.shape.length === extents.length &&
    extents.every((extent, axis) => extent === undefined || extent === value.shape[axis]);
  if (fits) return value;
  const wanted = `[${extents.map((extent) => extent ?? "?").join(", ")}]`;
  return refuse("wrong-shape", { name: head.name.text, wanted, got: `[${value.shape.join(", ")}]` }, span);
}

function randomSource(name: Word, seedText: Expression, scope: Scope): Source {
  const draw = randomStream(name, seedText, scope);
  return (blank) => {
    const shape = shapeOf(blank);
    return { shape, entries: draw(sizeOf(shape), blank.dtype ?? "float64") };
  };
}

/** Numbers of `normal(seed 1)` and `uniform(seed 1)`; each call goes on where the last one ended. Throws Refusal. */
export function randomStream(
  name: Word,
  seedText: Expression,
  scope: Scope,
): (size: number, dtype: Dtype) => Entries {
  const kind = name.text;
  if (kind !== "normal" && kind !== "uniform")
    return refuse(
      "bad-choice",
      { what: "a source of random numbers", got: kind },
      name.span,
      "use normal or uniform",
    );
  const seed = seedOf(seedText, scope);
  const random = mulberry32(seed);
  return (size, dtype) => randomValues(kind, random, size, dtype);
}

function fileValues(
  { context }: Checker,
  { argument: path, part }: Extract<Initialiser, { kind: "source" }>,
  blank: Blank,
): Shaped {
  const data = tensorIn(context, path, part);
  const { head, dtype, labels } = blank;
  const shaped = fitted(data, blank, path);
  checkEntries(data, dtype, labels, { path, name: head.name.text });
  return shaped;
}

/** Throws Refusal where the dtype of a file would lose digits, or where an entry is not finite. */
export function checkEntries(
  data: TensorData,
  wanted: Dtype | undefined,
  labels: readonly Label[],
  { path, name }: { readonly path: Word; readonly name: string },
): void {
  if (wanted !== undefined && !HOLDS[wanted].includes(data.dtype)) {
    const why = `it holds ${data.dtype}, but ${name} is ${wanted}`;
    refuse(
      "bad-data",
      { name: `"${path.text}"`, why },
      path.span,
      `write ${data.dtype}, or convert the file`,
    );
  }
  const place = firstNotFinite(data.entries);
  if (place === undefined) return;
  const at = indexValues(place, data.shape).map((value, axis) => `${labels[axis]} = ${value}`);
  const where = at.length === 0 ? "" : ` at ${at.join(", ")}`;
  const [re, im] = [data.entries.re[place], data.entries.im?.[place]];
  const value = im === undefined ? String(re) : `${re} + ${im}i`;
  const why = `the entry of ${name}${where} is ${value}`;
  refuse("bad-data", { name: `"${path.text}"`, why }, path.span, "entries must be finite");
}

/** Dtypes whose numbers each dtype holds without loss. */
const HOLDS: Readonly<Record<Dtype, readonly Dtype[]>> = {
  float32: ["float32"],
  float64: ["float32", "float64"],
  complex64: ["float32", "complex64"],
  complex128: DTYPES,
};

function firstNotFinite({ re, im }: Entries): number | undefined {
  for (let place = 0; place < re.length; place += 1)
    if (!Number.isFinite(re[place]) || (im !== undefined && !Number.isFinite(im[place]))) return place;
  return undefined;
}

/** The value of each index at a row-major place. */
function indexValues(place: number, shape: readonly number[]): number[] {
  let rest = place;
  return shape
    .toReversed()
    .map((extent) => {
      const value = rest % extent;
      rest = Math.floor(rest / extent);
      return value;
    })
    .reverse();
}

/** A typed or flat array may fill a tensor of several axes, row-major. */
function dataValues({ context }: Checker, argument: Word, blank: Blank): Shaped {
  const { text, span } = argument;
  const value = context.variable(text);
  if (value === undefined)
    refuse(
      "unknown-name",
      { what: "variable", name: text },
      span,
      "data(...) takes a variable of a TypeScript cell",
    );
  const shaped = arrayValues(value);
  if (typeof shaped === "string") return refuse("bad-data", { name: text, why: shaped }, span);
  const flat = shaped.shape.length === 1 && blank.extents.length !== 1;
  if (!flat) return fitted(shaped, blank, argument);
  const shape = shapeOf(blank);
  const fits = sizeOf(shape) === shaped.shape[0];
  return fits ? { ...shaped, shape } : fitted(shaped, blank, argument);
}
