/** Which names a cell declares for the cells after it. */

/** The part of the TypeScript compiler that is needed here. */
export interface DeclarationReader {
  readonly createSourceFile: (
    name: string,
    source: string,
    options: { readonly languageVersion: number },
  ) => { readonly statements: readonly Statement[] };
  readonly ScriptTarget: { readonly ES2022: number };
  readonly isFunctionDeclaration: (statement: Statement) => boolean;
  readonly isClassDeclaration: (statement: Statement) => boolean;
}

interface Statement {
  /** Of `const`, `let` and `var`. */
  readonly declarationList?: { readonly declarations: readonly Bound[] };
  /** Of a function or a class. */
  readonly name?: Pattern;
}

interface Bound {
  readonly name?: Pattern;
}

/** A name, or a pattern of several; a hole in a pattern binds nothing. */
interface Pattern {
  readonly text?: string;
  readonly elements?: readonly Bound[];
}

/** Variables, functions and classes of its own level, not those inside loops and functions. */
export function declaredNames(source: string, reader: DeclarationReader): ReadonlySet<string> {
  const { statements } = reader.createSourceFile("cell.ts", source, {
    languageVersion: reader.ScriptTarget.ES2022,
  });
  return new Set(
    statements.flatMap((statement) => {
      if (statement.declarationList !== undefined)
        return statement.declarationList.declarations.flatMap(namesOf);
      const named = reader.isFunctionDeclaration(statement) || reader.isClassDeclaration(statement);
      return named ? namesOf(statement) : [];
    }),
  );
}

function namesOf({ name }: Bound): readonly string[] {
  if (name?.elements !== undefined) return name.elements.flatMap(namesOf);
  return name?.text === undefined ? [] : [name.text];
}
