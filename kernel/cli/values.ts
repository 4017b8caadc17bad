/** Values of options, checked. All throw WrongUse that names the option and what it takes. */
import { WrongUse } from "./command.ts";
import type { Arguments } from "./command.ts";

function wrong(name: string, wanted: string, got: string): WrongUse {
  return new WrongUse(`--${name} takes ${wanted}, got "${got}"`);
}

/** Decimal only: no hexadecimal, no blanks, no words. */
function numberIn(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : NaN;
}

export function positiveNumber(given: Arguments, name: string): number | undefined {
  const text = given.values.get(name);
  if (text === undefined) return undefined;
  const value = numberIn(text);
  if (!(value > 0) || !Number.isFinite(value)) throw wrong(name, "a positive number", text);
  return value;
}

/** Zero or more, fractions allowed. */
export function amount(given: Arguments, name: string): number | undefined {
  const text = given.values.get(name);
  if (text === undefined) return undefined;
  const value = numberIn(text);
  if (!(value >= 0) || !Number.isFinite(value)) throw wrong(name, "a number, 0 or more", text);
  return value;
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

export function integer(given: Arguments, name: string, { least, most }: Range): number | undefined {
  const text = given.values.get(name);
  if (text === undefined) return undefined;
  const value = numberIn(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw wrong(name, `a whole number from ${least} to ${most}`, text);
  return value;
}

export function choice<T extends string>(
  given: Arguments,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = given.values.get(name);
  if (text === undefined) return undefined;
  const found = choices.find((one) => one === text);
  if (found !== undefined) return found;
  const known = `${choices.slice(0, -1).join(", ")} or ${choices.at(-1) ?? ""}`;
  throw new WrongUse(`--${name} takes ${known}, got "${text}"`, { name: text, known: choices });
}
