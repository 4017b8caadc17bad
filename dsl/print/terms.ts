/** Names, expressions and factors in the canonical form. */
import { spaced, spacedText } from "./spacing.ts";
import type { Clause, Expression, Factor, IndexReference, Lexeme, Term, Word } from "../syntax/tree.ts";

/** An expression on one line. */
export function printExpression({ text }: Expression): string {
  return spacedText(text);
}

/** A bound of a range, a subscript: no blanks but those that keep tokens apart. */
export function printTight({ text }: Expression): string {
  return spacedText(text, true);
}

const PLAIN = /^[\p{L}\p{N}_]+$/u;

/** `s_1` where that reads back as the same, else `s_{x+1,y}`. */
export function printReference({ base, subscripts }: IndexReference): string {
  if (subscripts.length === 0) return base;
  const inside = subscripts.map(printTight).join(",");
  const plain = subscripts.length === 1 && !base.includes("_") && PLAIN.test(inside);
  return plain ? `${base}_${inside}` : `${base}_{${inside}}`;
}

/** `[i,j]` for bare names, `[s_{x,y}, s_{x+1,y}]` where there are subscripts. */
export function printIndices(indices: readonly IndexReference[]): string {
  const bare = indices.every(({ subscripts }) => subscripts.length === 0);
  return indices.map(printReference).join(bare ? "," : ", ");
}

export function printTerm({ factors, clauses }: Term): string {
  const own = factors.map(printFactor).join(" ");
  return clauses.length === 0 ? own : `${own} ${printClauses(clauses)}`;
}

/** Loops that follow each other share one `for`. */
export function printClauses(clauses: readonly Clause[]): string {
  return clauses
    .map((clause, position) => {
      if (clause.kind === "if") return ` if ${printExpression(clause.condition)}`;
      const before = clauses[position - 1];
      const joined = before !== undefined && before.kind !== "if";
      return `${joined ? ", " : " for "}${printLoop(clause)}`;
    })
    .join("")
    .trimStart();
}

function printLoop(clause: Exclude<Clause, { kind: "if" }>): string {
  if (clause.kind === "for") return `${clause.name.text} in ${printRange(clause.from, clause.to)}`;
  const names = words(clause.names);
  return `${clause.names.length === 1 ? names : `(${names})`} in ${printExpression(clause.list)}`;
}

/** A blank keeps the dots of a range from those of a number. */
export function printRange(from: Expression, to: Expression): string {
  const left = printTight(from);
  return `${left}${left.endsWith(".") ? " " : ""}..${printTight(to)}`;
}

function printFactor({ name, indices }: Factor): string {
  return printReference(name) + (indices === undefined ? "" : `[${printIndices(indices)}]`);
}

/** The arguments of a call. Line breaks inside are blanks. */
export function printLexemes(inside: readonly Lexeme[]): string {
  const tokens = inside.flatMap(({ type, text, span }) =>
    type === "newline" ? [] : [{ type, text, offset: span.start }],
  );
  return spaced(tokens);
}

export function words(all: readonly Word[]): string {
  return all.map(({ text }) => text).join(", ");
}
