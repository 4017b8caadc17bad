import { expect, test } from "vitest";
import { addInto, sumAxis, sumInputs } from "../../../kernel/tensor/sums.ts";

const count = (length: number): Float64Array => Float64Array.from({ length }, (_, lane) => lane);

test("the middle axis of three is summed", () => {
  const out = new Float64Array(4);
  sumAxis(out, count(12), { outer: 2, reduced: 3, inner: 2 }, 1);
  expect(Array.from(out)).toEqual([0 + 2 + 4, 1 + 3 + 5, 6 + 8 + 10, 7 + 9 + 11]);
});

test("complex parts stay apart", () => {
  const out = new Float64Array(4);
  sumAxis(out, count(12), { outer: 2, reduced: 3, inner: 1 }, 2);
  expect(Array.from(out)).toEqual([0 + 2 + 4, 1 + 3 + 5, 6 + 8 + 10, 7 + 9 + 11]);
});

test("float32 terms are summed in float64", () => {
  const [out, tiny] = [new Float32Array(1), 2 ** -25];
  const terms = new Float32Array(2 ** 20 + 1).fill(tiny);
  terms[0] = 1;
  sumAxis(out, terms, { outer: 1, reduced: terms.length, inner: 1 }, 1);
  expect(out[0]).toBe(1 + 2 ** -5);
  sumInputs(out, [Float32Array.of(9, 1), ...new Array<Float32Array>(4).fill(Float32Array.of(9, tiny))], 1);
  expect(out[0]).toBe(1 + 2 ** -23);
});

test("terms are added into their place", () => {
  const sums = count(5);
  addInto(sums, 2, Float32Array.of(10, 20));
  expect(Array.from(sums)).toEqual([0, 1, 12, 23, 4]);
});
