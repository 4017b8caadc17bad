/** Arrays of a TypeScript session, of whatever make, as the entries of a tensor. */
import { DTYPES } from "../network/network.ts";
import { nestedValues, sizeOf, type Shaped } from "./values.ts";

/** A value as tnlab reports it: row-major parts and a shape. */
interface Parts {
  readonly re: ArrayLike<unknown>;
  readonly im?: ArrayLike<unknown>;
  readonly shape: readonly number[];
  readonly dtype?: unknown;
}

/**
 * Nested arrays and typed arrays of numbers, truth values or `{re, im}`; whole numbers of any integer array, big ones too;
 * a matrix of mathjs (anything that has `toArray`); a value with `shape` and row-major parts `re` and `im`, or with `data`
 * and `shape`. Whatever single precision holds is single precision. A sentence says what is wrong with anything else.
 */
export function arrayValues(value: unknown): Shaped | string {
  if (isParts(value)) return partsValues(value);
  if (isFlat(value)) return shapedAs(arrayValues(value.data), value.shape);
  if (hasToArray(value)) return arrayValues(value.toArray());
  if (value instanceof BigInt64Array || value instanceof BigUint64Array)
    return nestedValues(Array.from(value, Number));
  const shaped = nestedValues(value);
  return typeof shaped === "string" || !(value instanceof Float32Array)
    ? shaped
    : { ...shaped, dtype: "float32" };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function isShape(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) && value.every((extent) => Number.isSafeInteger(extent) && (extent as number) > 0)
  );
}

function isParts(value: unknown): value is Parts {
  return isObject(value) && ArrayBuffer.isView(value["re"]) && isShape(value["shape"]);
}

/** Row-major without gaps; strided views say so by `stride` and are refused by their size where they leave entries out. */
function isFlat(value: unknown): value is { readonly data: unknown; readonly shape: readonly number[] } {
  return isObject(value) && ArrayBuffer.isView(value["data"]) && isShape(value["shape"]);
}

function hasToArray(value: unknown): value is { readonly toArray: () => unknown } {
  return isObject(value) && typeof value["toArray"] === "function";
}

function partsValues({ re, im, shape, dtype }: Parts): Shaped | string {
  const real = nestedValues(re);
  const imaginary = im === undefined ? undefined : nestedValues(im);
  if (typeof real === "string") return real;
  if (typeof imaginary === "string") return imaginary;
  const own = DTYPES.find((known) => known === dtype);
  const parts = imaginary === undefined ? {} : { im: imaginary.entries.re };
  return shapedAs({ ...real, entries: { re: real.entries.re, ...parts }, ...(own && { dtype: own }) }, shape);
}

function shapedAs(flat: Shaped | string, shape: readonly number[]): Shaped | string {
  if (typeof flat === "string") return flat;
  const { re, im } = flat.entries;
  const size = sizeOf(shape);
  if (re.length === size && (im === undefined || im.length === size)) return { ...flat, shape };
  return `its shape [${shape.join(", ")}] takes ${size} entries, and it holds ${re.length}`;
}
