/**
 * A drawing of a graph in which distances on the page follow distances in the graph, by stochastic gradient descent on
 * the stress (J. Zheng, S. Pawar, D. Goodman, "Graph Drawing by Stochastic Gradient Descent", arXiv 1710.04626).
 * Deterministic: the random stream has a fixed seed.
 */
import { mulberry32 } from "../../dsl/core.ts";
import type { Point } from "./graph.ts";

/** Up to so many vertices all pairs count; beyond, the neighbours and the distances to so many pivots. */
const ALL_PAIRS = 500;
const PIVOTS = 40;
/** Passes over all terms: many for small graphs, where they are cheap and every bend shows. */
const EPOCHS = { small: 150, large: 30 };
const SMALL = 100;

/** Pairs of vertices and the distance they want. */
interface Terms {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly distance: Float64Array;
}

/** Positions of all vertices, one edge about one unit long; components side by side, the largest first. */
export function stressLayout(neighbours: readonly (readonly number[])[]): Point[] {
  const drawn = componentsOf(neighbours).map((vertices) => ({
    vertices,
    points: drawComponent(neighbours, vertices),
  }));
  const placed = new Array<Point>(neighbours.length).fill([0, 0]);
  shelves(drawn.map(({ points }) => extentOf(points))).forEach(([left, top], position) => {
    const { vertices, points } = drawn[position] ?? { vertices: [], points: [] };
    vertices.forEach((vertex, k) => {
      const [x, y] = points[k] ?? [0, 0];
      placed[vertex] = [left + x, top + y];
    });
  });
  return placed;
}

/** Vertices of each connected component, largest component first. */
function componentsOf(neighbours: readonly (readonly number[])[]): number[][] {
  const seen = new Set<number>();
  const found: number[][] = [];
  for (let start = 0; start < neighbours.length; start += 1) {
    if (seen.has(start)) continue;
    seen.add(start);
    const component = [start];
    for (const vertex of component)
      for (const next of neighbours[vertex] ?? []) {
        if (!seen.has(next)) component.push(next);
        seen.add(next);
      }
    found.push(component);
  }
  return found.sort((a, b) => b.length - a.length);
}

function drawComponent(neighbours: readonly (readonly number[])[], vertices: readonly number[]): Point[] {
  const place = new Map(vertices.map((vertex, position) => [vertex, position]));
  const local = vertices.map((vertex) => (neighbours[vertex] ?? []).map((next) => place.get(next) ?? 0));
  const known = chainOrRing(local);
  if (known !== undefined) return known;
  const random = mulberry32(20);
  const side = Math.sqrt(vertices.length);
  const x = Float64Array.from(vertices, () => side * random());
  const y = Float64Array.from(vertices, () => side * random());
  descend(termsOf(local), x, y, random);
  const edges = local.flatMap((list, k) => list.map((next) => [k, next] as const));
  return upright(
    vertices.map((_, k) => [x[k] ?? 0, y[k] ?? 0]),
    edges,
  );
}

/** A chain is drawn straight and a ring round, which the descent reaches only in the limit. */
function chainOrRing(neighbours: readonly (readonly number[])[]): Point[] | undefined {
  const unique = neighbours.map((list) => [...new Set(list)]);
  if (unique.some((list) => list.length > 2)) return undefined;
  const end = unique.findIndex((list) => list.length < 2);
  const walk = [Math.max(0, end)];
  const seen = new Set(walk);
  for (const vertex of walk) {
    const next = unique[vertex]?.find((other) => !seen.has(other));
    if (next === undefined) break;
    seen.add(next);
    walk.push(next);
  }
  const radius = 0.5 / Math.sin(Math.PI / walk.length);
  const points = new Array<Point>(walk.length).fill([0, 0]);
  walk.forEach((vertex, k) => {
    const angle = Math.PI / 2 - (2 * Math.PI * k) / walk.length;
    points[vertex] = end >= 0 ? [k, 0] : [radius * (1 + Math.cos(angle)), radius * (1 + Math.sin(angle))];
  });
  return points;
}

function termsOf(neighbours: readonly (readonly number[])[]): Terms {
  const count = neighbours.length;
  const everyone = neighbours.map((_, vertex) => vertex);
  const sources = count <= ALL_PAIRS ? everyone : everyone.filter((v) => v % Math.ceil(count / PIVOTS) === 0);
  const isSource = new Set(sources);
  const from: number[] = [];
  const to: number[] = [];
  const distance: number[] = [];
  const add = (a: number, b: number, wanted: number): void => {
    from.push(a);
    to.push(b);
    distance.push(wanted);
  };
  for (const source of sources) {
    const reached = distancesFrom(neighbours, source);
    for (let other = 0; other < count; other += 1)
      if (other < source ? !isSource.has(other) : other > source) add(source, other, reached[other] ?? 1);
  }
  if (sources.length < count)
    neighbours.forEach((list, vertex) => {
      for (const next of new Set(list)) if (vertex < next) add(vertex, next, 1);
    });
  return { from: Int32Array.from(from), to: Int32Array.from(to), distance: Float64Array.from(distance) };
}

