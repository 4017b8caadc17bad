/** Plans of copies between strided views, in the form in which the module reads them. */
import type { Dtype } from "../../../dsl/index.ts";
import { floatBytes, widthOf } from "../floats.ts";
import type { View } from "../strided.ts";

export interface CopyPlan {
  /** Bytes of an element, number of axes; then by axis, slowest first: extent, bytes of a step in the output, in the input. */
  readonly words: Uint32Array;
}

/** Most words of a plan. */
export const PLAN_WORDS = 4096;

export function planCopy({ extents, strides }: View, dtype: Dtype): CopyPlan {
  const bytes = widthOf(dtype) * floatBytes(dtype);
  let to = bytes;
  const axes = extents
    .map((extent, axis) => ({ extent, from: (strides[axis] ?? 0) * bytes }))
    .reverse()
    .map(({ extent, from }) => {
      const own = [extent, to, from];
      to *= extent;
      return own;
    })
    .reverse();
  return { words: Uint32Array.from([bytes, axes.length, ...axes.flat()]) };
}
