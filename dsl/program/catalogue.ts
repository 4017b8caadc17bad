/** Every mistake and notice by its code, with a program that makes it and the same program mended. */
import type { Code } from "../base/messages.ts";
import type { CatalogueEntry } from "./entry.ts";
import { MISPLANNED } from "./misplanned.ts";
import { MISWRITTEN } from "./miswritten.ts";

/** A row for every code: it does not compile without. */
export const CATALOGUE: Readonly<Record<Code, CatalogueEntry>> = { ...MISWRITTEN, ...MISPLANNED };
