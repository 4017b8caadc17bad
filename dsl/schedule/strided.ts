/** Contractions of matrices that lie in larger buffers: the axes of each buffer, and whether they fill it. */
import type { Loop, Step } from "./schedule.ts";

type Contraction = Extract<Step, { kind: "contract" }>;
type Axis = Pick<Loop, "extent"> & { readonly stride: number };

const BUFFERS = ["a", "b", "out"] as const;

/** Axes of a buffer in elements of it, those of one value left out. */
function axesOf(step: Contraction, buffer: (typeof BUFFERS)[number]): Axis[] {
  const { m, n, k, strided } = step;
  if (strided === undefined) return [];
  const rowsFirst = { a: [m, k], b: [k, n], out: [m, n] }[buffer] as [number, number];
  const turned = (buffer === "a" && step.formA === "km") || (buffer === "b" && step.formB === "nk");
  const [rows, columns] = turned ? rowsFirst.toReversed() : rowsFirst;
  return [
    ...strided.loops.map((loop) => ({ extent: loop.extent, stride: loop[buffer] })),
    { extent: rows ?? 1, stride: strided[buffer] },
    { extent: columns ?? 1, stride: 1 },
  ].filter(({ extent, stride }) => extent !== 1 && stride !== 0);
}

/** Where the axes of the step's buffers do not meet every element exactly once: a sentence; else undefined. `elements`: of a buffer. */
export function stridedFault(step: Contraction, elements: (buffer: number) => number): string | undefined {
  for (const buffer of BUFFERS) {
    let next = 1;
    for (const { extent, stride } of axesOf(step, buffer).sort((x, y) => x.stride - y.stride)) {
      if (stride !== next) return `axes of ${buffer}: expected one of stride ${next}, got ${stride}`;
      next *= extent;
    }
    if (next !== elements(step[buffer]))
      return `buffer ${step[buffer]} has ${elements(step[buffer])} elements, and the axes of ${buffer} meet ${next}`;
  }
  if (step.strided?.loops.some(({ extent, out }) => extent > 1 && out === 0) === true)
    return "a loop goes round the same result";
  return step.batch === 1 && step.shared === undefined ? undefined : "a batch beside the loops";
}
