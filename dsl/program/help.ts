/** What the language has, in words: for `%tn help`. */
import { nearest } from "../base/suggest.ts";
import { explanationOfWord, linesOf, MANUAL_WORDS } from "./manual.ts";
import { CODES, explanationOf, isCode, listOfCodes } from "./reference.ts";

/** The whole language, a line each; or a word of it, a mistake by its code, or all mistakes. A topic that is none of these says so. */
export function helpOn(topic: string | undefined): string {
  if (topic === undefined) return overview();
  if (topic === "errors") return listOfCodes();
  if (isCode(topic)) return explanationOf(topic);
  const explained = explanationOfWord(topic);
  if (explained !== undefined) return explained;
  const near = nearest(topic, [...MANUAL_WORDS, ...CODES]);
  const hint = near === undefined ? "%tn help lists what there is" : `did you mean %tn help ${near}?`;
  return `there is no help on ${topic}; ${hint}`;
}

function overview(): string {
  return [
    "A cell that begins with %%tn is in the language of tnlab. Its statements and words:",
    "",
    ...linesOf("Statements").map((line) => `  ${line}`),
    "",
    ...linesOf("Words within statements").map((line) => `  ${line}`),
    "",
    "Figures:",
    "",
    ...linesOf("Figures of show").map((line) => `  ${line}`),
    "",
    "On the first line: %%tn --seconds 10 --seed 3, for searches that do not say it themselves.",
    "%tn help WORD says one of these; %tn help errors lists the mistakes; %tn help CODE explains one and mends it.",
  ].join("\n");
}
