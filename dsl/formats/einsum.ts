/** Einsum equations: `ij,jk->ik`. */
import type { Outcome } from "../base/diagnostic.ts";
import type { Dtype, Label, Network } from "../network/network.ts";
import { attempt, complaint, Mistake } from "./mistake.ts";

/** One letter an axis; a letter may repeat within an input (a diagonal, or a trace), not within the output. */
export interface Equation {
  readonly inputs: readonly (readonly Label[])[];
  readonly output: readonly Label[];
}

/** Throws Mistake; positions count characters from 1, spans are offsets. */
function bad(equation: string, offset: number, what: string, hint?: string): never {
  const character = [...equation.slice(0, offset)].length + 1;
  const end = Math.min(equation.length, offset + 1);
  throw new Mistake(complaint(`character ${character}`, what, offset, end, hint));
}

/**
 * Letters are all characters but blanks, digits and the ASCII signs, so that the symbols of opt_einsum are letters too.
 * Without an arrow the output is the letters that occur once, in the order of their code points. Blanks are skipped. Refused, with
 * the position in the text: an ellipsis, output letters that repeat or are in no input, anything else.
 */
export function parseEinsum(equation: string): Outcome<Equation> {
  return attempt(() => equationOf(equation));
}

interface Term {
  readonly labels: Label[];
  /** Where each label stands. */
  readonly offsets: number[];
}

function equationOf(equation: string): Equation {
  const terms: Term[] = [{ labels: [], offsets: [] }];
  let arrow: number | undefined;
  for (let offset = 0; offset < equation.length; ) {
    const character = String.fromCodePoint(equation.codePointAt(offset) ?? 0);
    if (character === "," && arrow === undefined) terms.push({ labels: [], offsets: [] });
    else if (equation.startsWith("->", offset) && arrow === undefined) {
      arrow = offset;
      terms.push({ labels: [], offsets: [] });
      offset += 1;
    } else if (isLetter(character)) {
      terms.at(-1)?.labels.push(character);
      terms.at(-1)?.offsets.push(offset);
    } else if (!/^\s$/u.test(character)) refuseCharacter(equation, offset, character, arrow !== undefined);
    offset += character.length;
  }
  if (arrow === undefined && terms.length === 1 && terms[0]?.labels.length === 0)
    bad(equation, 0, "the equation is empty", 'write one like "ij,jk->ik"');
  const output = arrow === undefined ? undefined : terms.pop();
  const inputs = terms.map(({ labels }) => labels);
  if (output === undefined) return { inputs, output: implicitOutput(inputs) };
  checkOutput(equation, output, new Set(inputs.flat()));
  return { inputs, output: output.labels };
}

function isLetter(character: string): boolean {
  return /^[a-zA-Z]$|^[^\p{ASCII}\p{White_Space}\p{Cc}\p{Cf}\p{Cs}]$/u.test(character);
}

function refuseCharacter(equation: string, offset: number, character: string, afterArrow: boolean): never {
  if (character === ".")
    bad(equation, offset, "an ellipsis is not supported", "write a letter for each index");
  if (afterArrow && (character === "," || equation.startsWith("->", offset)))
    bad(
      equation,
      offset,
      `there is one output, so ${character === "," ? "a comma" : "a second arrow"} cannot follow the arrow`,
    );
  return bad(
    equation,
    offset,
    `${JSON.stringify(character)} means nothing in an equation`,
    'write one like "ij,jk->ik"',
  );
}

function implicitOutput(inputs: readonly (readonly Label[])[]): Label[] {
  const counts = new Map<Label, number>();
  for (const label of inputs.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
  const once = [...counts].filter(([, count]) => count === 1).map(([label]) => label);
  return once.sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0));
}

function checkOutput(equation: string, { labels, offsets }: Term, known: ReadonlySet<Label>): void {
  labels.forEach((label, axis) => {
    const offset = offsets[axis] ?? 0;
    if (labels.indexOf(label) < axis) bad(equation, offset, `the output has ${label} twice`);
    if (!known.has(label)) bad(equation, offset, `the output has ${label}, but no input has it`);
  });
}

export interface EinsumOptions {
  readonly name: string;
  readonly dtype: Dtype;
  /** Names of the tensors; T0, T1, ... where absent. */
  readonly names?: readonly string[];
}

/**
 * The network of an equation whose inputs have these shapes. Refused with the number of the input, counted from 1: shapes
 * that do not fit the equation, and letters of two extents.
 */
export function einsumNetwork(
  equation: Equation,
  shapes: readonly (readonly number[])[],
  { name, dtype, names }: EinsumOptions,
): Outcome<Network> {
  return attempt(() => {
    const refuse = (what: string): never => {
      throw new Mistake(complaint("shapes", what, 0, 0));
    };
    if (shapes.length !== equation.inputs.length)
      refuse(`the equation has ${equation.inputs.length} inputs, but there are ${shapes.length} shapes`);
    const extents = new Map<Label, number>();
    equation.inputs.forEach((labels, input) => {
      const shape = shapes[input] ?? [];
      if (shape.length !== labels.length)
        refuse(`input ${input + 1} is ${labels.join("")}, but its tensor has ${shape.length} axes`);
      labels.forEach((label, axis) => {
        const [known, extent] = [extents.get(label), shape[axis] ?? 0];
        if (known !== undefined && known !== extent)
          refuse(`index ${label} is ${known}, but axis ${axis + 1} of input ${input + 1} is ${extent}`);
        extents.set(label, extent);
      });
    });
    const tensors = equation.inputs.map((labels, input) => ({ name: names?.[input] ?? `T${input}`, labels }));
    return { name, dtype, tensors, open: equation.output, extents: Object.fromEntries(extents) };
  });
}
