/** The surroundings of every drawn point: where its lines go, where its open ends stand, and which side is free for text. */
import { isHub, isLeg, type Joint, type Places, type Point } from "./graph.ts";

/** Of a leg, in units of a typical bond. */
const LENGTH = 0.55;

export type Side = "top center" | "bottom center" | "middle left" | "middle right";

export interface Surroundings {
  /** Ends of the legs and of open hubs, by label. */
  readonly tips: ReadonlyMap<string, Point>;
  /** The freest side of each tensor. */
  readonly sides: readonly Side[];
}

/** A point that lines leave, and the labels of the legs that need a place at it. */
interface Root {
  readonly point: Point;
  readonly directions: number[];
  readonly labels: string[];
}

export function surroundingsOf(joints: readonly Joint[], places: Places): Surroundings {
  const tensors = places.tensors.map((point): Root => ({ point, directions: [], labels: [] }));
  const hubs: Root[] = [];
  const tips = new Map<string, Point>();
  for (const joint of joints) {
    const ends = joint.tensors.map((tensor) => tensors[tensor]).filter((root) => root !== undefined);
    const [first, second] = ends;
    const hub = places.joints.get(joint.label);
    const row = places.rows?.get(joint.label);
    if (isLeg(joint) && row !== undefined && first !== undefined)
      tips.set(joint.label, [first.point[0] + 1, row]);
    else if (isLeg(joint)) first?.labels.push(joint.label);
    else if (hub !== undefined) {
      const root = {
        point: hub,
        directions: ends.map(({ point }) => direction(hub, point)),
        labels: [joint.label],
      };
      if (isHub(joint) && joint.open) hubs.push(root);
      for (const { point, directions } of ends) directions.push(direction(point, hub));
    } else if (first !== undefined && second !== undefined) {
      first.directions.push(direction(first.point, second.point));
      second.directions.push(direction(second.point, first.point));
    }
  }
  for (const { point, directions, labels } of [...tensors, ...hubs])
    spread(directions, labels.length).forEach((angle, k) => {
      directions.push(angle);
      tips.set(labels[k] ?? "", [point[0] + LENGTH * Math.cos(angle), point[1] + LENGTH * Math.sin(angle)]);
    });
  return { tips, sides: tensors.map(({ directions }) => freeSide(directions)) };
}

function direction(from: Point, to: Point): number {
  return Math.atan2(to[1] - from[1], to[0] - from[0]);
}

/** `count` angles, evenly in the widest gap between the directions taken; opposite ones where none is. */
function spread(taken: readonly number[], count: number): number[] {
  if (taken.length === 0) return Array.from({ length: count }, (_, k) => Math.PI * (1 + (2 * k) / count));
  const sorted = [...taken].sort((a, b) => a - b);
  const gaps = sorted.map((start, k) => {
    const next = sorted[k + 1] ?? (sorted[0] ?? 0) + 2 * Math.PI;
    return { start, width: next - start };
  });
  const widest = gaps.reduce((best, gap) => (gap.width > best.width + 1e-9 ? gap : best));
  return Array.from({ length: count }, (_, k) => widest.start + (widest.width * (k + 1)) / (count + 1));
}

const SIDES: readonly (readonly [Side, number])[] = [
  ["bottom center", -Math.PI / 2],
  ["top center", Math.PI / 2],
  ["middle right", 0],
  ["middle left", Math.PI],
];

/** The side furthest from all lines; below where there is a choice. */
function freeSide(directions: readonly number[]): Side {
  const room = (angle: number): number =>
    directions.reduce((least, taken) => Math.min(least, Math.acos(Math.cos(taken - angle))), Math.PI);
  return SIDES.reduce((best, side) => (room(side[1]) > room(best[1]) + 0.2 ? side : best))[0];
}
