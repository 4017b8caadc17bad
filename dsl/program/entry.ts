/** What an entry of the catalogue of mistakes holds, and the beginnings that many examples share. */

export interface CatalogueEntry {
  /** What is wrong, and why that matters, in general. */
  readonly about: string;
  readonly failing: string;
  readonly mended: string;
  /** By path, files that the examples read. */
  readonly files?: Readonly<Record<string, string>>;
  /**
   * Where the mistake is found: by the check of a program (absent), while a program runs, or in a file of that format, which
   * the examples are then.
   */
  readonly found?: "run" | "qsim" | "cnf";
}

/** Beginnings of examples: a tensor, and a chain of three. */
export const A = "tensor A[i: 2, j: 2] = 1\n";
export const CHAIN = `${A}network R = A A[j, k] A[k, l]\n`;

export const PAIR = { "pair.qsim": "2\n0 h 0\n1 cnot 0 1\n" };
