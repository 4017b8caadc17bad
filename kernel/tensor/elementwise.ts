/** Batches of products of single elements, or of one with a few: no matrix is in them, and memory is what they wait for. */
import type { Floats, Width } from "./floats.ts";
import { eachProduct, type Product } from "./product.ts";

/** Whether every product of the batch is of one element with one other. */
export function isElementwise({ batch, m, n, k, shared, strided }: Product): boolean {
  return batch > 1 && m * n * k === 1 && shared === undefined && strided === undefined;
}

/** out[i] := a[i] * b[i], rounded once; the same bits where a and b change places. */
export function multiplyElements(out: Floats, a: Floats, b: Floats, width: Width): void {
  if (width === 2) multiplyComplex(out, a, b);
  else multiplyReal(out, a, b);
}

function multiplyReal(out: Floats, a: Floats, b: Floats): void {
  const { length } = out;
  for (let lane = 0; lane < length; lane += 1) out[lane] = (a[lane] as number) * (b[lane] as number);
}

function multiplyComplex(out: Floats, a: Floats, b: Floats): void {
  const { length } = out;
  for (let re = 0; re < length; re += 2) {
    const aRe = a[re] as number;
    const aIm = a[re + 1] as number;
    const bRe = b[re] as number;
    const bIm = b[re + 1] as number;
    out[re] = aRe * bRe - aIm * bIm;
    out[re + 1] = aRe * bIm + aIm * bRe;
  }
}

/** Elements that one is multiplied with, below which a call of a kernel takes longer. */
const MOST_SCALED = 64;

/** Whether each of many products with gaps between them is of one element with a few. */
export function isScaling({ m, n, k, strided }: Product): boolean {
  return (
    strided !== undefined && strided.loops.length > 0 && k * Math.min(m, n) === 1 && m * n <= MOST_SCALED
  );
}

/** Of one operand a few elements, so far apart there and in the result. */
interface Row {
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

/** For products that are `isScaling`: out[i, j] := a[i, j] * b[i], or the other way round; rounded once. */
export function multiplyScaled(out: Floats, a: Floats, b: Floats, product: Product, width: Width): void {
  const { m, n, formA, formB, strided } = product;
  if (strided === undefined) return;
  const { loops } = strided;
  if (n === 1) {
    const row = { length: m, from: formA === "mk" ? strided.a : 1, to: strided.out };
    scale({ out, rows: a, factors: b }, { loops, row, width });
    return;
  }
  const turned = loops.map((loop) => ({ ...loop, a: loop.b, b: loop.a }));
  const row = { length: n, from: formB === "kn" ? 1 : strided.b, to: 1 };
  scale({ out, rows: b, factors: a }, { loops: turned, row, width });
}

interface Operands {
  readonly out: Floats;
  readonly rows: Floats;
  readonly factors: Floats;
}

interface Scaling {
  readonly loops: NonNullable<Product["strided"]>["loops"];
  readonly row: Row;
  readonly width: Width;
}

/** In the order of the loops; the last of them is gone through here. */
function scale(operands: Operands, { loops, row, width }: Scaling): void {
  const last = loops.at(-1) ?? { extent: 1, a: 0, b: 0, out: 0 };
  const one = width === 2 ? scaleComplex : scaleReal;
  eachProduct({ loops: loops.slice(0, -1) }, (read, factor, write) => {
    for (let value = 0; value < last.extent; value += 1) {
      one(operands, row, read, factor, write);
      read += last.a;
      factor += last.b;
      write += last.out;
    }
  });
}

type Scale = (operands: Operands, row: Row, read: number, factor: number, write: number) => void;

const scaleReal: Scale = ({ out, rows, factors }, { length, from, to }, read, factor, write) => {
  const by = factors[factor] as number;
  for (let at = 0; at < length; at += 1) out[write + at * to] = (rows[read + at * from] as number) * by;
};

const scaleComplex: Scale = ({ out, rows, factors }, { length, from, to }, read, factor, write) => {
  const re = factors[2 * factor] as number;
  const im = factors[2 * factor + 1] as number;
  for (let at = 0; at < length; at += 1) {
    const place = 2 * (read + at * from);
    const x = rows[place] as number;
    const y = rows[place + 1] as number;
    out[2 * (write + at * to)] = x * re - y * im;
    out[2 * (write + at * to) + 1] = x * im + y * re;
  }
};

/** Multiplies floats by a factor; the result is their largest magnitude before, NaN where one is. */
export function scaleFloats(floats: Floats, factor: number): number {
  let most = 0;
  for (let at = 0; at < floats.length; at += 1) {
    const float = floats[at] as number;
    most = Math.max(most, Math.abs(float));
    if (factor !== 1) floats[at] = float * factor;
  }
  return most;
}
