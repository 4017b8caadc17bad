/** Random networks written as programs against their values worked out from the description, without the language. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { bruteForce } from "../../support/networks.ts";
import { network } from "./language.ts";

/** Indices with an even number have extent 2, the others 3. */
type Index = number;

const extentOf = (index: Index): number => 2 + (index % 2);

/** A tensor by the extents of its axes, and entries row-major: whole numbers, real and imaginary. */
interface Tensor {
  readonly axes: readonly number[];
  readonly entries: readonly (readonly [number, number])[];
}

/** A tensor of the list with an index for each axis; one in a chain is repeated with the indices shifted. */
interface Factor {
  readonly tensor: number;
  readonly indices: readonly Index[];
}

interface Description {
  readonly tensors: readonly Tensor[];
  readonly factors: readonly Factor[];
  /** Factors of a matrix along a chain of indices c_1, c_2, ...; site `gap` is left out. */
  readonly chain: { readonly matrix: readonly number[]; readonly length: number; readonly gap: number };
  /** Places in the list of all indices that occur. */
  readonly open: readonly number[];
}

const size = (axes: readonly number[]): number => axes.reduce((product, extent) => product * extent, 1);
const digit = fc.integer({ min: -2, max: 2 });

const tensor = fc.array(fc.constantFrom(2, 3), { maxLength: 3 }).chain((axes) =>
  fc
    .array(fc.tuple(digit, fc.constantFrom(0, 0, 0, 1, -1)), {
      minLength: size(axes),
      maxLength: size(axes),
    })
    .map((entries): Tensor => ({ axes, entries })),
);

const description: fc.Arbitrary<Description> = fc
  .array(tensor, { minLength: 1, maxLength: 3 })
  .chain((tensors) => {
    const factor = fc.nat(tensors.length - 1).chain((place) => {
      const { axes } = tensors[place] as Tensor;
      const indices = axes.map((extent) => fc.constantFrom(...[0, 2, 4].map((index) => index + extent - 2)));
      return fc.tuple(...indices).map((own): Factor => ({ tensor: place, indices: own }));
    });
    return fc.record({
      tensors: fc.constant(tensors),
      factors: fc.array(factor, { minLength: 1, maxLength: 4 }),
      chain: fc.record({
        matrix: fc.array(digit, { minLength: 4, maxLength: 4 }),
        length: fc.integer({ min: 1, max: 4 }),
        gap: fc.integer({ min: 1, max: 5 }),
      }),
      open: fc.uniqueArray(fc.nat(9), { maxLength: 3 }),
    });
  });

/** Every factor with its indices by name, those of the chain too, and a function to its entries. */
function factorsOf({ tensors, factors, chain }: Description) {
  const own = factors.map(({ tensor: place, indices }) => {
    const { axes, entries } = tensors[place] as Tensor;
    const at = (values: readonly number[]): readonly [number, number] =>
      entries[values.reduce((sum, value, axis) => sum * (axes[axis] as number) + value, 0)] as [
        number,
        number,
      ];
    return { indices: indices.map((index) => `i_${index}`), at };
  });
  const bonds = Array.from({ length: chain.length }, (_, site) => site + 1).filter(
    (site) => site !== chain.gap,
  );
  const linked = bonds.map((site) => ({
    indices: [`c_${site}`, `c_${site + 1}`],
    at: ([a = 0, b = 0]: readonly number[]) => [chain.matrix[2 * a + b] as number, 0] as const,
  }));
  return [...own, ...linked];
}

const extentNamed = (index: string): number => (index.startsWith("c") ? 2 : extentOf(Number(index.slice(2))));

function openOf(one: Description): string[] {
  const all = [...new Set(factorsOf(one).flatMap(({ indices }) => indices))];
  return one.open.flatMap((place) => all[place] ?? []);
}

/** The sum over all values of all indices that are not open, for each value of those that are. */
function valueOf(one: Description): { re: number[]; im: number[] } {
  const factors = factorsOf(one);
  const open = openOf(one);
  const rest = [...new Set(factors.flatMap(({ indices }) => indices))].filter(
    (index) => !open.includes(index),
  );
  const values = new Map<string, number>();
  const sum = (left: readonly string[]): readonly [number, number] => {
    const [first, ...others] = left;
    if (first === undefined)
      return factors.reduce<readonly [number, number]>(
        ([re, im], { indices, at }) => {
          const [x, y] = at(indices.map((index) => values.get(index) as number));
          return [re * x - im * y, re * y + im * x];
        },
        [1, 0],
      );
    let [re, im] = [0, 0];
    for (let value = 0; value < extentNamed(first); value += 1) {
      values.set(first, value);
      const [x, y] = sum(others);
      [re, im] = [re + x, im + y];
    }
    return [re, im];
  };
  const total: { re: number[]; im: number[] } = { re: [], im: [] };
  const visit = ([first, ...others]: readonly string[]): void => {
    if (first === undefined) {
      const [re, im] = sum(rest);
      total.re.push(re);
      total.im.push(im);
      return;
    }
    for (let value = 0; value < extentNamed(first); value += 1) {
      values.set(first, value);
      visit(others);
    }
  };
  visit(open);
  return total;
}

/** Row-major entries as nested lists. */
function listed(axes: readonly number[], entries: readonly string[]): string {
  const [first, ...others] = axes;
  if (first === undefined) return entries[0] as string;
  const step = entries.length / first;
  const parts = Array.from({ length: first }, (_, place) =>
    listed(others, entries.slice(place * step, (place + 1) * step)),
  );
  return `[${parts.join(", ")}]`;
}

function programOf(one: Description): string {
  const { tensors, factors, chain } = one;
  const lines = tensors.map(({ axes, entries }, place) => {
    const head = axes.map((extent, axis) => `x_${axis}: ${extent}`).join(", ");
    return `tensor T${place}[${head}] = ${listed(
      axes,
      entries.map(([re, im]) => (im === 0 ? `${re}` : `${re} + ${im}i`)),
    )}`;
  });
  const [a, b, c, d] = chain.matrix;
  const own = factors.map(
    ({ tensor: place, indices }) => `T${place}[${indices.map((index) => `i_${index}`).join(", ")}]`,
  );
  const looped = `product { M[c_t, c_{t+1}] for t in 1..${chain.length} if t != ${chain.gap} }`;
  return [
    ...lines,
    `tensor M[x: 2, y: 2] = [[${a}, ${b}], [${c}, ${d}]]`,
    `network R[${openOf(one).join(", ")}] = ${own.join(" ")} ${looped}`,
  ].join("\n");
}

/** Whole numbers of this size are exact. */
const plus0 = (numbers: readonly number[]): number[] => numbers.map((value) => value + 0);

test("a random network has the value of its description", () => {
  fc.assert(
    fc.property(description, (one) => {
      const wanted = valueOf(one);
      const { re, im } = bruteForce(network(programOf(one), "R"));
      expect([plus0(re), plus0(im)]).toEqual([plus0(wanted.re), plus0(wanted.im)]);
    }),
    { numRuns: 300 },
  );
});
