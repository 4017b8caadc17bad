/** What was typed, against what a command accepts. */
import { parseArgs } from "node:util";
import { WrongUse } from "./command.ts";
import type { Arguments, CommandSpec } from "./command.ts";

/** Throws WrongUse that names the flag or argument, and what is accepted. */
export function readArguments(spec: CommandSpec, typed: readonly string[]): Arguments {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  const positionals: string[] = [];
  for (const token of tokensOf(spec, typed)) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, value } = checkedOption(spec, token);
    if (values.has(name) || flags.has(name)) throw new WrongUse(`--${name} is given twice`);
    if (value === undefined) flags.add(name);
    else values.set(name, value);
  }
  return { argument: onlyArgument(spec, positionals), values, flags };
}

type Token = ReturnType<typeof tokensOf>[number];

function tokensOf(spec: CommandSpec, typed: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(spec.options).map(([name, { value }]) => {
      return [name, { type: value === undefined ? "boolean" : "string" }] as const;
    }),
  );
  // Not strict: the parser's own complaints name no nearest flag.
  return parseArgs({ args: [...typed], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function checkedOption(
  spec: CommandSpec,
  token: Extract<Token, { kind: "option" }>,
): { name: string; value?: string } {
  const { name, rawName, value, inlineValue } = token;
  const option =
    Object.hasOwn(spec.options, name) && rawName.startsWith("--") ? spec.options[name] : undefined;
  if (option === undefined) {
    const known = Object.keys(spec.options).map((one) => `--${one}`);
    throw new WrongUse(`there is no option ${rawName}`, { name: rawName, known });
  }
  if (option.value === undefined) {
    if (value !== undefined) throw new WrongUse(`--${name} takes no value`);
    return { name };
  }
  const isNext = !inlineValue && value?.startsWith("--") === true;
  if (value === undefined || value === "" || isNext)
    throw new WrongUse(`--${name} needs a value: --${name} ${option.value}`);
  return { name, value };
}

function onlyArgument({ argument }: CommandSpec, given: readonly string[]): string {
  const [first, second] = given;
  const extra = argument === undefined ? first : second;
  if (extra !== undefined) throw new WrongUse(`unexpected argument "${extra}"`);
  if (argument?.required === true && (first === undefined || first === ""))
    throw new WrongUse(`${argument.name} is missing`);
  return first ?? "";
}
