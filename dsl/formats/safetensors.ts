/** Safetensors files: a JSON header, then the data of named tensors without holes. */
import type { Outcome } from "../base/diagnostic.ts";
import { duplicateKey } from "../base/json.ts";
import { decode, dtypeOf, sizeOfShape, type Stored, type TensorData } from "./elements.ts";
import { attempt, badByte, shown } from "./mistake.ts";

/** As the reference implementation. */
const LONGEST_HEADER = 100_000_000;

const KINDS: Readonly<Record<string, Stored>> = {
  BOOL: { kind: "truth", bytes: 1 },
  U8: { kind: "unsigned", bytes: 1 },
  I8: { kind: "signed", bytes: 1 },
  U16: { kind: "unsigned", bytes: 2 },
  I16: { kind: "signed", bytes: 2 },
  U32: { kind: "unsigned", bytes: 4 },
  I32: { kind: "signed", bytes: 4 },
  U64: { kind: "unsigned", bytes: 8 },
  I64: { kind: "signed", bytes: 8 },
  F16: { kind: "float", bytes: 2 },
  BF16: { kind: "brain", bytes: 2 },
  F32: { kind: "float", bytes: 4 },
  F64: { kind: "float", bytes: 8 },
  C64: { kind: "complex", bytes: 8 },
};

interface Slot {
  readonly name: string;
  readonly stored: Stored;
  readonly shape: readonly number[];
  readonly size: number;
  /** Offsets from the end of the header. */
  readonly from: number;
  readonly to: number;
}

/**
 * The tensors by name, in the order of the header; `only` asks for one of them. Complaints name the byte: of the header (all of it counts as byte 8) or of the
 * data. Refused: what the specification forbids (holes, overlaps, sizes that differ from shapes, keys twice), dtypes of
 * 8-bit floats and smaller, integers beyond 2^53, tensors without entries.
 */
export function parseSafetensors(bytes: Uint8Array, only?: string): Outcome<ReadonlyMap<string, TensorData>> {
  return attempt(() => {
    const { slots, start } = contentsOf(bytes);
    const wanted = only === undefined ? slots : slots.filter(({ name }) => name === only);
    return new Map(
      wanted.map(({ name, stored, shape, size, from }) => {
        const source = { bytes, start: start + from, littleEndian: true, shift: 0 };
        return [name, { shape, entries: decode(stored, source, size), dtype: dtypeOf(stored) }];
      }),
    );
  });
}

/** Names of the tensors, in the order of the header. */
export function safetensorsNames(bytes: Uint8Array): Outcome<readonly string[]> {
  return attempt(() => contentsOf(bytes).slots.map(({ name }) => name));
}

/** The slots of the whole file, and where the first of them starts. */
function contentsOf(bytes: Uint8Array): { readonly slots: readonly Slot[]; readonly start: number } {
  if (bytes.length < 8) badByte(bytes.length, "the file ends before its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > LONGEST_HEADER) badByte(0, `the header has ${length} bytes; the limit is ${LONGEST_HEADER}`);
  const start = 8 + length;
  if (start > bytes.length) badByte(0, `the header has ${length} bytes, but only ${bytes.length - 8} follow`);
  const slots = slotsOf(headerOf(bytes.subarray(8, start)));
  checkCover(slots, start, bytes.length - start);
  return { slots, start };
}

function headerOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const { text, value } = jsonOf(bytes);
  if (!isRecord(value)) return badByte(8, "the header is no JSON object");
  const twice = duplicateKey(text);
  if (twice !== undefined) badByte(8, `the header has the key ${shown(twice.key)} twice`);
  return value;
}

function jsonOf(bytes: Uint8Array): { readonly text: string; readonly value: unknown } {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, value: JSON.parse(text) as unknown };
  } catch {
    return badByte(8, "the header is no JSON: this is no safetensors file, or it is damaged");
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function slotsOf(header: Readonly<Record<string, unknown>>): Slot[] {
  const slots: Slot[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") checkMetadata(value);
    else slots.push(slotOf(name, value));
  }
  if (slots.length === 0) badByte(8, "the file holds no tensor");
  return slots;
}

function checkMetadata(value: unknown): void {
  if (!isRecord(value) || !Object.values(value).every((text) => typeof text === "string"))
    badByte(8, "__metadata__ is no object of texts");
}

function slotOf(name: string, value: unknown): Slot {
  const refuse = (what: string): never => badByte(8, `tensor ${shown(name)} ${what}`);
  if (!isRecord(value)) return refuse("has no description");
  const { dtype, shape, data_offsets: offsets } = value;
  const extra = Object.keys(value).find((key) => !["dtype", "shape", "data_offsets"].includes(key));
  if (extra !== undefined) refuse(`has the unknown key ${shown(extra)}`);
  const stored = typeof dtype === "string" && Object.hasOwn(KINDS, dtype) ? KINDS[dtype] : undefined;
  if (stored === undefined) {
    const kinds = Object.keys(KINDS).join(" ");
    return badByte(8, `tensor ${shown(name)} has the dtype ${shownDtype(dtype)}`, `supported: ${kinds}`);
  }
  if (!isNaturals(shape)) return refuse("has no shape, a list of extents");
  if (!isNaturals(offsets)) return refuse("has no data_offsets, two counts of bytes");
  const [from = 0, to = 0, more] = offsets;
  if (offsets.length !== 2 || more !== undefined || from > to)
    return refuse("has no data_offsets, two counts of bytes");
  const size = sizeOfShape(shape, 8);
  if (size * stored.bytes !== to - from)
    refuse(
      `has the shape (${shape.join(", ")}), which needs ${size * stored.bytes} bytes, but ${to - from} are given`,
    );
  return { name, stored, shape, size, from, to };
}

function shownDtype(dtype: unknown): string {
  return typeof dtype === "string" ? `${shown(dtype)}, which is not supported` : "of no name";
}

function isNaturals(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((extent) => Number.isSafeInteger(extent) && extent >= 0);
}

/** The data of the tensors follow each other without holes or overlaps up to the end of the file. */
function checkCover(slots: readonly Slot[], start: number, length: number): void {
  let end = 0;
  for (const { name, from, to } of slots.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end)
      badByte(
        start + from,
        `tensor ${shown(name)} starts there, but the one before it ends at byte ${start + end}`,
      );
    if (to > length) badByte(start + length, `the file ends inside tensor ${shown(name)}`);
    end = to;
  }
  if (end !== length) badByte(start + end, `${length - end} bytes follow the last tensor`);
}
