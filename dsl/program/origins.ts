/** From which statement a definition comes, for as long as both are remembered. */
import type { Statement } from "../syntax/tree.ts";
import type { Definition } from "./program.ts";

const origins = new WeakMap<Definition, Statement>();

export function originOf(definition: Definition): Statement | undefined {
  return origins.get(definition);
}

export function rememberOrigin(definition: Definition, statement: Statement): void {
  origins.set(definition, statement);
}

/** Fields of a statement in which names stand. */
const NAMING: readonly string[] = ["text", "base", "name"];

/** Every word that a statement names: in expressions, as bases of indices, as factors. */
export function wordsOf(statement: Statement): ReadonlySet<string> {
  const words = new Set<string>();
  const visit = (node: unknown, key: string): void => {
    if (typeof node === "string") {
      if (NAMING.includes(key)) for (const [word] of node.matchAll(/\p{L}[\p{L}\p{N}_]*/gu)) words.add(word);
    } else if (typeof node === "object" && node !== null) {
      const { base, subscripts } = node as { readonly base?: unknown; readonly subscripts?: unknown };
      // `A_1` is told as `A` with a subscript, also where it is the name of a tensor.
      if (typeof base === "string" && Array.isArray(subscripts) && subscripts.length === 1)
        words.add(`${base}_${(subscripts[0] as { readonly text: string }).text}`);
      for (const [own, child] of Object.entries(node)) visit(child, Array.isArray(node) ? key : own);
    }
  };
  visit(statement, "");
  return words;
}