function distancesFrom(neighbours: readonly (readonly number[])[], source: number): Int32Array {
  const distance = new Int32Array(neighbours.length).fill(-1);
  distance[source] = 0;
  const queue = [source];
  for (const vertex of queue)
    for (const next of neighbours[vertex] ?? [])
      if (distance[next] === -1) {
        distance[next] = (distance[vertex] ?? 0) + 1;
        queue.push(next);
      }
  return distance;
}

function descend(
  { from, to, distance }: Terms,
  x: Float64Array,
  y: Float64Array,
  random: () => number,
): void {
  const farthest = distance.reduce((most, value) => Math.max(most, value), 1);
  const order = Int32Array.from(distance, (_, term) => term);
  const epochs = x.length <= SMALL ? EPOCHS.small : EPOCHS.large;
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    // From the largest weighted step, d^2, down to a twentieth of an edge.
    const rate = farthest ** 2 * (0.05 / farthest ** 2) ** (epoch / (epochs - 1));
    shuffle(order, random);
    for (const term of order) {
      const [a, b, wanted] = [from[term] ?? 0, to[term] ?? 0, distance[term] ?? 1];
      const dx = (x[a] ?? 0) - (x[b] ?? 0) || 1e-6;
      const dy = (y[a] ?? 0) - (y[b] ?? 0) || 1e-6;
      const apart = Math.hypot(dx, dy);
      const step = (Math.min(1, rate / wanted ** 2) * (apart - wanted)) / (2 * apart);
      x[a] = (x[a] ?? 0) - step * dx;
      y[a] = (y[a] ?? 0) - step * dy;
      x[b] = (x[b] ?? 0) + step * dx;
      y[b] = (y[b] ?? 0) + step * dy;
    }
  }
}

function shuffle(order: Int32Array, random: () => number): void {
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
}

/**
 * Turned so that most edges are level or upright where the drawing is a grid, and so that its long side lies flat, the
 * first point in the upper left half; moved so that all coordinates are positive.
 */
function upright(points: readonly Point[], edges: readonly (readonly [number, number])[]): Point[] {
  const long = longAxis(points);
  const grid = gridAngle(points, edges);
  const angle = grid === undefined ? long : grid + (Math.PI / 2) * Math.round((long - grid) / (Math.PI / 2));
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turned = points.map(([x, y]) => [x * cos + y * sin, y * cos - x * sin] as const);
  const across = flipped(turned.map(([x]) => x));
  const up = flipped(turned.map(([, y]) => -y)).map((down) => -down);
  const [left, low] = [Math.min(...across), Math.min(...up)];
  return across.map((x, k) => [x - left, (up[k] ?? 0) - low]);
}

/** Mirrored if the first lies beyond the middle. */
function flipped(values: readonly number[]): number[] {
  const middle = (Math.min(...values) + Math.max(...values)) / 2;
  return values.map((value) => ((values[0] ?? 0) > middle + 1e-9 ? 2 * middle - value : value));
}

/** Direction of the first principal axis. */
function longAxis(points: readonly Point[]): number {
  const mean = (pick: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [cx, cy] = [mean(([x]) => x), mean(([, y]) => y)];
  const moment = (pick: (x: number, y: number) => number): number =>
    points.reduce((sum, [x, y]) => sum + pick(x - cx, y - cy), 0);
  const [across, along] = [moment((x, y) => 2 * x * y), moment((x, y) => x * x - y * y)];
  const round = Math.hypot(across, along) < 1e-6 * moment((x, y) => x * x + y * y);
  return round ? 0 : Math.atan2(across, along) / 2;
}

/** Direction that most edges have up to quarter turns; undefined where there is none. */
function gridAngle(
  points: readonly Point[],
  edges: readonly (readonly [number, number])[],
): number | undefined {
  let [cos, sin] = [0, 0];
  for (const [a, b] of edges) {
    const [from, to] = [points[a] ?? [0, 0], points[b] ?? [0, 0]];
    const quadruple = 4 * Math.atan2(to[1] - from[1], to[0] - from[0]);
    cos += Math.cos(quadruple);
    sin += Math.sin(quadruple);
  }
  return Math.hypot(cos, sin) > 0.5 * edges.length && edges.length > 0 ? Math.atan2(sin, cos) / 4 : undefined;
}

function extentOf(points: readonly Point[]): Point {
  return [Math.max(...points.map(([x]) => x)), Math.max(...points.map(([, y]) => y))];
}

/** Places rectangles in rows, the whole somewhat wider than high; returns the lower left corners. */
function shelves(sizes: readonly Point[]): Point[] {
  const gap = 1;
  const area = sizes.reduce((sum, [width, height]) => sum + (width + gap) * (height + gap), 0);
  const widest = Math.max(1.4 * Math.sqrt(area), ...sizes.map(([width]) => width));
  let [left, top, tallest] = [0, 0, 0];
  return sizes.map(([width, height]) => {
    if (left > 0 && left + width > widest) [left, top, tallest] = [0, top - tallest - gap, 0];
    const corner = [left, top - height] as const;
    left += width + gap;
    tallest = Math.max(tallest, height);
    return corner;
  });
}
