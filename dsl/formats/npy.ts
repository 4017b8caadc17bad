/** NumPy's `.npy` files: one array. */
import type { Outcome } from "../base/diagnostic.ts";
import { decode, dtypeOf, rowMajor, sizeOfShape, type Stored, type TensorData } from "./elements.ts";
import { attempt, badByte, shown } from "./mistake.ts";

/** "\x93NUMPY" */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** NumPy itself reads at most 10,000 from strangers; only arrays of structures need more. */
const LONGEST_HEADER = 65_536;

interface Header {
  readonly stored: Stored;
  readonly littleEndian: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/**
 * Format versions 1, 2 and 3; booleans, integers of 1 to 8 bytes, floats of 2 to 8, complex of 8 and 16, either byte order,
 * row- or column-major, any number of axes. Refused, each with its byte: objects (they would run code), texts,
 * structures, integers beyond 2^53, empty arrays, a shape that differs from the data, anything after the data.
 */
export function parseNpy(bytes: Uint8Array): Outcome<TensorData> {
  return attempt(() => npyOf(bytes, 0));
}

/** `shift` is where the bytes lie in the file that complaints are about. Throws Mistake. */
export function npyOf(bytes: Uint8Array, shift: number): TensorData {
  if (!MAGIC.every((byte, k) => bytes[k] === byte))
    badByte(shift, "this is no .npy file: it does not start with \\x93NUMPY");
  const major = bytes[6];
  if (bytes.length < 10) badByte(shift + bytes.length, "the file ends inside its header");
  if (major !== 1 && major !== 2 && major !== 3)
    badByte(shift + 6, `version ${major} of the format is not known; 1 to 3 are`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = major === 1 ? 10 : 12;
  if (bytes.length < from) badByte(shift + bytes.length, "the file ends inside its header");
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST_HEADER)
    badByte(shift + 8, `the header has ${length} bytes; the limit is ${LONGEST_HEADER}`);
  const start = from + length;
  if (start > bytes.length)
    badByte(shift + 8, `the header has ${length} bytes, but only ${bytes.length - from} follow`);
  const header = headerOf(new TextDecoder("latin1").decode(bytes.subarray(from, start)), shift + from);
  const size = sizeOfShape(header.shape, shift + from);
  const [wanted, there] = [size * header.stored.bytes, bytes.length - start];
  if (wanted !== there)
    badByte(
      shift + start,
      `the shape (${header.shape.join(", ")}) needs ${wanted} bytes of data, but ${there} follow`,
    );
  const entries = decode(header.stored, { bytes, start, littleEndian: header.littleEndian, shift }, size);
  return {
    shape: header.shape,
    entries: header.fortran && header.shape.length > 1 ? rowMajor(entries, header.shape) : entries,
    dtype: dtypeOf(header.stored),
  };
}

/** Pieces of the Python dictionary that a header is; a list would be the dtype of a structure. */
const PIECE = /\s*(?:'([^'\\]*)'|"([^"\\]*)"|(True|False)|(\(\s*(?:\d+L?\s*,\s*)*(?:\d+L?\s*)?\))|([{}:,]))/y;

type Piece = string | boolean | readonly number[] | { readonly sign: string };

function headerOf(text: string, byte: number): Header {
  const known = new Map<string, Piece>();
  let at = 0;
  const next = (): Piece => {
    PIECE.lastIndex = at;
    const found = PIECE.exec(text);
    if (found === null) return refuseHeader(text, at, byte);
    at += found[0].length;
    const [, single, double, truth, tuple, sign] = found;
    if (truth !== undefined) return truth === "True";
    if (tuple !== undefined) return tupleOf(tuple, byte);
    return sign === undefined ? (single ?? double ?? "") : { sign };
  };
  const expect = (sign: string): void => {
    const before = at;
    const found = next();
    if (typeof found !== "object" || !("sign" in found) || found.sign !== sign)
      refuseHeader(text, before, byte);
  };
  expect("{");
  for (;;) {
    const before = at;
    const key = next();
    if (typeof key === "object" && "sign" in key && key.sign === "}") break;
    if (typeof key !== "string") return refuseHeader(text, before, byte);
    expect(":");
    const value = next();
    if (known.has(key)) badByte(byte + afterBlanks(text, before), `the header has ${shown(key)} twice`);
    known.set(key, value);
    if (!/^\s*\}/.test(text.slice(at, at + 40))) expect(",");
  }
  if (/\S/.test(text.slice(at))) refuseHeader(text, at, byte);
  return fieldsOf(known, byte);
}

