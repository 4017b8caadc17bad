/** Tensor files that NumPy and safetensors themselves wrote, and bytes for those that strangers may write. */
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import type { TensorData } from "../../../dsl/formats/elements.ts";

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
