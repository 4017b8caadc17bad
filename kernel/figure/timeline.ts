/** What every device does when: measured where the run was measured, with the model's view above it. */
import type { RunReport } from "../engine/report.ts";
import { merged, rankIntervals, secondsBy, type Interval, type Row } from "./bars.ts";
import type { Figure } from "./figure.ts";
import type { Activity } from "./steps.ts";
import { axis, COLOURS, counted, plain, rounded, themed, type Trace } from "./theme.ts";
import { timeScale, timeText, type TimeScale } from "./ticks.ts";

/** Ranks drawn; of more, some spread evenly over all. */
const MOST_RANKS = 16;
/** Bars of all rows together, which keeps the JSON below about 300 kB. */
const MOST_BARS = 1600;

const LOOKS: readonly (readonly [Activity, string, string])[] = [
  ["compute", "compute", COLOURS.blue],
  ["rearrange", "load and reorder", COLOURS.sky],
  ["move", "move between devices", COLOURS.orange],
  ["wait", "wait", "rgba(128,136,148,0.55)"],
];

/** Draws a row a rank, over seconds since the start of the run. */
export function timelineFigure(report: RunReport): Figure {
  const measured = report.measuredSeconds !== undefined;
  const exact = rowsOf(report, measured);
  const limit = Math.floor(MOST_BARS / Math.max(1, exact.length));
  const rows = exact.map(({ name, intervals }) => ({ name, intervals: merged(intervals, limit) }));
  const thinned = rows.some(({ intervals }, row) => intervals.length < (exact[row]?.intervals.length ?? 0));
  const longest = rows.reduce((end, { intervals }) => Math.max(end, endOf(intervals)), 0);
  const scale = timeScale(longest);
  return themed({
    ...wordsOf(report, exact, thinned),
    data: LOOKS.flatMap((look) => barTrace(rows, look, scale, measured)),
    plotHeight: 24 + 26 * Math.max(2, rows.length),
    layout: {
      xaxis: axis("", { range: [0, rounded((1.01 * longest) / scale.seconds || 1)], ...scale.axis }),
      yaxis: { autorange: "reversed", showgrid: false, automargin: true, type: "category", ticks: "" },
      barmode: "overlay",
      bargap: 0.25,
    },
  });
}

function endOf(intervals: readonly Interval[]): number {
  const last = intervals.at(-1);
  return last === undefined ? 0 : last.start + last.seconds;
}

/** The model's row stands above measured ones; all ranks have the same model. */
function rowsOf(report: RunReport, measured: boolean): Row[] {
  const shown = Math.min(report.ranks, MOST_RANKS);
  const ranks = Array.from({ length: shown }, (_, row) =>
    shown === 1 ? 0 : Math.round((row * (report.ranks - 1)) / (shown - 1)),
  );
  const rows = ranks.map((rank) => ({
    name: `device ${rank}`,
    intervals: rankIntervals(report, rank, measured ? "measured" : "modelled"),
  }));
  return measured ? [{ name: "modelled", intervals: rankIntervals(report, 0, "modelled") }, ...rows] : rows;
}

function wordsOf(
  report: RunReport,
  rows: readonly Row[],
  thinned: boolean,
): { headline: string; detail: string; summary: string } {
  const { network, machine, ranks, slices, measuredSeconds } = report;
  const modelled = `${timeText(report.modelledSeconds)} modelled`;
  const time =
    measuredSeconds === undefined ? modelled : `${timeText(measuredSeconds)} measured, ${modelled}`;
  const headline = `${network} on ${machine}: ${time}`;
  const shares = sharesOf(rows.filter(({ name }) => name !== "modelled"));
  const details = [shares];
  if (slices > 1) details.push(`${counted(slices, "slice")}, each step of all slices drawn as one`);
  if (ranks > MOST_RANKS) details.push(`${MOST_RANKS} of ${ranks} devices`);
  if (thinned) details.push("short steps drawn together");
  return { headline, detail: details.join(" · "), summary: `${headline}; ${shares}.` };
}

/** How the devices spend their time, in percent. */
function sharesOf(rows: readonly Row[]): string {
  const spent = secondsBy(rows.flatMap(({ intervals }) => intervals));
  const all = spent.compute + spent.rearrange + spent.move + spent.wait;
  if (all === 0) return "no step takes time";
  return LOOKS.filter(([activity]) => spent[activity] > 0)
    .map(([activity, name]) => `${name} ${percent(spent[activity] / all)}`)
    .join(", ");
}

function percent(share: number): string {
  return share < 0.01 ? "< 1 %" : `${Math.round(100 * share)} %`;
}

function barTrace(
  rows: readonly Row[],
  [activity, name, color]: (typeof LOOKS)[number],
  scale: TimeScale,
  measured: boolean,
): Trace[] {
  const own = rows.flatMap((row) =>
    row.intervals.flatMap((interval) =>
      interval.activity === activity ? [{ row: row.name, interval }] : [],
    ),
  );
  if (own.length === 0) return [];
  return [
    {
      ...{ type: "bar", orientation: "h", name, showlegend: true },
      y: own.map(({ row }) => row),
      base: own.map(({ interval }) => rounded(interval.start / scale.seconds)),
      x: own.map(({ interval }) => rounded(interval.seconds / scale.seconds)),
      marker: { color, line: { width: 0 } },
      hoverinfo: "text",
      textposition: "none",
      hovertext: own.map(({ row, interval }) =>
        hoverOf(interval, name, measured && row !== "modelled" ? "measured" : "modelled"),
      ),
    },
  ];
}

function hoverOf({ seconds, steps, name }: Interval, activity: string, source: string): string {
  const what = steps === 1 ? plain(name) : `${counted(steps, "step")}, the longest ${plain(name)}`;
  return `<b>${activity}</b> ${timeText(seconds)} ${source}<br>${what}`;
}
