/** NumPy's `.npz` files: named arrays in a zip archive. */
import type { Outcome } from "../base/diagnostic.ts";
import type { TensorData } from "./elements.ts";
import { attempt, badByte, shown } from "./mistake.ts";
import { npyOf } from "./npy.ts";
import { memberNames, membersOf, type Inflate, type MemberOptions } from "./zip.ts";

/** Names of the arrays, in the order of the file. */
export function npzNames(bytes: Uint8Array): Outcome<readonly string[]> {
  return attempt(() => memberNames(bytes).map((name) => name.replace(/\.npy$/, "")));
}

/**
 * The arrays by name, without the `.npy` of the members, in the order of the file; `only` asks for one of them. Refused, with a byte of the archive (of
 * a deflated member: where its data start): what `parseNpy` refuses, members that are no `.npy`, damaged or hostile archives.
 */
export function parseNpz(
  bytes: Uint8Array,
  inflate: Inflate,
  { most, only }: MemberOptions = {},
): Outcome<ReadonlyMap<string, TensorData>> {
  return attempt(() => {
    const arrays = new Map<string, TensorData>();
    const options = {
      ...(most !== undefined && { most }),
      ...(only !== undefined && { only: `${only}.npy` }),
    };
    for (const { name, bytes: member, start } of membersOf(bytes, inflate, options)) {
      if (!name.endsWith(".npy")) badByte(start, `the archive holds ${shown(name)}, which is no .npy`);
      arrays.set(name.slice(0, -4), npyOf(member, start));
    }
    if (arrays.size === 0) badByte(0, "the archive holds no array");
    return arrays;
  });
}
