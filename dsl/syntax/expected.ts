/** What the grammar would have taken where it stopped, in words. */

/** A terminal of the compiled grammar: a type of token, or one text. */
export interface Terminal {
  readonly type?: string;
  readonly literal?: string;
}

const TYPES: Readonly<Record<string, string>> = {
  name: "a name",
  number: "a number",
  string: "a text in quotes",
  op: "an operator",
  family: "a name",
  keyword: "a keyword",
  newline: "a new line",
};

/** Alternatives beyond this many are not listed. */
const LISTED = 6;

/** "a name, `(` or `[`". Where an expression may start, its many first tokens count as one. */
export function expectedWords(terminals: readonly Terminal[]): string {
  const types = new Set(terminals.flatMap(({ type }) => (type === undefined ? [] : [type])));
  const mayEnd = types.delete("end");
  const literals = new Set(terminals.flatMap(({ literal }) => (literal === undefined ? [] : [literal])));
  const words = new Set<string>();
  // Between the brackets of a call nearly every token will do.
  if (types.has("newline") && types.has("string") && types.has("op")) return "something";
  const operand = types.has("op") && types.has("number") && types.has("name");
  if (operand) {
    for (const token of ["op", "number", "name", "keyword"]) types.delete(token);
    for (const token of ["(", "[", ":"]) literals.delete(token);
    words.add(mayEnd || literals.size > 0 ? "more of the expression" : "an expression");
  }
  for (const type of types) words.add(TYPES[type] ?? type);
  for (const literal of literals) words.add("`" + literal + "`");
  const listed = [...words].slice(0, LISTED);
  if (words.size > LISTED) listed.push("...");
  if (mayEnd) listed.push("the end of the line");
  return inWords(listed);
}

function inWords(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? "nothing more";
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
