/** Which digits of the rank number take slices: the ranks that agree in those digits are a group that shares one slice. */
import { UserError } from "../base/diagnostic.ts";
import { elementBytes } from "../network/network.ts";
import { rankCount, type MeshDigit } from "../schedule/schedule.ts";
import { elementCount } from "./modes.ts";
import type { Problem } from "./problem.ts";

/**
 * Choices of digits that take slices, leading digits first, since a group should lie within a node: none, one, two, ... as
 * long as every group has a slice. With `groupSize` only the choice that makes such groups. Throws UserError where no digits do.
 */
export function sliceDigitChoices(
  mesh: readonly MeshDigit[],
  slices: number,
  groupSize?: number,
): (readonly number[])[] {
  if (groupSize !== undefined) return [digitsForGroups(mesh, groupSize)];
  return leadingDigits(mesh).filter(
    (digits) => digits.length === 0 || rankCount(mesh.slice(0, digits.length)) <= slices,
  );
}

/** Smallest groups that are tried: what fits a small one moves less in it. */
const MOST_CHOICES = 3;

/**
 * The choices of a problem that make the smallest groups whose memory holds every pair and its result, and the one that makes the largest,
 * which repeats least of what does not depend on the slice.
 */
export function likelyChoices({ choices, modes, model }: Problem): readonly (readonly number[])[] {
  const sizes = modes.nodes.map((ids) => elementCount(modes.modes, ids));
  const held = modes.pairs.map(
    ([a, b], at) => (sizes[a] ?? 0) + (sizes[b] ?? 0) + (sizes[modes.leaves + at] ?? 0),
  );
  const bytes = held.reduce((most, own) => Math.max(most, own), 0) * elementBytes(model.dtype);
  const groups = choices.map((digits) => {
    const ranks = model.mesh.reduce(
      (all, { radix }, digit) => (digits.includes(digit) ? all : all * radix),
      1,
    );
    return { digits, ranks };
  });
  groups.sort((a, b) => a.ranks - b.ranks);
  const able = groups.filter(({ ranks }) => bytes <= ranks * model.machine.device.memoryBytes);
  const last = groups.slice(-1);
  const tried = new Set([...able.slice(0, MOST_CHOICES), ...last]);
  return [...tried].map(({ digits }) => digits);
}

export function leadingDigits(mesh: readonly MeshDigit[]): number[][] {
  return Array.from({ length: mesh.length + 1 }, (_, count) =>
    Array.from({ length: count }, (_, digit) => digit),
  );
}

function digitsForGroups(mesh: readonly MeshDigit[], groupSize: number): number[] {
  const devices = rankCount(mesh);
  const found = digitsOfProduct(mesh, devices / groupSize, 0);
  if (found === undefined)
    throw new UserError(
      `groups of ${groupSize} do not share ${devices} devices equally; possible sizes: ${possibleSizes(mesh).join(", ")}`,
    );
  return found;
}

/** Digits from `first` on, as far in front as possible, whose radices multiply to `product`. */
function digitsOfProduct(mesh: readonly MeshDigit[], product: number, first: number): number[] | undefined {
  if (product === 1) return [];
  for (let digit = first; digit < mesh.length; digit += 1) {
    const rest = product / (mesh[digit]?.radix ?? 1);
    const others = Number.isInteger(rest) ? digitsOfProduct(mesh, rest, digit + 1) : undefined;
    if (others !== undefined) return [digit, ...others];
  }
  return undefined;
}

function possibleSizes(mesh: readonly MeshDigit[]): number[] {
  const sizes = mesh.reduce<number[]>((all, { radix }) => all.flatMap((size) => [size, size * radix]), [1]);
  return [...new Set(sizes)].sort((a, b) => a - b);
}
