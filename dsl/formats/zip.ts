/** Zip archives as NumPy writes them: stored or deflated members, one disk, no encryption. */
import { badByte, Mistake, shown } from "./mistake.ts";

/**
 * Undoes deflate (RFC 1951, no wrapper): at most `most` bytes. May throw anything on damaged or longer data; given by the
 * caller, since the language has no runtime library.
 */
export type Inflate = (bytes: Uint8Array, most: number) => Uint8Array;

/** Bytes of all members together, unless the caller says otherwise. */
export const MOST_BYTES = 2 ** 32;

/** Deflate makes at most 1032 bytes of one. */
const DENSEST = 1032;

export interface Member {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Where its data start in the archive. */
  readonly start: number;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly header: number;
  /** Where its record in the directory starts. */
  readonly at: number;
}

export interface MemberOptions {
  /** Bytes that all members may unpack to. */
  readonly most?: number;
  /** The one member that is wanted; the others are not unpacked. */
  readonly only?: string;
}

/** Names of the members, in the order of the directory. Throws Mistake as `membersOf`. */
export function memberNames(bytes: Uint8Array): readonly string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return directoryOf(bytes, view).map(({ name }) => name);
}

/**
 * Members in the order of the directory. Throws Mistake: no zip archive, zip64 or split or encrypted archives, members that
 * overlap or share a name, sizes that are not those of the data, damaged data, more than `most` bytes in all.
 */
export function* membersOf(
  bytes: Uint8Array,
  inflate: Inflate,
  { most = MOST_BYTES, only }: MemberOptions = {},
): Generator<Member> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = directoryOf(bytes, view);
  let left = most;
  for (const { name, size, at } of entries) {
    left -= size;
    if (left < 0) badByte(at, `${shown(name)} and what is before it unpack to more than ${most} bytes`);
  }
  const starts = startsOf(entries, view);
  for (const [position, entry] of entries.entries()) {
    if (only !== undefined && entry.name !== only) continue;
    const start = starts[position] ?? 0;
    const packed = bytes.subarray(start, start + entry.packed);
    const unpacked = entry.method === 0 ? packed : inflated(entry, packed, start, inflate);
    if (crc32(unpacked) !== entry.crc)
      badByte(start, `${shown(entry.name)} is damaged: its checksum differs`);
    yield { name: entry.name, bytes: unpacked, start };
  }
}

function inflated({ name, size }: Entry, packed: Uint8Array, start: number, inflate: Inflate): Uint8Array {
  let unpacked: Uint8Array;
  try {
    unpacked = inflate(packed, size);
  } catch (error) {
    if (error instanceof Mistake) throw error;
    return badByte(
      start,
      `${shown(name)} is damaged: it does not unpack to the ${size} bytes that it should have`,
    );
  }
  if (unpacked.length !== size)
    badByte(start, `${shown(name)} unpacks to ${unpacked.length} bytes, but should have ${size}`);
  return unpacked;
}

/** Where the directory's end record lies: it may be followed by a comment of at most 65,535 bytes. */
function endOf(bytes: Uint8Array, view: DataView): number {
  const first = Math.max(0, bytes.length - 22 - 65_535);
  for (let at = bytes.length - 22; at >= first; at -= 1)
    if (view.getUint32(at, true) === 0x06054b50 && at + 22 + view.getUint16(at + 20, true) === bytes.length)
      return at;
  return badByte(0, "this is no zip archive, or it is cut off: it has no directory at its end");
}

function directoryOf(bytes: Uint8Array, view: DataView): Entry[] {
  const end = endOf(bytes, view);
  const count = view.getUint16(end + 10, true);
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count)
    badByte(end, "archives of several parts cannot be read");
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff)
    badByte(end, "archives of zip64 form, beyond 4 GiB, cannot be read");
  if (at + view.getUint32(end + 12, true) !== end) badByte(end, "the directory is not where its end says");
  const entries: Entry[] = [];
  const names = new Set<string>();
  for (let k = 0; k < count; k += 1) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) badByte(at, "the directory is damaged");
    const next =
      at + 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) badByte(at, "the directory is damaged");
    const entry = entryOf(bytes, view, at);
    if (names.has(entry.name)) badByte(at, `the archive has ${shown(entry.name)} twice`);
    names.add(entry.name);
    entries.push(entry);
    at = next;
  }
  if (at !== end) badByte(at, "the directory is damaged");
  return entries;
}

function entryOf(bytes: Uint8Array, view: DataView, at: number): Entry {
  const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + view.getUint16(at + 28, true)));
  const method = view.getUint16(at + 10, true);
  const [crc, packed, size] = [16, 20, 24].map((offset) => view.getUint32(at + offset, true)) as [
    number,
    number,
    number,
  ];
  const header = view.getUint32(at + 42, true);
  if ((view.getUint16(at + 8, true) & 1) !== 0) badByte(at, `${shown(name)} is encrypted`);
  if (method !== 0 && method !== 8)
    badByte(at, `${shown(name)} is packed by method ${method}; stored and deflated members can be read`);
  if ([packed, size, header].includes(0xffffffff))
    badByte(at, "archives of zip64 form, beyond 4 GiB, cannot be read");
  if (method === 0 && packed !== size)
    badByte(at, `${shown(name)} is stored as it is, but has two sizes: ${packed}, ${size}`);
  if (size > DENSEST * packed) badByte(at, `${shown(name)} cannot unpack from ${packed} to ${size} bytes`);
  return { name, method, crc, packed, size, header, at };
}

/** Where the data of each member start; members must not overlap, or small archives could unpack to huge ones. */
function startsOf(entries: readonly Entry[], view: DataView): number[] {
  const directory = entries[0]?.at ?? 0;
  const starts = entries.map(({ name, header, packed }) => {
    const fits = header + 30 <= directory && view.getUint32(header, true) === 0x04034b50;
    if (!fits) badByte(header, `${shown(name)} has no header there`);
    const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
    if (start + packed > directory) badByte(header, `${shown(name)} reaches beyond the data of the archive`);
    return start;
  });
  const order = entries
    .map((_, k) => k)
    .sort((a, b) => (entries[a]?.header ?? 0) - (entries[b]?.header ?? 0));
  order.slice(1).forEach((k, position) => {
    const before = order[position] ?? 0;
    const endBefore = (starts[before] ?? 0) + (entries[before]?.packed ?? 0);
    const { header, name } = entries[k] as Entry;
    if (header < endBefore) badByte(header, `${shown(name)} overlaps another member`);
  });
  return starts;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** The checksum of zip archives, from 0 to 2^32 - 1. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let at = 0; at < bytes.length; at += 1)
    crc = ((crcTable[(crc ^ (bytes[at] as number)) & 255] as number) ^ (crc >>> 8)) >>> 0;
  return (crc ^ 0xffffffff) >>> 0;
}
