/**
 * `{ a }` in a cell becomes `{ a: a }` where an earlier cell has defined `a`: tslab turns names of earlier cells into `exports.a`, which
 * cannot stand in the short form, and leaves that unbound.
 */

/** The part of the TypeScript compiler that is needed here. */
export interface SyntaxReader {
  readonly createSourceFile: (
    name: string,
    source: string,
    options: { readonly languageVersion: number },
  ) => SyntaxNode;
  readonly ScriptTarget: { readonly ES2022: number };
  readonly forEachChild: (node: SyntaxNode, visit: (child: SyntaxNode) => void) => void;
  readonly isShorthandPropertyAssignment: (node: SyntaxNode) => boolean;
}

export interface SyntaxNode {
  readonly name?: { readonly text: string; readonly end: number };
  /** The default of a pattern, `{ a = 1 } = b`. */
  readonly objectAssignmentInitializer?: SyntaxNode;
}

export interface WrittenOut {
  /** The cell with the same lines. */
  readonly source: string;
  /** Column (from 1) of the cell as it was written, of a place in `source`: both lines and columns count from 1. */
  readonly column: (line: number, column: number) => number;
}

/** Writes out the short properties whose names `known` says are those of earlier cells. */
export function withoutShorthand(
  source: string,
  known: (name: string) => boolean,
  reader: SyntaxReader,
): WrittenOut {
  const names: { readonly text: string; readonly end: number }[] = [];
  const visit = (node: SyntaxNode): void => {
    const { name, objectAssignmentInitializer } = node;
    const short = reader.isShorthandPropertyAssignment(node) && objectAssignmentInitializer === undefined;
    if (short && name !== undefined && known(name.text)) names.push(name);
    reader.forEachChild(node, visit);
  };
  visit(reader.createSourceFile("cell.ts", source, { languageVersion: reader.ScriptTarget.ES2022 }));
  const added = names.map(({ text, end }) => ({ ...placeOf(source, end), length: text.length + 2 }));
  const pieces = names.map(({ text, end }, at) => `${source.slice(names[at - 1]?.end ?? 0, end)}: ${text}`);
  return {
    source: pieces.join("") + source.slice(names.at(-1)?.end ?? 0),
    column: (line, column) =>
      added
        .filter((one) => one.line === line)
        // A mistake in the name that was added is one in the name that was there.
        .reduce((left, { column: from, length }) => (left > from ? left - length : left), column),
  };
}

function placeOf(source: string, offset: number): { readonly line: number; readonly column: number } {
  const before = source.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}
