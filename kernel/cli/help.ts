/** The text of `--help`. */
import { commands } from "./commands.ts";
import type { CommandSpec, OptionSpec } from "./command.ts";

const WIDTH = 100;

/** What `tnlab --help` prints. */
export function generalHelp(): string {
  const all = Object.values(commands);
  const width = Math.max(...all.map(({ name }) => name.length));
  const list = all.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    "tnlab: tensor networks, from a program to a distributed contraction",
    "",
    "Usage: tnlab <command> [options]",
    "",
    "Commands:",
    ...list,
    "",
    "tnlab help <command> explains a command; tnlab --version prints the version.",
    "tnlab help errors lists the mistakes that programs make; tnlab help <code> explains one and mends it.",
    EXIT_CODES,
  ].join("\n");
}

const EXIT_CODES = "Exit codes: 0 ok, 1 the program failed, 2 wrong use, 130 interrupted.";

/** What `tnlab <command> --help` prints. */
export function commandHelp(spec: CommandSpec): string {
  const options = { ...spec.options, help: { help: "print this (also -h)" } };
  const details = spec.details.flatMap((text) => [wrap(text, ""), ""]);
  const examples =
    spec.examples.length === 0 ? [] : ["", "Examples:", ...spec.examples.map((it) => `  ${it}`)];
  return [
    `Usage: ${usage(spec)}`,
    "",
    `${spec.name}: ${spec.summary}.`,
    "",
    ...details,
    "Options:",
    ...optionLines(options),
    ...examples,
    "",
    EXIT_CODES,
  ].join("\n");
}

export function usage(spec: CommandSpec): string {
  return `tnlab ${spec.name} ${spec.synopsis}`;
}

function optionLines(options: Readonly<Record<string, OptionSpec>>): string[] {
  const rows = Object.entries(options).map(([name, { value, help }]) => {
    return [value === undefined ? `--${name}` : `--${name} ${value}`, help] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, help]) => `  ${left.padEnd(width)}  ${wrap(help, " ".repeat(width + 4))}`);
}

/** Breaks at blanks; lines after the first begin with `indent`. */
function wrap(text: string, indent: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && indent.length + last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines.join(`\n${indent}`);
}
