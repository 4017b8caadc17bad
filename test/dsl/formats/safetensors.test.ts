/** Safetensors files. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSafetensors } from "../../../dsl/formats/safetensors.ts";
import { bytesOf, joined, plain, text, written } from "./bytes.ts";
import { complaints, isOrderly, valueOf } from "./outcome.ts";

test("reads what safetensors wrote", () => {
  const tensors = valueOf(parseSafetensors(bytesOf(written.safetensors.base64)));
  expect(Object.fromEntries([...tensors].map(([name, tensor]) => [name, plain(tensor)]))).toEqual(
    written.safetensors.tensors,
  );
});

function safetensors(header: unknown, data = new Uint8Array(8)): Uint8Array<ArrayBuffer> {
  const json = text(typeof header === "string" ? header : JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  return joined(length, json, data);
}

const slot = (more: object = {}): object => ({ dtype: "F32", shape: [2], data_offsets: [0, 8], ...more });

test("reads bfloat16, padding and an unnamed tensor", () => {
  const bytes = safetensors(
    '{"":{"dtype":"BF16","shape":[],"data_offsets":[0,2]}}   ',
    Uint8Array.of(0x49, 0xc0),
  );
  expect(valueOf(parseSafetensors(bytes)).get("")).toMatchObject({
    shape: [],
    entries: { re: Float64Array.of(-3.140625) },
  });
});

test.each<readonly [string, Uint8Array, string]>([
  ["nothing", new Uint8Array(0), "byte 0: the file ends before its header"],
  [
    "a header of 2^63 bytes",
    Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128),
    "byte 0: the header has 9223372036854776000 bytes; the limit is 100000000",
  ],
  [
    "a header too long for the file",
    Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 1),
    "byte 0: the header has 9 bytes, but only 1 follow",
  ],
  ["no JSON", safetensors("{"), "byte 8: the header is no JSON"],
  ["no UTF-8", Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 255), "byte 8: the header is no JSON"],
  ["a list", safetensors([]), "byte 8: the header is no JSON object"],
  ["no tensor", safetensors({ __metadata__: {} }), "byte 8: the file holds no tensor"],
  [
    "metadata of numbers",
    safetensors({ __metadata__: { a: 1 } }),
    "byte 8: __metadata__ is no object of texts",
  ],
  [
    "a name twice",
    safetensors('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":0}'),
    "byte 8: the header has the key a twice",
  ],
  ["a number", safetensors({ a: 1 }), "byte 8: tensor a has no description"],
  ["an unknown key", safetensors({ a: slot({ x: 1 }) }), "byte 8: tensor a has the unknown key x"],
  [
    "small floats",
    safetensors({ a: slot({ dtype: "F8_E4M3" }) }),
    "byte 8: tensor a has the dtype F8_E4M3, which is not supported",
  ],
  [
    "a method's name",
    safetensors({ a: slot({ dtype: "valueOf" }) }),
    "byte 8: tensor a has the dtype valueOf, which is not supported",
  ],
  ["no dtype", safetensors({ a: slot({ dtype: 4 }) }), "byte 8: tensor a has the dtype of no name"],
  [
    "a negative extent",
    safetensors({ a: slot({ shape: [-2] }) }),
    "byte 8: tensor a has no shape, a list of extents",
  ],
  [
    "half an extent",
    safetensors({ a: slot({ shape: [0.5] }) }),
    "byte 8: tensor a has no shape, a list of extents",
  ],
  [
    "a huge shape",
    safetensors({ a: slot({ shape: [2 ** 40, 2 ** 40] }) }),
    "byte 8: the shape (1099511627776, 1099511627776) has more than 2^40 entries",
  ],
  [
    "no entries",
    safetensors({ a: slot({ shape: [0], data_offsets: [0, 0] }) }),
    "byte 8: axis 0 has the extent 0",
  ],
  [
    "a wrong size",
    safetensors({ a: slot({ shape: [3] }) }),
    "byte 8: tensor a has the shape (3), which needs 12 bytes, but 8 are given",
  ],
  [
    "offsets turned round",
    safetensors({ a: slot({ data_offsets: [8, 0] }) }),
    "byte 8: tensor a has no data_offsets",
  ],
  [
    "three offsets",
    safetensors({ a: slot({ data_offsets: [0, 8, 9] }) }),
    "byte 8: tensor a has no data_offsets",
  ],
  [
    "one offset",
    safetensors({ a: slot({ data_offsets: [0] }) }),
    "byte 8: tensor a has no data_offsets, two counts of bytes",
  ],
  [
    "a hole",
    safetensors({ a: slot({ data_offsets: [4, 12] }) }, new Uint8Array(12)),
    "tensor a starts there, but the one before it ends at byte 63",
  ],
  [
    "an overlap",
    safetensors({ a: slot(), b: slot({ data_offsets: [4, 12] }) }, new Uint8Array(12)),
    "tensor b starts there, but the one before it ends",
  ],
  ["data cut off", safetensors({ a: slot() }, new Uint8Array(7)), "the file ends inside tensor a"],
  ["more data", safetensors({ a: slot() }, new Uint8Array(9)), "1 bytes follow the last tensor"],
  [
    "an integer beyond 2^53",
    safetensors({ a: slot({ dtype: "U64", shape: [1] }) }, new Uint8Array(8).fill(255)),
    "the integer 18446744073709551615 is beyond 2^53",
  ],
])("refuses %s as safetensors", (_, bytes, message) => {
  const found = complaints(parseSafetensors(bytes));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(message);
});

test("any header is read or refused", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const described = slot({ shape: value, data_offsets: value, dtype: value });
      const header = { a: slot(), b: value, __metadata__: value, c: described };
      return isOrderly(parseSafetensors(safetensors(header)), Infinity);
    }),
    { numRuns: 2000 },
  );
});
