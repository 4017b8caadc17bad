/** Machines as TypeScript names them, as words of the language. */
import { deviceCount, nearest, presets, UserError, type Definition, type Machine } from "../../dsl/index.ts";
import { nameFor } from "./define.ts";
import type { Handle } from "./state.ts";

/** A preset (`"dgx-h100"`), a machine of the program, `"threads(2)"`, threads of this computer, or figures of one's own. */
export type MachineChoice = string | { readonly threads: number } | { readonly torch: number } | Machine;

/** The words that name it in a statement, and the definitions that they need. */
export interface NamedMachine {
  readonly text: string;
  readonly definitions: ReadonlyMap<string, Definition>;
}

const CALL = /^(threads|torch)\s*\((.*)\)$/s;

/** Throws UserError that lists the machines there are. */
export function nameMachine({ state, running }: Handle, machine: MachineChoice): NamedMachine {
  if (typeof machine === "object" && "device" in machine)
    return modelled(nameFor(state, machine.name), machine);
  if (typeof machine === "object") {
    const [kind, count] =
      "threads" in machine ? ["threads", machine.threads] : ["torch processes", machine.torch];
    const [word, ...inside] = kind.split(" ");
    return { text: `${word ?? ""}(${[...inside, count].join(" ")})`, definitions: new Map() };
  }
  if (CALL.test(machine)) return { text: machine, definitions: new Map() };
  // Machines that the session has got since are known too; one that the network knew is as it was then.
  const own = new Map(
    [...state.environment.definitions, ...running.definitions].filter(([, { kind }]) => kind === "machine"),
  );
  const defined = own.get(machine);
  if (defined !== undefined) return { text: machine, definitions: new Map([[machine, defined]]) };
  const preset = presets.get(machine);
  if (preset !== undefined) return modelled(nameFor(state, machine), preset);
  const known = [...own.keys(), ...presets.keys()];
  const near = nearest(machine, known);
  const hint = near === undefined ? `known: ${[...known, "threads(n)"].join(", ")}` : `did you mean ${near}?`;
  throw new UserError(`there is no machine ${machine}; ${hint}`);
}

function modelled(name: string, machine: Machine): NamedMachine {
  const definition: Definition = { kind: "machine", spec: { kind: "model", machine } };
  if (deviceCount(machine) < 1) throw new UserError(`${machine.name} has no devices`);
  return { text: name, definitions: new Map([[name, definition]]) };
}
