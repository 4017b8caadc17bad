/** Which part of a cell is tnlab's language and which is TypeScript. */

/** A cell's text, sorted. For `tn`, `source` has an empty first line in place of the magic, so that lines still count. */
export type Cell =
  | { readonly language: "tn"; readonly source: string; readonly options: readonly string[] }
  | { readonly language: "typescript"; readonly source: string };

const MAGIC = /^%%tn(?:[ \t]+([^\n]*))?(?:\r?\n|$)/;

/** A cell whose first line starts with `%%tn` is in tnlab's language; the rest of that line holds options. */
export function readCell(code: string): Cell {
  const match = MAGIC.exec(code);
  if (!match) return { language: "typescript", source: code };
  const options = (match[1] ?? "").split(/\s+/).filter((word) => word !== "");
  return { language: "tn", source: "\n" + code.slice(match[0].length), options };
}

/** Jupyter counts cursors in Unicode code points, JavaScript in UTF-16 units. */
export function codeUnits(text: string, codePoints: number): number {
  return [...text].slice(0, codePoints).join("").length;
}

/** The inverse of `codeUnits`. */
export function codePoints(text: string, units: number): number {
  return [...text.slice(0, units)].length;
}
