/** What slow links cost: the plan for whole links on the machine that has them, and one made for it. All modelled. */
import {
  communicationShare,
  formatNumber,
  formatSeconds,
  rankCount,
  type DegradedLink,
  type Schedule,
  type WhatIf,
} from "../../dsl/core.ts";
import type { Figure } from "./figure.ts";
import { axis, COLOURS, counted, listed, rounded, themed, type Sketch, type Trace } from "./theme.ts";
import { timeScale } from "./ticks.ts";

/** One count of devices. */
export interface DegradationPoint extends WhatIf {
  /** The plan where all links are whole. */
  readonly healthy: Schedule;
}

/** Losses below this part of the time are none. */
const NOTICED = 5e-4;

/** Bars of the times for one count of devices, lines of the losses over several. */
export function degradationFigure(
  network: string,
  machine: string,
  links: readonly DegradedLink[],
  points: readonly DegradationPoint[],
): Figure {
  const worst = points.reduce<DegradationPoint | undefined>(
    (most, point) =>
      most !== undefined && lossOf(most, most.kept) >= lossOf(point, point.kept) ? most : point,
    undefined,
  );
  const headline = `${network} on ${machine}: ${findingOf(links, points, worst)}`;
  const named = links.map(
    ({ node, device, share }) => `link(node ${node}, device ${device}) at ${percent(share)}`,
  );
  return themed({
    headline,
    detail: `${listed(named, 3)} · kept: the plan made for whole links, as it stands`,
    summary: `${headline}.`,
    ...(points.length === 1 && worst !== undefined ? barsOf(worst) : linesOf(points)),
  });
}

type Drawn = Pick<Sketch, "data" | "plotHeight" | "layout">;

/** More time than on whole links, as a part of that. */
function lossOf({ healthySeconds }: WhatIf, schedule: Schedule): number {
  return healthySeconds === 0 ? 0 : schedule.modelledSeconds / healthySeconds - 1;
}

function percent(part: number): string {
  return `${formatNumber(100 * part)} %`;
}

function findingOf(
  links: readonly DegradedLink[],
  points: readonly DegradationPoint[],
  worst: DegradationPoint | undefined,
): string {
  if (worst === undefined) return "no counts of devices to compare";
  const [kept, planned] = [lossOf(worst, worst.kept), lossOf(worst, worst.replanned)];
  const what = links.length === 1 ? "a slow link costs" : `${links.length} slow links cost`;
  if (kept < NOTICED) return `${what} no time (modelled)`;
  const [most, where] = points.length === 1 ? ["", ""] : ["at most ", ` on ${devicesOf(worst)}`];
  const remedy = planned < NOTICED ? "nothing" : planned > 0.99 * kept ? "no less" : percent(planned);
  return `${what} ${most}${percent(kept)}${where}, ${remedy} if planned for (modelled)`;
}

function devicesOf({ kept }: DegradationPoint): string {
  return counted(rankCount(kept.mesh), "device");
}

const KINDS: readonly {
  readonly name: string;
  readonly schedule: (point: DegradationPoint) => Schedule;
  readonly color: string;
}[] = [
  { name: "all links whole", schedule: ({ healthy }) => healthy, color: COLOURS.grey },
  { name: "plan kept", schedule: ({ kept }) => kept, color: COLOURS.vermilion },
  { name: "planned for it", schedule: ({ replanned }) => replanned, color: COLOURS.blue },
];

function hoverOf(point: DegradationPoint, { name, schedule }: (typeof KINDS)[number]): string {
  const plan = schedule(point);
  return [
    `<b>${name}</b> on ${devicesOf(point)}, all modelled`,
    `${formatSeconds(plan.modelledSeconds)}, ${percent(lossOf(point, plan))} more than on whole links`,
    `communication ${percent(communicationShare(plan))} of the time`,
    `by ${plan.method}, ${counted(plan.slices, "slice")}`,
  ].join("<br>");
}

function barsOf(point: DegradationPoint): Drawn {
  const plans = KINDS.map(({ schedule }) => schedule(point));
  const scale = timeScale(Math.max(...plans.map(({ modelledSeconds }) => modelledSeconds)));
  const parts = [
    ["compute", COLOURS.blue, (plan: Schedule) => 1 - communicationShare(plan)],
    ["move between devices", COLOURS.orange, communicationShare],
  ] as const;
  return {
    data: parts.map(([name, color, share]) => ({
      ...{ type: "bar", orientation: "h", name, showlegend: true },
      y: KINDS.map((kind) => kind.name),
      x: plans.map((plan) => (plan.modelledSeconds * share(plan)) / scale.seconds),
      marker: { color, line: { width: 0 } },
      ...{ hoverinfo: "text", textposition: "none" },
      hovertext: KINDS.map((kind) => hoverOf(point, kind)),
    })),
    plotHeight: 150,
    layout: {
      xaxis: axis("time of the whole contraction, modelled", { rangemode: "tozero", ...scale.axis }),
      yaxis: { autorange: "reversed", showgrid: false, automargin: true, type: "category", ticks: "" },
      ...{ barmode: "stack", bargap: 0.35 },
    },
  };
}

function linesOf(points: readonly DegradationPoint[]): Drawn {
  const devices = points.map(({ kept }) => rankCount(kept.mesh));
  const ticks: Trace = { tickvals: devices, ticktext: devices.map(String) };
  return {
    data: KINDS.slice(1).map((kind) => ({
      ...{ type: "scatter", mode: "lines+markers", name: kind.name, showlegend: true },
      x: devices,
      y: points.map((point) => rounded(100 * lossOf(point, kind.schedule(point)))),
      line: { color: kind.color, width: 2 },
      marker: { color: kind.color, size: 8 },
      cliponaxis: false,
      hoverinfo: "text",
      hovertext: points.map((point) => hoverOf(point, kind)),
    })),
    plotHeight: 280,
    layout: {
      xaxis: axis("devices", { type: "log", ...ticks }),
      yaxis: axis("more time than on whole links", { rangemode: "tozero", ticksuffix: " %" }),
    },
  };
}
