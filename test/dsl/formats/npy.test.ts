/** Arrays of NumPy. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseNpy } from "../../../dsl/formats/npy.ts";
import { bytesOf, HEADER, joined, npy, npyFile, plain, text, written } from "./bytes.ts";
import { complaints, isOrderly, valueOf } from "./outcome.ts";

test.each(written.npy)("reads what NumPy wrote: $name", ({ shape, re, im, base64 }) => {
  expect(plain(valueOf(parseNpy(bytesOf(base64))))).toEqual({ shape, re, ...(im !== undefined && { im }) });
});

test("gives each array the dtype that holds it", () => {
  const dtypes = Object.fromEntries(
    written.npy.map(({ name, base64 }) => [name, valueOf(parseNpy(bytesOf(base64))).dtype]),
  );
  expect(dtypes).toMatchObject({ "<f2": "float32", "<f4": "float32", ">f8": "float64", "<c8": "complex64" });
  expect(dtypes).toMatchObject({ ">c16": "complex128", "<i8": "float64", "|b1": "float64" });
});

test("reads bytes that do not start where their buffer does", () => {
  const { base64, re } = written.npy.find(({ name }) => name === "<f8") ?? { base64: "", re: [] };
  const shifted = joined(Uint8Array.of(1, 2, 3), bytesOf(base64)).subarray(3);
  expect(Array.from(valueOf(parseNpy(shifted)).entries.re)).toEqual(re);
});

test("reads a header as tightly or loosely written as Python allows", () => {
  expect(valueOf(parseNpy(npy(HEADER))).shape).toEqual([2]);
  expect(valueOf(parseNpy(npy(`{"shape":(1L , 2L),'fortran_order':True,"descr":"<f8"}`))).shape).toEqual([
    1, 2,
  ]);
});

test.each<readonly [string, Uint8Array, string]>([
  ["nothing", new Uint8Array(0), "byte 0: this is no .npy file"],
  ["text", text("1 2 3 4 5 6 7 8"), "byte 0: this is no .npy file"],
  ["the magic alone", joined(Uint8Array.of(0x93), text("NUMPY")), "byte 6: the file ends inside its header"],
  ["version 4", npy(HEADER, undefined, 4), "byte 6: version 4 of the format is not known; 1 to 3 are"],
  ["half a length", npy(HEADER, undefined, 2).subarray(0, 11), "byte 11: the file ends inside its header"],
  [
    "a header too long for the file",
    npy(HEADER).subarray(0, 30),
    "byte 8: the header has 58 bytes, but only 20 follow",
  ],
  [
    "a header of 4 GiB",
    joined(Uint8Array.of(0x93), text("NUMPY"), Uint8Array.of(2, 0, 255, 255, 255, 255)),
    "byte 8: the header has 4294967295 bytes; the limit is 65536",
  ],
  [
    "data cut off",
    npy(HEADER).subarray(0, -1),
    "byte 68: the shape (2) needs 16 bytes of data, but 15 follow",
  ],
  [
    "more data",
    joined(npy(HEADER), text("x")),
    "byte 68: the shape (2) needs 16 bytes of data, but 17 follow",
  ],
  ["no dictionary", npy("[1]"), "byte 10: arrays of structures cannot be read"],
  ["an open dictionary", npy("{'descr': '<f8'"), "byte 25: the header cannot be read from here"],
  [
    "a word for a value",
    npy(HEADER.replace("False", "None")),
    "byte 44: the header cannot be read from here",
  ],
  ["words after it", npy(`${HEADER}x`), "byte 68: the header cannot be read from here"],
  ["a key twice", npy(HEADER.replace("{", "{'descr': '<f4', ")), "byte 27: the header has descr twice"],
  ["an unknown key", npy(HEADER.replace("{", "{'x': True, ")), "byte 10: the header has the unknown key x"],
  ["no descr", npy(HEADER.replace("'descr': '<f8', ", "")), "byte 10: the header has no descr, a text"],
  [
    "no order",
    npy(HEADER.replace("False", "'F'")),
    "byte 10: the header has no fortran_order, True or False",
  ],
  ["no shape", npy(HEADER.replace("(2,)", "'2'")), "byte 10: the header has no shape, a tuple"],
  ["a negative extent", npy(HEADER.replace("(2,)", "(-2,)")), "byte 60: the header cannot be read from here"],
  ["a number for a shape", npy(HEADER.replace("(2,)", "(2)")), "byte 10: the shape (2) is no tuple"],
  ["no entries", npy(HEADER.replace("(2,)", "(2, 0)")), "byte 10: axis 1 has the extent 0"],
  [
    "a huge extent",
    npy(HEADER.replace("(2,)", "(99999999999999999999,)")),
    "byte 10: the shape has the extent 100000000000000000000, beyond 2^53",
  ],
  [
    "a huge shape",
    npy(HEADER.replace("(2,)", "(9007199254740991, 9007199254740991)")),
    "byte 10: the shape (9007199254740991, 9007199254740991) has more than 2^40 entries",
  ],
  [
    "many axes",
    npy(HEADER.replace("(2,)", `(${"1, ".repeat(65)})`)),
    "byte 10: the shape has 65 axes; the limit is 64",
  ],
  ["long doubles", npy(HEADER.replace("<f8", "<f16")), 'byte 10: the dtype "<f16" is not supported'],
  ["no byte order", npy(HEADER.replace("<f8", "|f8")), 'byte 10: the dtype "|f8" is not supported'],
  [
    "the name of a method",
    npy(HEADER.replace("<f8", "<toString")),
    'byte 10: the dtype "<toString" is not supported',
  ],
  ["a truth value 2", npy(HEADER.replace("<f8", "|b1"), Uint8Array.of(1, 2)), "byte 69: 2 is no truth value"],
  [
    "objects",
    bytesOf(written.refused["objects"] ?? ""),
    'byte 10: the dtype "|O" is not supported: Python objects cannot be read',
  ],
  [
    "texts",
    bytesOf(written.refused["texts"] ?? ""),
    'byte 10: the dtype "<U1" is not supported: texts are no tensor',
  ],
  [
    "structures",
    bytesOf(written.refused["structures"] ?? ""),
    "byte 20: arrays of structures cannot be read",
  ],
  ["empty arrays", bytesOf(written.refused["empty"] ?? ""), "byte 10: axis 1 has the extent 0"],
  [
    "2^60",
    bytesOf(written.refused["large integer"] ?? ""),
    "byte 128: the integer 1152921504606846976 is beyond 2^53",
  ],
])("refuses %s", (_, bytes, message) => {
  const found = complaints(parseNpy(bytes));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(message);
});

test("any header is read or refused", () => {
  const pieces = fc.constantFrom(
    "{",
    "}",
    "'descr'",
    "'shape'",
    "'fortran_order'",
    ":",
    ",",
    "'<f8'",
    "True",
    "(2,)",
    "()",
    "(",
    "1",
    " ",
    "[",
  );
  fc.assert(
    fc.property(fc.array(pieces), (list) => isOrderly(parseNpy(npy(list.join(""))), Infinity)),
    { numRuns: 2000 },
  );
});

test("float64 as this computer has it is not copied; a small part of a large file is", () => {
  const whole = npyFile("<f8", [100], new Array<number>(100).fill(1.5));
  expect(valueOf(parseNpy(whole)).entries.re.buffer).toBe(whole.buffer);
  const large = new Uint8Array(10_000);
  large.set(whole, 8);
  const part = valueOf(parseNpy(large.subarray(8, 8 + whole.length))).entries.re;
  expect(part.buffer).not.toBe(large.buffer);
  expect(Array.from(part)).toEqual(new Array<number>(100).fill(1.5));
});
