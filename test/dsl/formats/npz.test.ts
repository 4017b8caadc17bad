/** Archives of NumPy, and any tensor file that was damaged. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseNpy } from "../../../dsl/formats/npy.ts";
import { parseNpz } from "../../../dsl/formats/npz.ts";
import { parseSafetensors } from "../../../dsl/formats/safetensors.ts";
import { crc32 } from "../../../dsl/formats/zip.ts";
import { bytesOf, HEADER, inflate, joined, npy, text, written, zip } from "./bytes.ts";
import { complaints, valueOf } from "./outcome.ts";

test.each(["stored", "deflated"] as const)("reads %s archives of NumPy", (kind) => {
  const arrays = valueOf(parseNpz(bytesOf(written.npz[kind]), inflate));
  expect([...arrays.keys()]).toEqual(["A", "B", "T0"]);
  expect(arrays.get("A")?.shape).toEqual([2, 3]);
  expect(Array.from(arrays.get("A")?.entries.re ?? [])).toEqual([1, -2, 3, 4, 5, -6]);
  expect(arrays.get("T0")).toEqual({
    shape: [],
    entries: { re: Float64Array.of(0), im: Float64Array.of(1) },
    dtype: "complex128",
  });
});

test("checksums are those of the specification's example", () => {
  expect(crc32(text("123456789"))).toBe(0xcbf43926);
});

const one = { name: "A.npy", data: npy(HEADER) };
const archive = zip([one]);
const zeros = new Uint8Array(1_000_000);

test("reads an archive with a comment", () => {
  expect([
    ...valueOf(parseNpz(zip([one, { ...one, name: "B.npy", method: 8 }], "PK\x05\x06"), inflate)).keys(),
  ]).toEqual(["A", "B"]);
});

test.each<readonly [string, Uint8Array, string]>([
  ["nothing", new Uint8Array(0), "byte 0: this is no zip archive, or it is cut off"],
  ["an array alone", npy(HEADER), "byte 0: this is no zip archive, or it is cut off"],
  ["its end cut off", archive.subarray(0, -1), "byte 0: this is no zip archive, or it is cut off"],
  ["its start cut off", archive.subarray(1), "byte 169: the directory is not where its end says"],
  ["an empty archive", zip([]), "byte 0: the archive holds no array"],
  [
    "another file",
    zip([{ name: "a.txt", data: text("a") }]),
    "byte 35: the archive holds a.txt, which is no .npy",
  ],
  ["a name twice", zip([one, one]), "byte 289: the archive has A.npy twice"],
  ["a damaged array", zip([{ name: "A.npy", data: text("no array") }]), "byte 35: this is no .npy file"],
  ["a wrong checksum", zip([{ ...one, crc: 1 }]), "byte 35: A.npy is damaged: its checksum differs"],
  ["an encrypted member", zip([{ ...one, flags: 1 }]), "byte 119: A.npy is encrypted"],
  ["another method", zip([{ ...one, method: 12 }]), "byte 119: A.npy is packed by method 12"],
  ["two sizes", zip([{ ...one, size: 4 }]), "byte 119: A.npy is stored as it is, but has two sizes: 84, 4"],
  ["zip64", zip([{ ...one, size: 0xffffffff }]), "byte 119: archives of zip64 form"],
  ["an impossible size", zip([{ ...one, method: 8, size: 1_000_000 }]), "A.npy cannot unpack from"],
  [
    "a smaller size than it has",
    zip([{ name: "A.npy", data: zeros, method: 8, size: 100 }]),
    "A.npy is damaged: it does not unpack to the 100 bytes",
  ],
  [
    "a larger size than it has",
    zip([{ name: "A.npy", data: zeros, method: 8, size: 1_000_001 }]),
    "A.npy unpacks to 1000000 bytes, but should have 1000001",
  ],
  [
    "more than the limit",
    zip([1, 2, 3].map((k) => ({ name: `${k}.npy`, data: zeros, method: 8 }))),
    "3.npy and what is before it unpack to more than 2500000 bytes",
  ],
  [
    "members on one place",
    zip([one, { ...one, name: "B.npy", header: 0 }]),
    "byte 0: B.npy overlaps another member",
  ],
  ["a header out of place", zip([{ ...one, header: 3 }]), "byte 3: A.npy has no header there"],
  [
    "a header beyond the end",
    zip([{ ...one, header: 4_000_000_000 }]),
    "byte 4000000000: A.npy has no header there",
  ],
])("refuses %s in an archive", (_, bytes, message) => {
  const found = complaints(parseNpz(bytes, inflate, { most: 2_500_000 }));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(message);
});

const seeds = [
  ...written.npy.map(({ base64 }) => bytesOf(base64)),
  ...Object.values(written.npz).map(bytesOf),
  bytesOf(written.safetensors.base64),
];

test("any bytes are read or refused, whatever is changed in a good file", () => {
  const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), to: fc.nat(255) });
  fc.assert(
    fc.property(
      fc.constantFrom(...seeds),
      fc.array(change, { maxLength: 4 }),
      fc.nat(100),
      fc.uint8Array(),
      (seed, changes, cut, more) => {
        const bytes = joined(
          seed.subarray(0, cut < 30 ? Math.floor((seed.length * cut) / 30) : seed.length),
          cut % 3 === 0 ? more : new Uint8Array(0),
        );
        for (const { at, to } of changes) bytes[Math.floor(at * bytes.length)] = to;
        return [
          parseNpy(bytes),
          parseNpz(bytes, inflate, { most: 1_000_000 }),
          parseSafetensors(bytes),
        ].every((outcome) => outcome.ok || outcome.diagnostics.length === 1);
      },
    ),
    { numRuns: 5000 },
  );
});
