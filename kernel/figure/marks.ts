/** The marks of a network's figure: tensors, bonds, hyperedges and ends of lines, with what they tell the mouse. */
import type { Network } from "../../dsl/core.ts";
import { bondGroups, middleOf, ORIGIN, rootOf, type Drawing } from "./drawing.ts";
import { isHub, isHyperedge, type Joint, type Point } from "./graph.ts";
import { kindsOf } from "./kinds.ts";
import type { Side } from "./legs.ts";
import { COLOURS, counted, countFromLog2, listed, plain, rounded, type Trace } from "./theme.ts";

/** Up to so many tensors and indices have their names written beside them. */
const NAMED_TENSORS = 16;
const NAMED_JOINTS = 24;
const NAMED_LEGS = 24;

/** Bonds of one pair of tensors that a hover text names. */
const HOVER_BONDS = 4;

/** Colours of the kinds of tensors, the commonest first. */
const KIND_COLOURS = [
  COLOURS.blue,
  COLOURS.orange,
  COLOURS.green,
  COLOURS.purple,
  COLOURS.sky,
  COLOURS.vermilion,
  COLOURS.grey,
];

function scatter(name: string, points: readonly Point[], texts: readonly string[], more: Trace): Trace {
  return {
    ...{ type: "scatter", mode: "markers", name },
    x: points.map(([x]) => rounded(x, 4)),
    y: points.map(([, y]) => rounded(y, 4)),
    hovertext: texts,
    hoverinfo: "text",
    showlegend: false,
    ...more,
  };
}

function hoverOfJoint({ network, patched }: Drawing, joint: Joint): string {
  const first = `<b>${plain(joint.label)}</b>: extent ${joint.extent}`;
  if (patched) return first;
  const names = listed(
    joint.tensors.map((tensor) => network.tensors[tensor]?.name ?? ""),
    network.tensors.length > 200 ? 2 : 6,
  );
  const role = joint.open ? "open" : isHyperedge(joint) ? "hyperedge" : "summed";
  return `${first}, ${role}<br>${plain(names)}`;
}

function isNamed({ network, joints }: Drawing): boolean {
  return joints.length <= NAMED_JOINTS && network.tensors.length <= NAMED_TENSORS;
}

/** Invisible points halfway along the bonds, which answer the mouse; their labels in small networks. */
export function bondTraces(drawing: Drawing): Trace[] {
  const groups = bondGroups(drawing.joints);
  if (groups.length === 0 || drawing.patched) return [];
  const names = {
    mode: "markers+text",
    text: groups.map(([, bonds]) => plain(bonds.map(({ label }) => label).join(" "))),
    textposition: groups.map(([ends]) => besideLine(drawing, ends)),
    textfont: { size: 11 },
  };
  return [
    scatter(
      "bonds",
      groups.map(([, bonds]) => middleOf(drawing, bonds)),
      groups.map(([, bonds]) => hoverOfBonds(drawing, bonds)),
      { ...(isNamed(drawing) ? names : {}), marker: { size: 10, opacity: 0 } },
    ),
  ];
}

