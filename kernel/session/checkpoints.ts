/**
 * Where runs keep their sums: a folder for each network, its plan and its machine, in the folder that the user names. The plan lies there
 * too, since a search would not find the same order again; so does what makes it of use to no other run.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { UserError, type DistributionSpec, type Entries } from "../../dsl/index.ts";
import { refusalOf } from "../engine/checkpoint.ts";
import type { Plan } from "./evaluate.ts";
import { definitionOf, networkNamed, type Session } from "./results.ts";
import { fileTrouble } from "./trouble.ts";

export interface Checkpoint {
  readonly folder: string;
  /** Of the run that was stopped, if there is one. */
  readonly plan: Plan | undefined;
}

/** Raised when a plan of before would be read wrongly. */
const VERSION = 1;

/**
 * The place for a run of a network on a machine; tells what it begins from. Absent where the host keeps none. Throws UserError where the
 * folder cannot be used.
 */
export function checkpointFor(
  session: Session,
  name: string,
  spec: DistributionSpec,
): Checkpoint | undefined {
  const { checkpoints: all, show } = session.host;
  if (all === undefined) return undefined;
  const folder = path.join(all, `${name}-${keyOf(session, name, spec)}`);
  const say = (what: string): void => show({ data: { "text/plain": `${name}: ${what}` } });
  try {
    // Not recursively: some versions of Node never return from that where a file system refuses folders.
    if (!existsSync(all)) mkdirSync(all);
    const file = path.join(folder, "plan.json");
    if (existsSync(file)) {
      say(`goes on from ${folder}`);
      return { folder, plan: JSON.parse(readFileSync(file, "utf8")) as Plan };
    }
    const others = readdirSync(all).filter((one) => one.startsWith(`${name}-`));
    if (others.length > 0)
      say(`begins anew: what ${all} holds is of another network, order, machine or arithmetic of that name`);
    return { folder, plan: undefined };
  } catch (error) {
    throw unusable(all, error);
  }
}

/** Before the run: from here on the folder is of this plan. Throws UserError where it cannot be written. */
export function keepPlan(folder: string, plan: Plan): void {
  try {
    if (!existsSync(folder)) mkdirSync(folder);
    const file = path.join(folder, "plan.json");
    writeFileSync(`${file}.draft`, JSON.stringify(plan));
    renameSync(`${file}.draft`, file);
  } catch (error) {
    throw unusable(folder, error);
  }
}

function unusable(folder: string, error: unknown): unknown {
  const trouble = fileTrouble(error);
  if (trouble === undefined) return error;
  return new UserError(
    `no sums can be kept in ${folder}: ${trouble}; name another folder, or run without --checkpoints`,
  );
}

/** A run that is over has no use for it. Says, for a warning, where it stays. */
export function forget(folder: string): string[] {
  const refusal = refusalOf(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  if (refusal === undefined) return [];
  return [
    `the sums of this run stay in ${folder} (${refusal}): delete it, for the next run would begin from them`,
  ];
}

/** Of all that the bits of the sums depend on, and of what the user chose. */
function keyOf(session: Session, name: string, spec: DistributionSpec): string {
  const { network, entries } = networkNamed(session, name);
  const chosen = [`order ${name}`, `slice ${name}`].map((key) => session.definitions.get(key));
  const { machine } = spec;
  const where = typeof machine === "string" ? definitionOf(session, machine, "machine")?.spec : machine;
  const { multiplier } = session.host;
  const hash = createHash("sha256");
  hash.update(JSON.stringify([VERSION, network, chosen, { ...spec, machine: where }, multiplier]));
  const seen = new Set<Entries>();
  for (const own of entries) {
    if (seen.has(own)) continue;
    seen.add(own);
    for (const part of [own.re, own.im ?? []]) hash.update(Float64Array.from(part));
  }
  return hash.digest("hex").slice(0, 16);
}
