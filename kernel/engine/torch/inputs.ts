/** The numbers of a job: one flat .npy file that every rank maps, reading what it needs of it. */
import { open, type FileHandle } from "node:fs/promises";
import { InvariantError, isComplex, type Dtype, type Entries } from "../../../dsl/core.ts";
import { layEntries } from "../entries.ts";

const DESCRIPTIONS = { float32: "<f4", float64: "<f8", complex64: "<c8", complex128: "<c16" } as const;

/** Elements that are converted at a time. */
const CHUNK = 2 ** 18;

/** Writes the file, and says where each tensor begins. Throws InvariantError for complex entries of a real dtype. */
export async function writeInputs(
  file: string,
  dtype: Dtype,
  entries: readonly Entries[],
  signal?: AbortSignal,
): Promise<number[]> {
  const { starts, elements } = layEntries(entries);
  const handle = await open(file, "w");
  // `writeFile` goes on where the last one ended, and unlike `write` it writes all or throws.
  try {
    // A network without a number would leave an array that cannot be mapped.
    await handle.writeFile(header(dtype, Math.max(1, elements)));
    if (elements === 0) await writeEntries(handle, dtype, { re: new Float64Array(1) }, signal);
    for (const own of starts.keys()) await writeEntries(handle, dtype, own, signal);
  } finally {
    await handle.close();
  }
  return entries.map((own) => starts.get(own) ?? 0);
}

/** Version 1 of the format; the data begins at a multiple of 64 bytes. */
function header(dtype: Dtype, elements: number): Buffer {
  const text = `{'descr': '${DESCRIPTIONS[dtype]}', 'fortran_order': False, 'shape': (${elements},), }`;
  const length = Math.ceil((text.length + 11) / 64) * 64 - 10;
  const head = Buffer.alloc(10 + length, " ", "latin1");
  head.write("\x93NUMPY\x01\x00", "latin1");
  head.writeUInt16LE(length, 8);
  head.write(text, 10, "latin1");
  head.write("\n", head.length - 1, "latin1");
  return head;
}

async function writeEntries(
  handle: FileHandle,
  dtype: Dtype,
  { re, im }: Entries,
  signal: AbortSignal | undefined,
): Promise<void> {
  const lanes = isComplex(dtype) ? 2 : 1;
  if (lanes === 1 && im?.some((part) => part !== 0) === true)
    throw new InvariantError(`expected real entries for ${dtype}, got complex ones`);
  for (let start = 0; start < re.length; start += CHUNK) {
    signal?.throwIfAborted();
    const end = Math.min(re.length, start + CHUNK);
    const numbers = single(dtype)
      ? new Float32Array(lanes * (end - start))
      : new Float64Array(lanes * (end - start));
    for (let at = start, to = 0; at < end; at += 1, to += lanes) {
      numbers[to] = re[at] as number;
      if (lanes === 2) numbers[to + 1] = im === undefined ? 0 : (im[at] as number);
    }
    await handle.writeFile(new Uint8Array(numbers.buffer));
  }
}

function single(dtype: Dtype): boolean {
  return dtype === "float32" || dtype === "complex64";
}
