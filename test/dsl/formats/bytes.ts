/** Tensor files that NumPy and safetensors themselves wrote, and bytes for those that strangers may write. */
import { readFileSync } from "node:fs";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { TensorData } from "../../../dsl/formats/elements.ts";
import { crc32 } from "../../../dsl/formats/zip.ts";

export interface Written {
  readonly shape: readonly number[];
  readonly re: readonly number[];
  readonly im?: readonly number[];
}

export const written = JSON.parse(readFileSync(new URL("numpy.json", import.meta.url), "utf8")) as {
  readonly npy: readonly (Written & { readonly name: string; readonly base64: string })[];
  readonly npz: { readonly stored: string; readonly deflated: string };
  readonly safetensors: { readonly base64: string; readonly tensors: Readonly<Record<string, Written>> };
  readonly refused: Readonly<Record<string, string>>;
};

export const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(base64, "base64"));
export const text = (ascii: string): Uint8Array => new TextEncoder().encode(ascii);
export const joined = (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.concat(parts));
export const inflate = (bytes: Uint8Array, most: number): Uint8Array =>
  new Uint8Array(inflateRawSync(bytes, { maxOutputLength: Math.max(1, most) }));

export function plain({ shape, entries }: TensorData): Written {
  const re = Array.from(entries.re);
  return entries.im === undefined ? { shape, re } : { shape, re, im: Array.from(entries.im) };
}

export const HEADER = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n";

export function npy(header: string, data = new Uint8Array(16), version = 1): Uint8Array<ArrayBuffer> {
  const length = new Uint8Array(version === 1 ? 2 : 4);
  length[0] = header.length & 255;
  length[1] = header.length >> 8;
  return joined(Uint8Array.of(0x93), text("NUMPY"), Uint8Array.of(version, 0), length, text(header), data);
}

interface Member {
  readonly name: string;
  readonly data: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly size?: number;
  readonly crc?: number;
  /** Where its header is said to be. */
  readonly header?: number;
}

/** A zip archive, byte by byte after its specification. */
export function zip(members: readonly Member[], comment = ""): Uint8Array<ArrayBuffer> {
  const record = (length: number, fields: readonly (readonly [number, number, 2 | 4])[]): Uint8Array => {
    const bytes = new Uint8Array(length);
    const view = new DataView(bytes.buffer);
    for (const [at, value, width] of fields)
      if (width === 2) view.setUint16(at, value, true);
      else view.setUint32(at, value, true);
    return bytes;
  };
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, data, method = 0, flags = 0, ...said } of members) {
    const packed = method === 8 ? new Uint8Array(deflateRawSync(data)) : data;
    const [size, crc] = [said.size ?? data.length, said.crc ?? crc32(data)];
    const label = text(name);
    const common = [method, 0, crc, packed.length, size, label.length] as const;
    const local = record(30, [
      [0, 0x04034b50, 4],
      [8, common[0], 2],
      [14, crc, 4],
      [18, common[3], 4],
      [22, size, 4],
      [26, label.length, 2],
    ]);
    directory.push(
      record(46, [
        [0, 0x02014b50, 4],
        [8, flags, 2],
        [10, method, 2],
        [16, crc, 4],
        [20, packed.length, 4],
        [24, size, 4],
        [28, label.length, 2],
        [42, said.header ?? at, 4],
      ]),
      label,
    );
    parts.push(local, label, packed);
    at += 30 + label.length + packed.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const end = record(22, [
    [0, 0x06054b50, 4],
    [8, members.length, 2],
    [10, members.length, 2],
    [12, length, 4],
    [16, at, 4],
    [20, comment.length, 2],
  ]);
  return joined(...parts, ...directory, end, text(comment));
}

/** A file as NumPy writes it, of little-endian numbers, row-major. */
export function npyFile(
  descr: "<f4" | "<f8" | "<c8" | "<c16",
  shape: readonly number[],
  numbers: readonly number[],
): Uint8Array<ArrayBuffer> {
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.map((extent) => `${extent}, `).join("")}), }`;
  const blanks = " ".repeat(63 - ((10 + dict.length) % 64));
  const single = descr === "<f4" || descr === "<c8";
  const data = single ? Float32Array.from(numbers) : Float64Array.from(numbers);
  return npy(`${dict}${blanks}\n`, new Uint8Array(data.buffer));
}

/** An archive as `numpy.savez` writes it. */
export function npzFile(arrays: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  return zip(Object.entries(arrays).map(([name, data]) => ({ name: `${name}.npy`, data })));
}

/** Tensors of float64 by name, each with its shape. */
export function safetensorsFile(
  tensors: Readonly<Record<string, readonly [shape: readonly number[], numbers: readonly number[]]>>,
): Uint8Array<ArrayBuffer> {
  let end = 0;
  const header: Record<string, object> = {};
  for (const [name, [shape, numbers]] of Object.entries(tensors)) {
    header[name] = { dtype: "F64", shape, data_offsets: [end, end + 8 * numbers.length] };
    end += 8 * numbers.length;
  }
  const json = text(JSON.stringify(header));
  const length = new BigUint64Array([BigInt(json.length)]);
  const data = Object.values(tensors).map(([, numbers]) => new Uint8Array(Float64Array.from(numbers).buffer));
  return joined(new Uint8Array(length.buffer), json, ...data);
}
