/** Numbers as files store them, to float64. */
import type { Dtype, Entries } from "../network/network.ts";
import { badByte } from "./mistake.ts";

/** What a tensor file holds: its shape, its entries row-major, and the dtype of the language nearest to the stored one. */
export interface TensorData {
  readonly shape: readonly number[];
  readonly entries: Entries;
  readonly dtype: Dtype;
}

export type Stored =
  | { readonly kind: "float" | "signed" | "unsigned"; readonly bytes: 1 | 2 | 4 | 8 }
  | { readonly kind: "complex"; readonly bytes: 8 | 16 }
  | { readonly kind: "brain"; readonly bytes: 2 }
  | { readonly kind: "truth"; readonly bytes: 1 };

/** Where the entries lie. */
export interface Source {
  readonly bytes: Uint8Array;
  /** Of the first entry, from the start of `bytes`; complaints add `shift`. */
  readonly start: number;
  readonly littleEndian: boolean;
  /** Where `bytes` lies in the file that complaints are about. */
  readonly shift: number;
}

/** Far beyond any memory; keeps products of extents exact. */
const MOST_ENTRIES = 2 ** 40;

/** The product of the extents; complaints name `byte`. */
export function sizeOfShape(shape: readonly number[], byte: number): number {
  if (shape.length > 64) badByte(byte, `the shape has ${shape.length} axes; the limit is 64`);
  const empty = shape.indexOf(0);
  if (empty >= 0) badByte(byte, `axis ${empty} has the extent 0: a tensor has at least one entry`);
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (size > MOST_ENTRIES) badByte(byte, `the shape (${shape.join(", ")}) has more than 2^40 entries`);
  return size;
}

export function dtypeOf({ kind, bytes }: Stored): Dtype {
  if (kind === "complex") return bytes === 8 ? "complex64" : "complex128";
  return (kind === "float" && bytes < 8) || kind === "brain" ? "float32" : "float64";
}

/**
 * Entries in the order of the file, perhaps a view of its bytes; there must be enough bytes for `count`. Throws Mistake where an integer is beyond 2^53,
 * or a truth value is neither 0 nor 1.
 */
export function decode(stored: Stored, source: Source, count: number): Entries {
  const view = new DataView(source.bytes.buffer, source.bytes.byteOffset, source.bytes.byteLength);
  const step = stored.kind === "complex" ? stored.bytes / 2 : stored.bytes;
  const read = readerOf(stored, view, source);
  const lying = stored.kind === "float" && stored.bytes === 8 ? whereItLies(source, count) : undefined;
  if (lying !== undefined) return { re: lying };
  if (stored.kind !== "complex") return { re: fill(count, (k) => read(source.start + k * step)) };
  return {
    re: fill(count, (k) => read(source.start + 2 * k * step)),
    im: fill(count, (k) => read(source.start + (2 * k + 1) * step)),
  };
}

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** float64 numbers without a copy, where they are aligned and most of what was read: a small tensor must not hold a large file. */
function whereItLies({ bytes, start, littleEndian }: Source, count: number): Float64Array | undefined {
  const offset = bytes.byteOffset + start;
  const fits = littleEndian === LITTLE_ENDIAN && offset % 8 === 0 && 16 * count >= bytes.buffer.byteLength;
  return fits ? new Float64Array(bytes.buffer, offset, count) : undefined;
}

function fill(count: number, read: (position: number) => number): Float64Array {
  const values = new Float64Array(count);
  for (let position = 0; position < count; position += 1) values[position] = read(position);
  return values;
}

/** One number at a place. */
type Read = (at: number) => number;

function readerOf(stored: Stored, view: DataView, { littleEndian, shift }: Source): Read {
  switch (stored.kind) {
    case "float":
      return floatReader(stored.bytes, view, littleEndian);
    case "complex":
      return floatReader(stored.bytes === 8 ? 4 : 8, view, littleEndian);
    case "brain":
      return (at) => fromBrain(view.getUint16(at, littleEndian));
    case "truth":
      return (at) => {
        const value = view.getUint8(at);
        return value > 1 ? badByte(shift + at, `${value} is no truth value`) : value;
      };
    case "signed":
    case "unsigned":
      return integerReader(stored.kind === "signed", stored.bytes, view, { littleEndian, shift });
    default:
      return stored satisfies never;
  }
}

function floatReader(bytes: 1 | 2 | 4 | 8, view: DataView, littleEndian: boolean): Read {
  if (bytes === 8) return (at) => view.getFloat64(at, littleEndian);
  if (bytes === 4) return (at) => view.getFloat32(at, littleEndian);
  return (at) => fromHalf(view.getUint16(at, littleEndian));
}

function integerReader(
  signed: boolean,
  bytes: 1 | 2 | 4 | 8,
  view: DataView,
  { littleEndian, shift }: Pick<Source, "littleEndian" | "shift">,
): Read {
  if (bytes === 1) return (at) => (signed ? view.getInt8(at) : view.getUint8(at));
  if (bytes === 2)
    return (at) => (signed ? view.getInt16(at, littleEndian) : view.getUint16(at, littleEndian));
  if (bytes === 4)
    return (at) => (signed ? view.getInt32(at, littleEndian) : view.getUint32(at, littleEndian));
  return (at) => {
    const value = signed ? view.getBigInt64(at, littleEndian) : view.getBigUint64(at, littleEndian);
    const number = Number(value);
    if (!Number.isSafeInteger(number))
      badByte(
        shift + at,
        `the integer ${value} is beyond 2^53 and would be rounded`,
        "store it as float64 where rounding is meant",
      );
    return number;
  };
}

/** IEEE 754 binary16. */
function fromHalf(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 === 0 ? 1 : -1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const brain = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a float32. */
function fromBrain(bits: number): number {
  brain.setUint32(0, bits * 65536);
  return brain.getFloat32(0);
}

/** From column-major, where the first axis is innermost, to row-major. */
export function rowMajor({ re, im }: Entries, shape: readonly number[]): Entries {
  const change = (values: Float64Array): Float64Array => {
    const moved = new Float64Array(values.length);
    const at = shape.map(() => 0);
    // Walks the result in order; `from` is the place of the same entry in the file.
    for (let position = 0, from = 0; position < values.length; position += 1) {
      moved[position] = values[from] as number;
      let stride = values.length;
      for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
        const extent = shape[axis] as number;
        stride /= extent;
        at[axis] = (at[axis] as number) + 1;
        from += stride;
        if ((at[axis] as number) < extent) break;
        at[axis] = 0;
        from -= stride * extent;
      }
    }
    return moved;
  };
  return im === undefined ? { re: change(re) } : { re: change(re), im: change(im) };
}
