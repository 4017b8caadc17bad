/** A network laid out, which the parts of its figure are drawn from. */
import type { Network } from "../../dsl/core.ts";
import { isBond, isLeg, type Joint, type Places, type Point } from "./graph.ts";
import type { Surroundings } from "./legs.ts";

export interface Drawing {
  /** As drawn: the network itself, or its patches. */
  readonly network: Network;
  readonly joints: readonly Joint[];
  readonly places: Places;
  readonly tips: Surroundings["tips"];
  readonly sides: Surroundings["sides"];
  /** Patches stand for tensors: only they answer the mouse at length. */
  readonly patched: boolean;
}

export const ORIGIN: Point = [0, 0];

/** Where a leg begins. */
export function rootOf({ places }: Drawing, joint: Joint): Point {
  const root = isLeg(joint) ? places.tensors[joint.tensors[0] ?? 0] : places.joints.get(joint.label);
  return root ?? ORIGIN;
}

/** Bonds between the same two tensors are drawn as one line. */
export function bondGroups(joints: readonly Joint[]): [readonly number[], Joint[]][] {
  const groups = new Map<string, [readonly number[], Joint[]]>();
  for (const joint of joints.filter(isBond)) {
    const key = [...joint.tensors].sort((a, b) => a - b).join(" ");
    const group = groups.get(key) ?? [joint.tensors, []];
    group[1].push(joint);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Where a bond's label and hover are: its own place if it has one, else halfway. */
export function middleOf({ places }: Drawing, bonds: readonly Joint[]): Point {
  const [first] = bonds;
  const label = first?.label ?? "";
  const own = bonds.length === 1 ? places.joints.get(label) : undefined;
  const [a = ORIGIN, b = ORIGIN] = (first?.tensors ?? []).map((tensor) => places.tensors[tensor]);
  return own ?? [(a[0] + b[0]) / 2, places.rows?.get(label) ?? (a[1] + b[1]) / 2];
}