function hoverOfBonds(drawing: Drawing, bonds: readonly Joint[]): string {
  const shown = bonds.slice(0, HOVER_BONDS).map((bond) => hoverOfJoint(drawing, bond));
  const more = bonds.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${counted(more, "bond")} more`] : [])].join("<br>");
}

/** Above a level line, to the right of an upright one. */
function besideLine({ places }: Drawing, ends: readonly number[]): Side {
  const [a = ORIGIN, b = ORIGIN] = ends.map((tensor) => places.tensors[tensor] ?? ORIGIN);
  return Math.abs(a[1] - b[1]) > 0.6 * Math.abs(a[0] - b[0]) ? "middle right" : "top center";
}

export function hubTraces(drawing: Drawing): Trace[] {
  const hubs = drawing.joints.filter(isHub);
  if (hubs.length === 0) return [];
  const size = drawing.network.tensors.length > 200 ? 4 : 7;
  const names = {
    mode: "markers+text",
    // An open one is named at its end.
    text: hubs.map(({ label, open }) => (open ? "" : plain(label))),
    textposition: "top center",
    textfont: { size: 11 },
  };
  return [
    scatter(
      "hyperedge",
      hubs.map(({ label }) => drawing.places.joints.get(label) ?? ORIGIN),
      hubs.map((hub) => hoverOfJoint(drawing, hub)),
      {
        ...(isNamed(drawing) ? names : {}),
        marker: { size, color: COLOURS.grey },
        ...{ showlegend: true, legendrank: 1100 },
      },
    ),
  ];
}

/** Ends of lines: a ring where the index is open, a dot where it is summed within its tensor. */
export function tipTraces(drawing: Drawing): Trace[] {
  const ends = drawing.joints.filter(({ label }) => drawing.tips.has(label));
  const looks = [
    ["open index", ends.filter(({ open }) => open), { symbol: "circle-open", line: { width: 1.5 } }],
    ["summed alone", ends.filter(({ open }) => !open), { symbol: "circle" }],
  ] as const;
  return looks.flatMap(([name, own, look]) => {
    if (own.length === 0) return [];
    const label = {
      mode: "markers+text",
      text: own.map((joint) => plain(joint.label)),
      textposition: own.map((joint) => sideOf(drawing, joint)),
      textfont: { size: 11 },
    };
    return [
      scatter(
        name,
        own.map((joint) => drawing.tips.get(joint.label) ?? ORIGIN),
        own.map((joint) => hoverOfJoint(drawing, joint)),
        {
          ...(ends.length <= NAMED_LEGS ? label : {}),
          marker: { size: 7, color: COLOURS.grey, ...look },
          ...{ showlegend: true, legendrank: 1200 },
        },
      ),
    ];
  });
}

/** The label stands on the side to which the leg points. */
function sideOf(drawing: Drawing, joint: Joint): Side {
  const [tip, root] = [drawing.tips.get(joint.label) ?? ORIGIN, rootOf(drawing, joint)];
  const [dx, dy] = [tip[0] - root[0], tip[1] - root[1]];
  if (Math.abs(dx) > Math.abs(dy)) return dx > 0 ? "middle right" : "middle left";
  return dy > 0 ? "top center" : "bottom center";
}

export function tensorTraces(drawing: Drawing): Trace[] {
  const { network, places } = drawing;
  const count = network.tensors.length;
  const size = count <= 20 ? 18 : count <= 120 ? 11 : count <= 500 ? 7 : 5;
  const kinds = kindsOf(network, KIND_COLOURS.length);
  return kinds.map(({ name, tensors }, position) =>
    scatter(
      kinds.length === 1 ? "tensor" : plain(name),
      tensors.map((tensor) => places.tensors[tensor] ?? ORIGIN),
      tensors.map((tensor) => hoverOfTensor(network, tensor)),
      {
        marker: { size, color: KIND_COLOURS[position] ?? COLOURS.grey, line: { width: 0 } },
        showlegend: true,
        ...(count <= NAMED_TENSORS
          ? {
              mode: "markers+text",
              text: tensors.map((tensor) => plain(network.tensors[tensor]?.name ?? "")),
              textposition: tensors.map((tensor) => drawing.sides[tensor] ?? "bottom center"),
              textfont: { size: 12 },
            }
          : {}),
      },
    ),
  );
}

function hoverOfTensor(network: Network, tensor: number): string {
  const { name = "", labels = [] } = network.tensors[tensor] ?? {};
  const axes = labels.map((label) => `${label}: ${network.extents[label] ?? 1}`);
  const log2 = labels.reduce((sum, label) => sum + Math.log2(network.extents[label] ?? 1), 0);
  return `<b>${plain(name)}</b>[${plain(listed(axes, 10))}]<br>${countFromLog2(log2)} ${log2 === 0 ? "entry" : "entries"}`;
}
