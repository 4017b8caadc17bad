/** What mathjs says of values that it cannot take, in words of the language. */

const KINDS: Readonly<Record<string, string>> = {
  Array: "a list",
  DenseMatrix: "a list",
  Complex: "a complex number",
  Unit: "a quantity with a unit",
  boolean: "a truth value",
  number: "a plain number",
  identifier: "a name",
};

type Reword = (parts: readonly string[]) => string;

const REWORDED: readonly (readonly [RegExp, Reword])[] = [
  [
    /^Unexpected type of argument in function (\w+?)(?:Scalar)? \(.*actual: (\w+)/,
    ([call = "", kind = ""]) => `${call} cannot take ${KINDS[kind] ?? kind}`,
  ],
  [/^Too few arguments in function (\w+)/, ([call = ""]) => `${call} takes more arguments`],
  [/^Too many arguments in function (\w+)/, ([call = ""]) => `${call} takes fewer arguments`],
  [/^Function '(\w+)' doesn't apply to matrices/, ([call = ""]) => `${call} takes a number, not a list`],
  [/unit with undefined value/, () => "a unit stands without a number"],
  [/^shape mismatch/, () => "the lists have different lengths"],
  [/^Dimension mismatch \((\d+) != (\d+)\)/, ([a = "", b = ""]) => `the lengths ${a} and ${b} do not fit`],
  [/^Units do not match/, () => "the units measure different things"],
];

/** A sentence without its capital, so that it can follow a colon. */
export function reasonOf(message: string): string {
  for (const [pattern, reword] of REWORDED) {
    const [whole, ...parts] = pattern.exec(message) ?? [];
    if (whole !== undefined) return reword(parts);
  }
  return message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, "");
}
