/** What must hold of every text, a program or not. */
import { excerpt } from "../../dsl/base/excerpt.ts";
import { compile } from "../../dsl/program/compile.ts";
import { isComplete } from "../../dsl/syntax/parse.ts";
import { world } from "./world.ts";

/** Longer sentences are no sentences. */
const LONGEST = 600;

/** What is wrong with how the language takes this text, or undefined: nothing is thrown, and every mistake has its place. */
export function fault(source: string): string | undefined {
  try {
    return faultOfOutcome(source);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

function faultOfOutcome(source: string): string | undefined {
  const complete = isComplete(source);
  const outcome = compile(source, new Map(), world);
  if (outcome.ok && complete !== "complete") return `it compiles, but is ${complete}`;
  const told = outcome.ok ? outcome.notices : outcome.diagnostics;
  if (!outcome.ok && !told.some(({ severity }) => severity === "error")) return "it fails without a mistake";
  for (const { code, message, hint, span } of told) {
    if (!(span.start >= 0 && span.start <= span.end && span.end <= source.length))
      return `${code} lies at ${span.start} to ${span.end} of ${source.length}`;
    if (message === "" || message.length > LONGEST || (hint ?? "").length > LONGEST)
      return `${code} has a sentence of ${message.length} and a hint of ${hint?.length ?? 0} characters`;
    if (
      /undefined|NaN(?! at|,)|\[object/.test(message) &&
      !/undefined|NaN/.test(source) &&
      code !== "not-finite"
    )
      return `${code} says: ${message}`;
  }
  for (const one of told.slice(0, 20)) excerpt(source, one);
  return undefined;
}
