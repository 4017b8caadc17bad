/**
 * What arrays can do since Node 20 (ECMAScript 2023), in types: the compiler of the cells knows the language of 2022, and of 2023 only a
 * part.
 */
import path from "node:path";
import type { CompilerSystem } from "./overlay.ts";

/** The file that every cell is compiled with. */
const LIBRARY = "lib.es2022.d.ts";

const NUMBERS = ["Int8", "Uint8", "Uint8Clamped", "Int16", "Uint16", "Int32", "Uint32", "Float32", "Float64"];
const TYPED: readonly (readonly [name: string, entry: string])[] = [
  ...NUMBERS.map((kind) => [`${kind}Array`, "number"] as const),
  ["BigInt64Array", "bigint"],
  ["BigUint64Array", "bigint"],
];

/** `own`: the array itself, of entries T; `copy`: what its copies are. */
function methods(entry: string, own: string, copy: string): string {
  return `
  findLast<S extends ${entry}>(predicate: (value: ${entry}, index: number, array: ${own}) => value is S, thisArg?: unknown): S | undefined;
  findLast(predicate: (value: ${entry}, index: number, array: ${own}) => unknown, thisArg?: unknown): ${entry} | undefined;
  findLastIndex(predicate: (value: ${entry}, index: number, array: ${own}) => unknown, thisArg?: unknown): number;
  toReversed(): ${copy};
  toSorted(compareFn?: (a: ${entry}, b: ${entry}) => number): ${copy};
  with(index: number, value: ${entry}): ${copy};`;
}

const SPLICED = `
  toSpliced(start: number, deleteCount: number, ...items: T[]): T[];
  toSpliced(start: number, deleteCount?: number): T[];`;

const DECLARATIONS = [
  ...["Array<T>", "ReadonlyArray<T>"].map((name) => {
    const own = name === "Array<T>" ? "T[]" : "readonly T[]";
    return `interface ${name} {${methods("T", own, "T[]")}${SPLICED}\n}`;
  }),
  ...TYPED.map(([name, entry]) => `interface ${name} {${methods(entry, name, name)}\n}`),
].join("\n");

/** Changes `sys` in place: the library of the compiler has the methods in it. */
export function extendLibrary(sys: CompilerSystem): void {
  const { readFile } = { ...sys };
  sys.readFile = (file, encoding) => {
    const text = readFile(file, encoding);
    return text !== undefined && path.basename(file) === LIBRARY ? `${text}\n${DECLARATIONS}\n` : text;
  };
}
