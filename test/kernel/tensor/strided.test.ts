import { expect, test } from "vitest";
import { copyStrided, planCopy } from "../../../kernel/tensor/strided.ts";
import { places, VIEWS } from "./views.ts";

test.each(VIEWS)("%s", (_, view) => {
  const [extents, strides, start] = view;
  const wanted = places(view);
  const size = wanted.reduce((most, place) => Math.max(most, place), 0) + 1;
  const plan = planCopy({ extents, strides });
  for (const Type of [Float64Array, Float32Array]) {
    const from = new Type(2 * size).map((_, lane) => lane);
    const real = new Type(wanted.length).fill(NaN);
    copyStrided(real, from, plan, start, 1);
    expect(Array.from(real)).toEqual(wanted);
    const complex = new Type(2 * wanted.length).fill(NaN);
    copyStrided(complex, from, plan, start, 2);
    expect(Array.from(complex)).toEqual(wanted.flatMap((place) => [2 * place, 2 * place + 1]));
  }
});
