/** A statement more on top of what a handle knows, without touching its session. */
import { compile } from "../../dsl/index.ts";
import { filesIn } from "../session/files.ts";
import type { NamedMachine } from "./machines.ts";
import { mistakes, type Handle } from "./state.ts";

/**
 * The handle with the statements compiled; results that they make stale go. Options of methods become statements, so that
 * they mean what they mean in a program and their mistakes read alike. `read` gives the text of files that they name.
 * Throws UserError.
 */
export function extended(
  handle: Handle,
  statements: readonly string[],
  machines: readonly NamedMachine[] = [],
  read?: (path: string) => string,
): Handle {
  const { running, state } = handle;
  const source = statements.join("\n");
  const known = new Map([...running.definitions, ...machines.flatMap(({ definitions }) => [...definitions])]);
  const files = { ...filesIn(state.folder), ...(read && { read }) };
  const compiled = compile(source, known, { variable: state.variable, ...files });
  if (!compiled.ok) throw mistakes(source, compiled.diagnostics);
  const { definitions } = compiled.value;
  return { ...handle, running: { ...running, definitions, results: new Map(running.results) } };
}
