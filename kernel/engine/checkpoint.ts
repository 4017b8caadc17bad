/**
 * The sums of a slice loop on disk, so that a run that was stopped goes on from them to the same bits. In a folder that the caller has made
 * for this contraction: files ROUND-RANK-SLICES, each the digest of the rest, what rescaling has noted, and the sums of so many slices of
 * the rank's group; and `shifts`, the powers of two of the last round, where there are any.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Schedule } from "../../dsl/core.ts";
import { isRefusal } from "../base/refusal.ts";
import type { Floats } from "../tensor/floats.ts";
import { raise, type Rescaling } from "./rescale.ts";
import { groupSize, rounds, unravel, type SliceLoop } from "./steps.ts";

/** A checkpoint is worth at least so much modelled time, or it would cost more than it saves. */
const SECONDS_OF_A_CHECKPOINT = 1;

const DIGEST_BYTES = 32;

/** What a rank needs to keep its sums. */
export interface RankCheckpoint {
  readonly folder: string;
  /** Of this schedule: files of others are not taken for its own. */
  readonly digest: string;
  readonly round: number;
  /** Slices of a group between two checkpoints. */
  readonly every: number;
  /** Slices that are in the sums from which this run goes on. */
  readonly done: number;
  /** Ranks that run the same slices: they go on from the same checkpoint. */
  readonly peers: readonly number[];
  /** BigInt64 word a rank: slices in its last checkpoint. */
  readonly saved: SharedArrayBuffer;
}

export function loopOf({ steps }: Schedule): SliceLoop | undefined {
  return steps.find((step) => step.kind === "slice-loop");
}

/** One slice where a slice takes long; more where a checkpoint would cost more than it saves. */
export function slicesBetweenCheckpoints(schedule: Schedule): number {
  const loop = loopOf(schedule);
  if (loop === undefined) return 1;
  const seconds = loop.body.reduce((sum, { model }) => sum + model.seconds, 0);
  const worth = seconds > 0 ? Math.ceil(SECONDS_OF_A_CHECKPOINT / seconds) : 1;
  return Math.min(Math.max(1, worth), rounds(schedule, loop));
}

/** For every rank, where it goes on in this round; earlier rounds are forgotten. */
export function checkpointsFor(schedule: Schedule, folder: string, round: number): RankCheckpoint[] {
  const loop = loopOf(schedule);
  const ranks = Array.from({ length: groupSize(schedule.mesh) }, (_, rank) => rank);
  const digest = createHash("sha256").update(JSON.stringify(schedule)).digest("hex");
  for (const name of readdirSync(folder))
    if (/^\d+-\d+-\d+$/.test(name) && !name.startsWith(`${round}-`)) rmSync(path.join(folder, name));
  const radices = schedule.mesh.map(({ radix }) => radix);
  const groupOf = (rank: number): string => {
    const digits = unravel(rank, radices);
    return (loop?.digits ?? []).map((digit) => digits[digit]).join(",");
  };
  const saved = new SharedArrayBuffer(8 * ranks.length);
  const every = slicesBetweenCheckpoints(schedule);
  const own = ranks.map((rank) => whole({ folder, digest, round }, rank));
  return ranks.map((rank) => {
    const peers = ranks.filter((other) => groupOf(other) === groupOf(rank));
    const common = (own[rank] ?? []).filter((count) => peers.every((peer) => own[peer]?.includes(count)));
    const done = Math.max(0, ...common);
    new BigInt64Array(saved)[rank] = BigInt(done);
    return { folder, digest, round, every, done, peers, saved };
  });
}

type Place = Pick<RankCheckpoint, "folder" | "digest" | "round">;

function fileOf({ folder, round }: Place, rank: number, slices: number): string {
  return path.join(folder, `${round}-${rank}-${slices}`);
}

/** Counts of slices in a rank's files. */
function countsOf({ folder, round }: Place, rank: number): number[] {
  const begin = `${round}-${rank}-`;
  const ours = readdirSync(folder).filter((name) => name.startsWith(begin));
  return ours.map((name) => Number(name.slice(begin.length))).filter(Number.isSafeInteger);
}

/** Of the files that are whole. */
function whole(place: Place, rank: number): number[] {
  return countsOf(place, rank).filter((slices) => {
    const bytes = readFileSync(fileOf(place, rank, slices));
    return digestOf(place.digest, bytes.subarray(DIGEST_BYTES)).equals(bytes.subarray(0, DIGEST_BYTES));
  });
}

function digestOf(schedule: string, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha256").update(schedule);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function bytesOf({ buffer, byteOffset, byteLength }: Floats | Int32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function wordsOf(rescaling: Rescaling | undefined): Int32Array {
  return new Int32Array(rescaling?.largest ?? new SharedArrayBuffer(0));
}

/** Takes the sums, and what rescaling had noted, where the run goes on from. */
export function restore(
  checkpoint: RankCheckpoint,
  rank: number,
  sums: Floats,
  rescaling: Rescaling | undefined,
): void {
  const bytes = readFileSync(fileOf(checkpoint, rank, checkpoint.done));
  const words = wordsOf(rescaling);
  const noted = new Int32Array(words.length);
  bytes.copy(bytesOf(noted), 0, DIGEST_BYTES);
  noted.forEach((exponent, step) => raise(words, step, exponent));
  bytes.copy(bytesOf(sums), 0, DIGEST_BYTES + noted.byteLength);
}

/**
 * Keeps the sums of so many slices; files stay until all peers have a later one. Gives what the file system says where it refuses: the
 * value needs no files, so the run goes on.
 */
export function save(
  checkpoint: RankCheckpoint,
  rank: number,
  slices: number,
  sums: Floats,
  rescaling: Rescaling | undefined,
): string | undefined {
  const parts = [bytesOf(wordsOf(rescaling).slice()), bytesOf(sums)];
  const file = fileOf(checkpoint, rank, slices);
  const draft = `${file}.draft`;
  const refusal = refusalOf(() => {
    writeFileSync(draft, Buffer.concat([digestOf(checkpoint.digest, ...parts), ...parts]));
    renameSync(draft, file);
  });
  if (refusal !== undefined) {
    // Half a draft would take the room that the next one needs.
    refusalOf(() => rmSync(draft, { force: true }));
    return refusal;
  }
  const saved = new BigInt64Array(checkpoint.saved);
  Atomics.store(saved, rank, BigInt(slices));
  const all = Math.min(...checkpoint.peers.map((peer) => Number(Atomics.load(saved, peer))));
  return refusalOf(() => {
    for (const old of countsOf(checkpoint, rank)) if (old < all) rmSync(fileOf(checkpoint, rank, old));
  });
}

/** What the file system says where it refuses; other errors are thrown. */
export function refusalOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (isRefusal(error)) return error.message;
    throw error;
  }
}

/** In a report's warnings. `refusal`: what the file system said. */
export function unkeptWarning(network: string, folder: string, refusal: string): string {
  return (
    `${network}: not all sums of slices could be kept in ${folder} (${refusal}), so that a run that is stopped would begin ` +
    "further back: make room there, or name another folder"
  );
}

interface Round {
  readonly round: number;
  readonly shifts: readonly number[];
}

/** The last round with powers of two, if there was one. */
export function lastRound(folder: string): Round | undefined {
  const file = path.join(folder, "shifts");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Round) : undefined;
}

export function noteRound(folder: string, round: Round): void {
  const file = path.join(folder, "shifts");
  writeFileSync(`${file}.draft`, JSON.stringify(round));
  renameSync(`${file}.draft`, file);
}
