/** The value of a run, read from the memory of rank 0. */
import { InvariantError, isComplex, type Schedule } from "../../dsl/core.ts";
import { floatBytes, widthOf } from "../tensor/floats.ts";
import type { SharedMemory } from "./rank.ts";
import type { TensorValue } from "./report.ts";
import { floatsOf } from "./steps.ts";
import { inTurns } from "./turns.ts";

export interface ReadValue {
  readonly value: TensorValue;
  /** Of all real and imaginary parts, in magnitude; not a number where one is none. */
  readonly largest: number;
}

/** The result, whole on rank 0, times two to the exponent, in the range of its dtype. Rejects with the signal's reason. */
export async function readValue(
  schedule: Schedule,
  { arenas, offsets }: SharedMemory,
  exponent: number,
  signal: AbortSignal | undefined,
): Promise<ReadValue> {
  const { open: labels, dtype, extents, buffers, result } = schedule;
  const shape = labels.map((label) => extents[label] ?? 1);
  const width = widthOf(dtype);
  const [start, elements] = [(offsets[result] ?? 0) * width, buffers[result]?.elements ?? 0];
  const arena = arenas[0];
  if (arena === undefined) throw new InvariantError("expected an arena of rank 0, got none");
  const floats = floatsOf(dtype, arena).subarray(start, start + elements * width);
  // In two factors, each of which is a number where the product is.
  const factors = [2 ** Math.trunc(exponent / 2), 2 ** (exponent - Math.trunc(exponent / 2))] as const;
  const scaled = (x: number): number => (x === 0 ? 0 : x * factors[0] * factors[1]);
  const rounded = floatBytes(dtype) === 4 ? Math.fround : (x: number): number => x;
  let largest = 0;
  const part = async (lane: number): Promise<Float64Array> => {
    const values = new Float64Array(elements);
    await inTurns(elements, signal, (begin, end) => {
      for (let element = begin, at = begin * width + lane; element < end; element += 1, at += width) {
        const x = rounded(scaled(floats[at] as number));
        values[element] = x;
        largest = Math.max(largest, Math.abs(x));
      }
    });
    return values;
  };
  const re = await part(0);
  const value = { labels, shape, dtype, re, ...(isComplex(dtype) ? { im: await part(1) } : {}) };
  return { value, largest };
}