function afterBlanks(text: string, at: number): number {
  return at + text.slice(at).search(/\S|$/);
}

function refuseHeader(text: string, from: number, byte: number): never {
  const at = afterBlanks(text, from);
  if (text[at] === "[")
    badByte(byte + at, "arrays of structures cannot be read", "save one field as an array");
  return badByte(byte + at, `the header cannot be read from here: ${JSON.stringify(shown(text.slice(at)))}`);
}

/** A tuple of one has a comma: (3,). */
function tupleOf(text: string, byte: number): readonly number[] {
  const extents = (text.match(/\d+/g) ?? []).map(Number);
  if (extents.length === 1 && !text.includes(",")) badByte(byte, `the shape ${text} is no tuple`);
  const large = extents.find((extent) => !Number.isSafeInteger(extent));
  return large === undefined ? extents : badByte(byte, `the shape has the extent ${large}, beyond 2^53`);
}

function fieldsOf(known: ReadonlyMap<string, Piece>, byte: number): Header {
  const [descr, fortran, shape] = ["descr", "fortran_order", "shape"].map((key) => known.get(key));
  const extra = [...known.keys()].find((key) => !["descr", "fortran_order", "shape"].includes(key));
  if (extra !== undefined) badByte(byte, `the header has the unknown key ${shown(extra)}`);
  if (typeof descr !== "string") return badByte(byte, "the header has no descr, a text");
  if (typeof fortran !== "boolean") return badByte(byte, "the header has no fortran_order, True or False");
  if (!Array.isArray(shape)) return badByte(byte, "the header has no shape, a tuple");
  return { ...storedOf(descr, byte), fortran, shape: shape as readonly number[] };
}

const WORDS: Readonly<Record<string, string>> = {
  O: "Python objects cannot be read: they would run code",
  U: "texts are no tensor",
  S: "texts are no tensor",
  a: "texts are no tensor",
  V: "arrays of structures cannot be read",
  M: "dates are no tensor",
  m: "durations are no tensor",
};

const KINDS: Readonly<Record<string, Stored>> = {
  b1: { kind: "truth", bytes: 1 },
  i1: { kind: "signed", bytes: 1 },
  i2: { kind: "signed", bytes: 2 },
  i4: { kind: "signed", bytes: 4 },
  i8: { kind: "signed", bytes: 8 },
  u1: { kind: "unsigned", bytes: 1 },
  u2: { kind: "unsigned", bytes: 2 },
  u4: { kind: "unsigned", bytes: 4 },
  u8: { kind: "unsigned", bytes: 8 },
  f2: { kind: "float", bytes: 2 },
  f4: { kind: "float", bytes: 4 },
  f8: { kind: "float", bytes: 8 },
  c8: { kind: "complex", bytes: 8 },
  c16: { kind: "complex", bytes: 16 },
};

function storedOf(descr: string, byte: number): { readonly stored: Stored; readonly littleEndian: boolean } {
  const [, order = "", kind = ""] = /^([<>|])(.*)$/s.exec(descr) ?? [];
  const stored = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (stored === undefined || (order === "|" && stored.bytes > 1)) {
    const why = WORDS[kind.slice(0, 1)];
    const what = `the dtype ${JSON.stringify(shown(descr))} is not supported`;
    return badByte(
      byte,
      why === undefined ? what : `${what}: ${why}`,
      `supported: ${Object.keys(KINDS).join(" ")}`,
    );
  }
  return { stored, littleEndian: order !== ">" };
}
