/**
 * Who sends to whom. In: a schedule. Out: the bytes between blocks of neighbouring ranks, in whole as the steps' models count them.
 * All modelled.
 */
import { rankCount, type MeshDigit, type Step } from "../schedule/schedule.ts";
import { usedDevices } from "./links.ts";
import { COLLECTIVES, walkExecutions, type Timed } from "./time.ts";

/** Bytes of a whole run, all slices included. */
export interface Traffic {
  readonly ranks: number;
  readonly ranksPerNode: number;
  /** Block b holds the ranks b * ranksPerBlock and following. */
  readonly ranksPerBlock: number;
  /** `bytes[from][to]`, blocks in their order; what moves inside a block is on the diagonal. */
  readonly bytes: readonly (readonly number[])[];
}

/** What moves over some digits: bytes that a rank sends to each of its peers, by where the peer is. */
interface Pattern {
  readonly digits: ReadonlySet<number>;
  /** In the same node. */
  near: number;
  /** In its own place of another node. */
  level: number;
  /** Anywhere in another node. */
  far: number;
}

/** Ranks are taken together in blocks where there are more than `mostBlocks`. */
export function trafficBetween(schedule: Timed, mostBlocks: number): Traffic {
  const { mesh } = schedule;
  const ranks = rankCount(mesh);
  let leading = mesh.length;
  while (rankCount(mesh.slice(0, leading)) > mostBlocks) leading -= 1;
  const blocks = rankCount(mesh.slice(0, leading));
  const bytes = Array.from({ length: blocks }, () => new Array<number>(blocks).fill(0));
  const places = Array.from({ length: blocks }, (_, block) => digitsOf(mesh.slice(0, leading), block));
  for (const pattern of patternsOf(schedule))
    places.forEach((from, row) => {
      places.forEach((to, column) => {
        const own = bytes[row];
        if (own !== undefined)
          own[column] = (own[column] ?? 0) + (ranks / blocks) * sentByRank(mesh, pattern, from, to);
      });
    });
  return { ranks, ranksPerNode: usedDevices(mesh).perNode, ranksPerBlock: ranks / blocks, bytes };
}

/** Most significant first. */
function digitsOf(mesh: readonly MeshDigit[], number: number): number[] {
  let rest = number;
  return mesh
    .map(({ radix }) => radix)
    .reverse()
    .map((radix) => {
      const digit = rest % radix;
      rest = (rest - digit) / radix;
      return digit;
    })
    .reverse();
}

/** Moves over the same digits taken together. */
function patternsOf(schedule: Timed): Iterable<Pattern> {
  const patterns = new Map<string, Pattern>();
  walkExecutions(schedule, (step, times) => {
    if (!("digits" in step) || !COLLECTIVES.includes(step.kind)) return;
    const key = [...step.digits].sort((a, b) => a - b).join(" ");
    const known = patterns.get(key) ?? { digits: new Set(step.digits), near: 0, level: 0, far: 0 };
    patterns.set(key, known);
    addStep(known, schedule.mesh, step, times);
  });
  return patterns.values();
}

/**
 * What a rank sends goes in equal parts to those that the model counts a message to: of an all-to-all that goes directly, all ranks
 * of the group, else those of its node, and of other nodes those in its place.
 */
function addStep(pattern: Pattern, mesh: readonly MeshDigit[], { kind, model }: Step, times: number): void {
  const { nodes, perNode } = usedDevices(mesh.filter((_, digit) => pattern.digits.has(digit)));
  const [near, level, far] = [perNode - 1, nodes - 1, perNode * (nodes - 1)];
  if (near > 0) pattern.near += (times * model.sentBytes.node) / near;
  if (level === 0) return;
  const direct = kind === "redistribute" && model.messages !== near + level;
  if (direct) pattern.far += (times * model.sentBytes.cluster) / far;
  else pattern.level += (times * model.sentBytes.cluster) / level;
}

/** Bytes from one rank of block `from` to all of block `to`: peers differ in the pattern's digits alone. */
function sentByRank(
  mesh: readonly MeshDigit[],
  { digits, near, level, far }: Pattern,
  from: readonly number[],
  to: readonly number[],
): number {
  const differ = from.flatMap((digit, position) => (digit === to[position] ? [] : [position]));
  if (differ.some((position) => !digits.has(position))) return 0;
  const within = (tier: MeshDigit["tier"]): number =>
    rankCount(mesh.filter((digit, k) => k >= from.length && digits.has(k) && digit.tier === tier));
  const apart = (tier: MeshDigit["tier"]): boolean =>
    differ.some((position) => mesh[position]?.tier === tier);
  const [nodes, places] = [within("cluster"), within("node")];
  const itself = differ.length === 0 ? 1 : 0;
  const nearPeers = apart("cluster") ? 0 : places - itself;
  const levelPeers = apart("node") ? 0 : nodes - itself;
  const farPeers = nodes * places - (apart("cluster") ? 0 : places);
  return near * nearPeers + level * levelPeers + far * farPeers;
}
