/** NumPy's `.npz` files: named arrays in a zip archive. */
import type { Outcome } from "../base/diagnostic.ts";
import type { TensorData } from "./elements.ts";
import { attempt, badByte, shown } from "./mistake.ts";
import { npyOf } from "./npy.ts";
import { membersOf, MOST_BYTES, type Inflate } from "./zip.ts";

/**
 * The arrays by name, without the `.npy` of the members, in the order of the file. Refused, with a byte of the archive (of
 * a deflated member: where its data start): what `parseNpy` refuses, members that are no `.npy`, damaged or hostile archives.
 */
export function parseNpz(
  bytes: Uint8Array,
  inflate: Inflate,
  most = MOST_BYTES,
): Outcome<ReadonlyMap<string, TensorData>> {
  return attempt(() => {
    const arrays = new Map<string, TensorData>();
    for (const { name, bytes: member, start } of membersOf(bytes, inflate, most)) {
      if (!name.endsWith(".npy")) badByte(start, `the archive holds ${shown(name)}, which is no .npy`);
      arrays.set(name.slice(0, -4), npyOf(member, start));
    }
    if (arrays.size === 0) badByte(0, "the archive holds no array");
    return arrays;
  });
}
