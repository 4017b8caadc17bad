/**
 * Memory in large pages, of 2 MiB instead of 4 KiB, where the system and koffi give them: permutations and products of large tensors
 * then rarely wait for the processor to find a page. numpy asks for the same.
 */
import { addressOf, hasKoffi, koffi } from "../tensor/blas/koffi.ts";

/** Of a smaller memory little is used, and a large page is cleared as a whole where one byte of it is. */
const FEWEST_BYTES = 2 ** 25;

/** MADV_HUGEPAGE of Linux, whose madvise takes an address, bytes and advice. */
const HUGE = 14;
type Advise = (address: number, bytes: number, advice: number) => number;

let known: Advise | undefined;

/** Nothing is the matter where it cannot be had. */
export function askForLargePages({ buffer }: WebAssembly.Memory): void {
  if (buffer.byteLength >= FEWEST_BYTES) advise()(addressOf(buffer), buffer.byteLength, HUGE);
}

function advise(): Advise {
  return (known ??= bound() ?? (() => 0));
}

/** Undefined where there is no koffi, or no such call among those of the process. */
function bound(): Advise | undefined {
  if (process.platform !== "linux" || !hasKoffi()) return undefined;
  try {
    return koffi().load(null).func("madvise", "int", ["uint64_t", "uint64_t", "int"]) as Advise;
  } catch {
    return undefined;
  }
}
