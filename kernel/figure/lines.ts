/** The lines of a network's figure. */
import { bondGroups, middleOf, ORIGIN, rootOf, type Drawing } from "./drawing.ts";
import { isHub, type Point } from "./graph.ts";
import { FAINT, rounded, type Trace } from "./theme.ts";

/** Pixels, by the extent. */
const LINE_WIDTHS = [1.2, 2, 3.2, 5];

/** A line with the extent that it carries. */
interface Line {
  readonly extent: number;
  readonly points: readonly Point[];
}

/** All lines, in four widths by the log of the extent. */
export function lineTraces(drawing: Drawing): Trace[] {
  const byWidth = new Map<number, (readonly Point[])[]>();
  for (const { extent, points } of [...bondLines(drawing), ...hubLines(drawing), ...tipLines(drawing)]) {
    const width = widthOf(extent);
    const lines = byWidth.get(width) ?? [];
    lines.push(points);
    byWidth.set(width, lines);
  }
  return [...byWidth]
    .sort(([a], [b]) => a - b)
    .map(([width, lines]) => polyline(`lines ${width}`, lines, width));
}

function bondLines(drawing: Drawing): Line[] {
  const { joints, places } = drawing;
  return bondGroups(joints).map(([ends, bonds]) => {
    const extent = bonds.reduce((product, bond) => product * bond.extent, 1);
    const [a = ORIGIN, b = ORIGIN] = ends.map((tensor) => places.tensors[tensor] ?? ORIGIN);
    const row = bonds.length === 1 ? places.rows?.get(bonds[0]?.label ?? "") : undefined;
    const bent =
      row === undefined
        ? [middleOf(drawing, bonds)]
        : ([
            [a[0], row],
            [b[0], row],
          ] as const);
    return { extent, points: [a, ...bent, b] };
  });
}

function hubLines({ joints, places }: Drawing): Line[] {
  return joints.filter(isHub).flatMap(({ label, extent, tensors }) => {
    const centre = places.joints.get(label) ?? ORIGIN;
    const row = places.rows?.get(label);
    return tensors.map((tensor) => {
      const end = places.tensors[tensor] ?? ORIGIN;
      const bent = row === undefined ? [] : ([[end[0], row]] as const);
      return { extent, points: [end, ...bent, centre] };
    });
  });
}

function tipLines(drawing: Drawing): Line[] {
  const { joints, places, tips } = drawing;
  return joints.flatMap((joint) => {
    const tip = tips.get(joint.label);
    if (tip === undefined) return [];
    const root = rootOf(drawing, joint);
    const bent = places.rows?.has(joint.label) === true ? ([[root[0], tip[1]]] as const) : [];
    return [{ extent: joint.extent, points: [root, ...bent, tip] }];
  });
}

function widthOf(extent: number): number {
  const step = extent <= 2 ? 0 : extent <= 8 ? 1 : extent <= 64 ? 2 : 3;
  return LINE_WIDTHS[step] ?? 1;
}

/** Points of a line, broken by nulls, as Plotly takes them. */
function polyline(name: string, lines: readonly (readonly Point[])[], width: number): Trace {
  const coordinate = (axis: 0 | 1): (number | null)[] =>
    lines.flatMap((line) => [...line.map((point) => rounded(point[axis], 4)), null]).slice(0, -1);
  return {
    ...{ type: "scatter", mode: "lines", name, x: coordinate(0), y: coordinate(1) },
    ...{ line: { color: FAINT, width }, hoverinfo: "skip", showlegend: false },
  };
}
