/** mathjs as the language uses it: every function bounded, the units of machines added. */
import type { MathJsInstance } from "mathjs";
import mathjs from "mathjs/lib/browser/math.js";
import { FUNCTIONS, OPERATORS } from "./allowed.ts";
import { bounded, type AnyFunction } from "./limits.ts";

/** A quantity with a unit, as far as it is used here. */
export interface Quantity {
  /** In the base units; a number, absent for a unit without one, or a complex number. */
  readonly value: unknown;
  readonly toNumber: (unit: string) => number;
  readonly equalBase: (other: unknown) => boolean;
}

/** Where mathjs keeps the functions that expressions see. */
interface MathParts {
  readonly expression: { readonly mathWithTransform: Record<string, AnyFunction | undefined> };
  readonly Unit: { readonly isValuelessUnit: (name: string) => boolean };
}

let instance: MathJsInstance | undefined;

/** Made when first needed: it takes a good part of a second. */
export function math(): MathJsInstance {
  instance ??= boundedMath();
  return instance;
}

/** Every function that an expression can name, operators too, with a bound on what one call may do. */
function boundedMath(): MathJsInstance {
  const made = mathjs.create({ matrix: "Array" });
  // Short prefixes: kflop, TFLOP, TFLOPS. FLOPS is what sheets of machines say for flop/s.
  made.createUnit("flop", { prefixes: "short", aliases: ["FLOP"] });
  made.createUnit("FLOPS", { definition: "1 flop/s", prefixes: "short" });
  const plain = made as unknown as Readonly<Record<string, AnyFunction | undefined>>;
  const named = (made as unknown as MathParts).expression.mathWithTransform;
  for (const name of [...FUNCTIONS, ...OPERATORS]) {
    const call = named[name] ?? plain[name];
    // `and` and `or` would get their arguments as syntax; the plain ones get values.
    if (call !== undefined) named[name] = bounded(name, ("rawArgs" in call ? plain[name] : call) ?? call);
  }
  return made;
}

export function isUnit(name: string): boolean {
  return (math() as unknown as MathParts).Unit.isValuelessUnit(name);
}

export function isQuantity(value: unknown): value is Quantity {
  return typeof value === "object" && value !== null && "equalBase" in value;
}

/** In `unit`, a unit of mathjs; undefined for another kind of quantity, a complex one, or a unit without a number. */
export function quantityIn(value: unknown, unit: string): number | undefined {
  if (!isQuantity(value) || typeof value.value !== "number") return undefined;
  if (!value.equalBase(math().unit(unit))) return undefined;
  // Conversions round in the last digit: 10 us must be 1e-5 s.
  return Number(value.toNumber(unit).toPrecision(15));
}
