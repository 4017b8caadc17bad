/** Where the tensors of a network and the hubs of its indices are drawn. */
import type { Network } from "../../dsl/core.ts";
import { circuitPlaces } from "./circuit.ts";
import { isHub, neighboursOf, type Joint, type Places, type Point } from "./graph.ts";
import { stressLayout } from "./stress.ts";

/** Joined tensors further apart than this are no sign of a lattice. */
const LATTICE_REACH = 1.6;

/**
 * A circuit as circuits are drawn; a lattice where names or indices carry coordinates that put joined tensors
 * beside each other; else by distance in the graph.
 */
export function placesOf(network: Network, joints: readonly Joint[]): Places {
  const candidates = [
    () => circuitPlaces(network, joints),
    () => latticeByNames(network, joints),
    () => latticeByIndices(network, joints),
  ];
  for (const candidate of candidates) {
    const places = candidate();
    if (places !== undefined) return places;
  }
  const all = stressLayout(neighboursOf(network.tensors.length, joints));
  const hubs = joints
    .filter(isHub)
    .map(({ label }, k) => [label, all[network.tensors.length + k] ?? ORIGIN] as const);
  return { tensors: all.slice(0, network.tensors.length), joints: new Map(hubs), square: true };
}

const ORIGIN: Point = [0, 0];

/** `W(x=1,y=2)` is at (1, 2). Several kinds of tensors along one line are drawn as rows. */
function latticeByNames(network: Network, joints: readonly Joint[]): Places | undefined {
  const kinds = new Map<string, number>();
  const found = network.tensors.map(({ name }): Point | undefined => {
    const [, kind = "", inside] = /^(.*)\(([^()]*)\)$/.exec(name) ?? [];
    const values = integersOf((inside ?? "").split(",").map((part) => part.slice(part.indexOf("=") + 1)));
    if (values === undefined) return undefined;
    if (!kinds.has(kind)) kinds.set(kind, kinds.size);
    return values.length === 1 ? [values[0] ?? 0, -(kinds.get(kind) ?? 0)] : projected(values);
  });
  const tensors = completed(found, network, joints);
  if (tensors === undefined || !isLattice(tensors, joints)) return undefined;
  const hubs = joints.filter(isHub).map((hub) => [hub.label, meanOf(pointsOf(hub, tensors))] as const);
  return { tensors, joints: new Map(hubs), square: true };
}

/** `s_{1,2}` is at (1, 2), and a tensor in the middle of its indices. */
function latticeByIndices(network: Network, joints: readonly Joint[]): Places | undefined {
  const found = new Map<string, Point>();
  for (const { label } of joints) {
    const [, subscripts] = /_\{?([\d,]+)\}?$/.exec(label) ?? [];
    const values = integersOf((subscripts ?? "").split(","));
    if (values === undefined) return undefined;
    found.set(label, values.length === 1 ? [values[0] ?? 0, 0] : projected(values));
  }
  const tensors = network.tensors.map(({ labels }) =>
    meanOf(labels.map((label) => found.get(label) ?? ORIGIN)),
  );
  if (!isLattice(tensors, joints)) return undefined;
  return { tensors, joints: found, square: true };
}

function integersOf(texts: readonly string[]): number[] | undefined {
  return texts.length <= 3 && texts.every((text) => /^-?\d{1,6}$/.test(text)) ? texts.map(Number) : undefined;
}

/** Three dimensions seen from a corner. */
function projected([x = 0, y = 0, z = 0]: readonly number[]): Point {
  return [x + 0.38 * z, y + 0.27 * z];
}

/** The few tensors without coordinates go to the middle of their neighbours. */
function completed(
  found: readonly (Point | undefined)[],
  network: Network,
  joints: readonly Joint[],
): Point[] | undefined {
  const known = found.filter((point) => point !== undefined).length;
  if (known < 2 || known < 0.8 * found.length) return undefined;
  const around = network.tensors.map((): Point[] => []);
  for (const { tensors } of joints)
    for (const tensor of tensors)
      for (const other of tensors) {
        const point = found[other];
        if (point !== undefined) around[tensor]?.push(point);
      }
  return found.map((point, tensor) => point ?? meanOf(around[tensor] ?? []));
}

function meanOf(points: readonly Point[]): Point {
  const sum = points.reduce<Point>(([x, y], [dx, dy]) => [x + dx, y + dy], ORIGIN);
  return points.length === 0 ? ORIGIN : [sum[0] / points.length, sum[1] / points.length];
}

function pointsOf(joint: Joint, tensors: readonly Point[]): Point[] {
  return joint.tensors.map((tensor) => tensors[tensor] ?? ORIGIN);
}

/** No two tensors in one place, most that are joined are near each other, and no loop lies flat on a line. */
function isLattice(tensors: readonly Point[], joints: readonly Joint[]): boolean {
  const taken = new Set(tensors.map(([x, y]) => `${x.toFixed(3)} ${y.toFixed(3)}`));
  if (taken.size < tensors.length || hidesLoop(tensors, joints)) return false;
  let [near, all] = [0, 0];
  for (const joint of joints) {
    const points = pointsOf(joint, tensors);
    const middle = meanOf(points);
    for (const [x, y] of points) {
      all += 1;
      near += Number(2 * Math.hypot(x - middle[0], y - middle[1]) <= LATTICE_REACH);
    }
  }
  return near >= 0.8 * all;
}

/** Whether all tensors lie on one line and an index runs over others there, so that a ring would look like a chain. */
function hidesLoop(tensors: readonly Point[], joints: readonly Joint[]): boolean {
  const flat = ([0, 1] as const).find((axis) => tensors.every((at) => at[axis] === tensors[0]?.[axis]));
  if (flat === undefined) return false;
  const spans = joints.map((joint) => {
    const along = pointsOf(joint, tensors).map((at) => at[1 - flat] ?? 0);
    return [Math.min(...along), Math.max(...along)] as const;
  });
  // Several indices between the same two tensors are drawn as one line, and count once.
  const lines = [...new Map(spans.map((span) => [span.map((x) => x.toFixed(3)).join(" "), span])).values()]
    .filter(([left, right]) => left < right)
    .sort(([a], [b]) => a - b);
  return lines.some(([left], at) => left < (lines[at - 1]?.[1] ?? left) - 1e-3);
}
