/** The network that `order` and `schedule` are about, from a program, a circuit, a formula, a graphical model or a JSON file. */
import {
  amplitude,
  count,
  DTYPES,
  isComplex,
  parseDimacs,
  parseNetwork,
  parseQasm,
  parseQsim,
  parseUai,
  partition,
  UserError,
  type Definition,
  type Dtype,
  type Network,
  type Outcome,
  type ValuedNetwork,
} from "../../dsl/index.ts";
import { Mistakes, WrongUse } from "./command.ts";
import type { Arguments } from "./command.ts";
import { extensionOf, readText } from "./files.ts";
import { checkProgram, complainAbout, drawAll, mistakesOf, readProgram } from "./programs.ts";
import { choice } from "./values.ts";

export interface Subject {
  readonly network: Network;
  /** Of the program that the network comes from, or the network alone. */
  readonly definitions: ReadonlyMap<string, Definition>;
}

/** Throws WrongUse for flags that do not go with the file, Mistakes and UserError for what is wrong inside it. */
export function readSubject(given: Arguments): Subject {
  const file = given.argument;
  const extension = extensionOf(file, [".tn", ".qsim", ".qasm", ".cnf", ".uai", ".json"]);
  if (extension !== ".tn" && given.values.has("network"))
    throw new WrongUse("--network goes with a program (.tn) only");
  const isCircuit = extension === ".qsim" || extension === ".qasm";
  if (!isCircuit && given.values.has("bits"))
    throw new WrongUse("--bits goes with a circuit (.qsim, .qasm) only");
  const dtype = choice(given, "dtype", isCircuit ? DTYPES.filter(isComplex) : DTYPES);
  if (!isCircuit && extension !== ".json" && dtype !== undefined)
    throw new WrongUse("--dtype goes with a circuit (.qsim, .qasm) or a network (.json) only");
  switch (extension) {
    case ".tn":
      return ofProgram(file, given.values.get("network"));
    case ".qsim":
      return alone(ofCircuit(file, parseQsim, given.values.get("bits"), dtype));
    case ".qasm":
      return alone(ofCircuit(file, parseQasm, given.values.get("bits"), dtype));
    case ".cnf":
      return alone(count(readWith(file, parseDimacs), { name: "count" }));
    case ".uai":
      return alone(partition(readWith(file, parseUai), { name: "partition" }));
    case ".json":
      // Without data: such a network can be ordered and scheduled, not run.
      return alone({ network: { ...readWith(file, parseNetwork), ...(dtype && { dtype }) }, entries: [] });
    default:
      return extension satisfies never;
  }
}

function readWith<T>(file: string, parse: (text: string) => Outcome<T>): T {
  const text = readText(file);
  const parsed = parse(text);
  if (!parsed.ok) throw mistakesOf(file, text, parsed.diagnostics);
  return parsed.value;
}

function alone(valued: ValuedNetwork): Subject {
  const { network } = valued;
  return { network, definitions: new Map([[network.name, { kind: "network", valued }]]) };
}

function ofProgram(file: string, name: string | undefined): Subject {
  const own = readProgram(file);
  const checked = checkProgram(own);
  if (!checked.ok) throw new Mistakes(drawAll(own, checked.diagnostics));
  complainAbout(own, checked.notices);
  const { definitions } = checked.value;
  const networks = [...definitions.values()].flatMap((one) =>
    one.kind === "network" ? [one.valued.network] : [],
  );
  const names = networks.map((network) => network.name);
  const chosen = name === undefined && networks.length === 1 ? names[0] : name;
  const network = networks.find((one) => one.name === chosen);
  if (network !== undefined) return { network, definitions };
  if (names.length === 0) throw new UserError(`"${file}" defines no network`);
  const known = `its networks: ${names.join(", ")}`;
  if (name === undefined)
    throw new WrongUse(`"${file}" defines several networks; choose with --network; ${known}`);
  throw new WrongUse(`"${file}" has no network ${name} (${known})`, { name, known: names });
}

type Circuit = Parameters<typeof amplitude>[0];

function ofCircuit(
  file: string,
  parse: (text: string) => Outcome<Circuit>,
  bits: string | undefined,
  dtype: Dtype = "complex128",
): ValuedNetwork {
  const circuit = readWith(file, parse);
  try {
    const outcome = bits ?? "0".repeat(circuit.qubits);
    return amplitude(circuit, outcome, { name: "amplitude", dtype });
  } catch (error) {
    // Only the bits can be wrong here, and they come from the command line.
    if (error instanceof UserError) throw new WrongUse(`--bits: ${error.message}`);
    throw error;
  }
}
