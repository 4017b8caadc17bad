/**
 * Copies between strided views. The plan's words lie at `plan`: bytes of an element, number of axes, then for each axis, slowest
 * first, its extent and the bytes of one step in the output and in the input.
 */
export function copyPart(out: usize, from: usize, plan: usize): void {
  copyAxes(out, from, plan + 8, load<u32>(plan, 4), load<u32>(plan));
}

function copyAxes(out: usize, from: usize, axis: usize, axes: u32, bytes: u32): void {
  if (axes === 0) {
    memory.copy(out, from, bytes);
    return;
  }
  const extent = load<u32>(axis);
  const to = load<u32>(axis, 4);
  const step = load<u32>(axis, 8);
  for (let value: u32 = 0; value < extent; value++, out += to, from += step)
    copyAxes(out, from, axis + 12, axes - 1, bytes);
}
