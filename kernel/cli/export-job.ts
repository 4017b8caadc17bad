/** `tnlab export-job`. */
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { deviceCount, UserError, type Entries } from "../../dsl/index.ts";
import { makeFolder } from "../base/folder.ts";
import { slicesBetweenCheckpoints } from "../engine/checkpoint.ts";
import { clearJob, clearResults, DEVICES, writeJob } from "../engine/torch/job.ts";
import { writeLaunchers } from "../engine/torch/launch.ts";
import { OK, WrongUse, type Arguments, type Run } from "./command.ts";
import { interruptible } from "./interrupt.ts";
import { print } from "./print.ts";
import { machineOf, placed } from "./schedule.ts";
import { findOrder, searchFlags } from "./search.ts";
import { readSubject, type Subject } from "./subject.ts";
import { fileTrouble } from "./trouble.ts";
import { choice, integer } from "./values.ts";

export const run: Run = (given) => {
  const wanted = searchFlags(given);
  const asked = integer(given, "devices", { least: 1, most: 2 ** 20 });
  const device = choice(given, "device", DEVICES) ?? "auto";
  const folder = given.values.get("out");
  if (folder === undefined) throw new WrongUse("--out is missing: --out job");
  checkFolder(folder);
  const subject = readSubject(given);
  const entries = entriesOf(subject, given);
  const chosen = machineOf(subject, withDefault(given, "machine", "threads"), asked);
  const machine = given.flags.has("overlap") ? { ...chosen, overlaps: true } : chosen;
  return interruptible(async (signal) => {
    const { tree } = await findOrder(subject, wanted, signal);
    const schedule = placed(subject, tree, machine, asked ?? deviceCount(machine));
    const checkpointSlices = slicesBetweenCheckpoints(schedule);
    const options = { device, tf32: given.flags.has("tf32"), checkpointSlices };
    makeFolder(folder);
    await wholeOrNothing(folder, async () => {
      clearResults(folder);
      await writeJob(folder, schedule, entries, options, signal);
      writeLaunchers(folder, schedule);
    });
    print(`wrote ${path.join(folder, "README.md")}, which says how to run the job; ${inShort(schedule)}`);
    return OK;
  });
};

function inShort({ mesh, slices }: ReturnType<typeof placed>): string {
  const ranks = mesh.reduce((product, { radix }) => product * radix, 1);
  return `${ranks} rank(s), ${slices} slice(s)`;
}

/** Of a job that is not written to its end nothing is left: the folder can then be named again. */
async function wholeOrNothing(folder: string, write: () => Promise<void>): Promise<void> {
  try {
    await write().catch((error: unknown) => {
      clearJob(folder);
      throw error;
    });
  } catch (error) {
    const trouble = fileTrouble(error);
    throw trouble === undefined ? error : new UserError(`cannot write "${folder}": ${trouble}`);
  }
}

function withDefault(given: Arguments, name: string, value: string): Arguments {
  return given.values.has(name) ? given : { ...given, values: new Map([...given.values, [name, value]]) };
}

/** Throws UserError for a folder with anything but a job in it. */
function checkFolder(folder: string): void {
  const there = existsSync(folder) ? statSync(folder) : undefined;
  if (there === undefined) return;
  if (!there.isDirectory()) throw new UserError(`cannot write "${folder}": it is a file`);
  const names = readdirSync(folder);
  if (names.length > 0 && !names.includes("job.json"))
    throw new UserError(`cannot write "${folder}": it holds other files; name a new folder`);
}

/** Throws UserError for a network without numbers. */
function entriesOf({ network, definitions }: Subject, { argument }: Arguments): readonly Entries[] {
  const found = definitions.get(network.name);
  const entries = found?.kind === "network" ? found.valued.entries : [];
  if (entries.length === network.tensors.length) return entries;
  throw new UserError(
    `"${argument}" has no numbers: import it into a program (import "..." as E), give it data, and export that`,
  );
}
