/** Still pictures: where things lie, what is written, and what is not drawn. */
import { describe, expect, test } from "vitest";
import type { Figure } from "../../../kernel/figure/figure.ts";
import { PLOTLY_MIME } from "../../../kernel/figure/figure.ts";
import { communicationFigure } from "../../../kernel/figure/communication.ts";
import { networkFigure } from "../../../kernel/figure/network.ts";
import { figureBundle } from "../../../kernel/figure/picture/bundle.ts";
import { PICTURE_WIDTH, svgOf } from "../../../kernel/figure/picture/svg.ts";
import { axis, themed, type Trace } from "../../../kernel/figure/theme.ts";
import { networkOf, planned } from "./samples.ts";

function figureOf(data: readonly Trace[], layout: Trace = {}): Figure {
  return themed({ headline: "a finding", summary: "A finding.", data, plotHeight: 200, layout });
}

function drawn(data: readonly Trace[], layout: Trace = {}): string {
  const svg = svgOf(figureOf(data, layout));
  if (svg === undefined) throw new Error("expected a picture");
  return svg;
}

/** The centres of all round marks but those of the legend. */
function circles(svg: string): [number, number][] {
  return [...svg.matchAll(/<circle cx="([\d.-]+)" cy="([\d.-]+)"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);
}

function rectangles(svg: string): { x: number; y: number; width: number; height: number; fill: string }[] {
  const found = svg.matchAll(
    /<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)" fill="([^"]+)"/g,
  );
  return [...found].map(([, x, y, width, height, fill = ""]) => {
    return { x: Number(x), y: Number(y), width: Number(width), height: Number(height), fill };
  });
}

/** Where the text of a tick stands. */
function tick(svg: string, text: string): [number, number] {
  const found = [...svg.matchAll(/<text x="([\d.-]+)" y="([\d.-]+)"[^>]*>([^<]*)</g)].find(
    ([, , , own]) => own === text,
  );
  if (found === undefined) throw new Error(`no text ${text}`);
  return [Number(found[1]), Number(found[2])];
}

const dots = {
  type: "scatter",
  mode: "markers",
  name: "dots",
  showlegend: false,
  marker: { color: "#0072b2", size: 6 },
};

describe("places", () => {
  test("a point lies at the crossing of the ticks of its values", () => {
    const svg = drawn([{ ...dots, x: [0, 10, 20], y: [0, 1, 2] }], {
      xaxis: axis("x", { range: [0, 20] }),
      yaxis: axis("y", { range: [0, 2], dtick: 1 }),
    });
    const points = circles(svg);
    expect(points[1]?.[0]).toBeCloseTo(tick(svg, "10")[0], 1);
    // The base line of a text lies 4 pixels below its middle.
    expect(points[1]?.[1]).toBeCloseTo(tick(svg, "1")[1] - 4, 1);
    expect((points[0]?.[0] ?? 0) + (points[2]?.[0] ?? 0)).toBeCloseTo(2 * (points[1]?.[0] ?? 0), 1);
  });

  test("an axis of logarithms has equal steps for equal factors, and no place for zero", () => {
    const svg = drawn([{ ...dots, x: [1, 10, 100, 0], y: [1, 1, 1, 1] }], {
      xaxis: axis("x", { type: "log", dtick: 1 }),
      yaxis: axis("y", { range: [0, 2] }),
    });
    const [a, b, c, ...none] = circles(svg).map(([x]) => x);
    expect(none).toEqual([]);
    expect((b ?? 0) - (a ?? 0)).toBeCloseTo((c ?? 0) - (b ?? 0), 1);
    expect(b).toBeCloseTo(tick(svg, "10")[0], 1);
  });

  test("a reversed axis grows downwards, and categories keep the order of the data", () => {
    const bar = { type: "bar", orientation: "h", name: "t", showlegend: false, marker: { color: "#e69f00" } };
    const svg = drawn([{ ...bar, x: [1, 2], y: ["first", "second"] }], {
      xaxis: axis("", { range: [0, 2] }),
      yaxis: { type: "category", autorange: "reversed", showgrid: false },
    });
    const [first, second] = rectangles(svg).filter(({ fill }) => fill === "#e69f00");
    expect(tick(svg, "first")[1]).toBeLessThan(tick(svg, "second")[1]);
    expect(first?.y).toBeLessThan(second?.y ?? 0);
    expect(second?.width).toBeCloseTo(2 * (first?.width ?? 0), 1);
    expect(first?.x).toBe(second?.x);
  });

  test("stacked bars stand on each other, overlaid ones on their base", () => {
    const bar = (color: string, y: number) => ({
      ...{ type: "bar", name: color, showlegend: false, width: 0.8, marker: { color } },
      ...{ x: [1, 2], y: [y, y] },
    });
    const svg = drawn([bar("#111111", 3), bar("#222222", 1)], {
      barmode: "stack",
      xaxis: axis("x", { range: [0, 3] }),
      yaxis: axis("y"),
    });
    const [lower] = rectangles(svg).filter(({ fill }) => fill === "#111111");
    const [upper] = rectangles(svg).filter(({ fill }) => fill === "#222222");
    expect((upper?.y ?? 0) + (upper?.height ?? 0)).toBeCloseTo(lower?.y ?? 0, 1);
    expect(lower?.height).toBeCloseTo(3 * (upper?.height ?? 0), 1);
    const based = {
      ...bar("#333333", 1),
      orientation: "h",
      base: [2, 5],
      x: [1, 1],
      y: ["a", "b"],
      width: 0.5,
    };
    const [one, other] = rectangles(drawn([based], { xaxis: axis("", { range: [0, 6] }) })).filter(
      ({ fill }) => fill === "#333333",
    );
    expect((other?.x ?? 0) - (one?.x ?? 0)).toBeCloseTo(3 * (one?.width ?? 0), 1);
  });

  test("a cell of a matrix lies at its column and row, in its colour, and one without a value is left out", () => {
    const matrix = { type: "heatmap", x: [0, 1, 2], y: [0, 1], zmin: 0, zmax: 10, name: "m" };
    const look = { colorscale: [[0, "#000000"], [1, "#646464"]], colorbar: { tickvals: [0], ticktext: ["none"] } }; // prettier-ignore
    const z = [
      [10, null, 5],
      [0, 0, 0],
    ];
    const svg = drawn([{ ...matrix, ...look, z }], {
      xaxis: axis("x", { range: [-0.5, 2.5], dtick: 1, constrain: "domain" }),
      yaxis: axis("y", { range: [1.5, -0.5], dtick: 1, scaleanchor: "x" }),
    });
    const cells = rectangles(svg).filter(({ fill }) => fill.startsWith("#") && fill !== "#fff");
    expect(cells.map(({ fill }) => fill)).toEqual(["#646464", "#323232", "#000000", "#000000", "#000000"]);
    const [first, third] = cells;
    expect(first?.width).toBeCloseTo(first?.height ?? 0, 1);
    expect((third?.x ?? 0) - (first?.x ?? 0)).toBeCloseTo(2 * (first?.width ?? 0), 1);
    expect((first?.x ?? 0) + (first?.width ?? 0) / 2).toBeCloseTo(tick(svg, "0")[0], 0);
    expect(cells[2]?.y).toBeCloseTo((first?.y ?? 0) + (first?.height ?? 0), 1);
    expect(tick(svg, "none")).toBeDefined();
  });

  test("a network's plane is not stretched: a square stays one", () => {
    const corners = { ...dots, x: [0, 1, 1, 0], y: [0, 0, 1, 1] };
    const hidden = { visible: false, range: [-0.5, 1.5] };
    const points = circles(drawn([corners], { xaxis: hidden, yaxis: { ...hidden, scaleanchor: "x" } }));
    const [a, b, c] = points;
    expect((b?.[0] ?? 0) - (a?.[0] ?? 0)).toBeCloseTo((b?.[1] ?? 0) - (c?.[1] ?? 0), 1);
  });

  test("a line breaks at a gap and goes in steps where asked", () => {
    const line = {
      type: "scatter",
      mode: "lines",
      name: "l",
      showlegend: false,
      line: { color: "#0072b2", width: 2 },
    };
    const ranges = { xaxis: axis("x", { range: [0, 4] }), yaxis: axis("y", { range: [0, 4] }) };
    const path = (trace: Trace): string =>
      /<path d="([^"]*)" fill="none" stroke="#0072b2"/.exec(drawn([{ ...line, ...trace }], ranges))?.[1] ??
      "";
    expect(path({ x: [0, 1, null, 2, 3], y: [0, 1, null, 2, 3] }).replace(/[^ML]/g, "")).toBe("MLML");
    expect(path({ x: [0, 1, 2], y: [0, 1, 2] }).replace(/[^ML]/g, "")).toBe("MLL");
    const steps = path({ x: [0, 1, 2], y: [0, 1, 2], line: { ...line.line, shape: "hv" } });
    expect(steps.replace(/[^ML]/g, "")).toBe("MLLLL");
  });
});

describe("texts", () => {
  test("what has a place in the legend is named there", () => {
    const svg = svgOf(communicationFigure(planned)) ?? "";
    for (const name of ["size made", "redistribute", "reduce", "in the node", "between nodes"])
      expect(svg).toContain(`>${name}</text>`);
  });

  test("a name with markup stays text", () => {
    const svg = svgOf(networkFigure(networkOf('<script>"&', "A<b>:i B&:i"))) ?? "";
    expect(svg).not.toMatch(/<script|<b>/);
    expect(svg).toContain("&lt;script&gt;");
    expect(svg).toContain("A&lt;b&gt;");
  });

  test("exponents are raised, in titles and beside axes", () => {
    const svg = drawn([{ ...dots, x: [1], y: [4] }], {
      yaxis: axis("y", { range: [0, 8], tickvals: [4], ticktext: ["2<sup>20</sup>"] }),
    });
    expect(svg).toMatch(/>2<tspan font-size="[\d.]+" dy="-[\d.]+">20<\/tspan>/);
  });

  test("large and small numbers are written with the prefixes of units", () => {
    const svg = drawn([{ ...dots, x: [0, 1], y: [0, 1] }], {
      xaxis: axis("", { range: [0, 0.003], dtick: 0.001, tickformat: "~s", ticksuffix: "s" }),
      yaxis: axis("", { type: "log", range: [9, 12], dtick: 1, tickformat: "~s", ticksuffix: "flop/s" }),
    });
    for (const text of ["1ms", "3ms", "1Gflop/s", "100Gflop/s", "1Tflop/s"])
      expect(tick(svg, text)).toBeDefined();
  });
});

describe("bundle", () => {
  test("a figure is there for every front end: interactive, without script, as pixels, in words", () => {
    const figure = communicationFigure(planned);
    const bundle = figureBundle(figure);
    expect(Object.keys(bundle)).toEqual([PLOTLY_MIME, "text/plain", "text/html", "image/png"]);
    expect(bundle["text/plain"]).toBe(figure.summary);
    const [, source = ""] =
      /src="data:image\/svg\+xml;base64,([^"]*)"/.exec(String(bundle["text/html"])) ?? [];
    expect(Buffer.from(source, "base64").toString()).toBe(svgOf(figure));
    const png = Buffer.from(String(bundle["image/png"]), "base64");
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    // Width in its header, one and a half dots a pixel.
    expect(png.readUInt32BE(16)).toBe(1.5 * PICTURE_WIDTH);
  });

  test.each([
    ["a map of colours", [{ type: "heatmap", z: [[1, 2]], x: [1], y: [1] }], {}],
    [
      "a map of colours by name",
      [{ type: "heatmap", z: [[1]], x: [1], y: [1], zmin: 0, zmax: 1, colorscale: "Viridis" }],
      {},
    ],
    ["a trace without points", [{ type: "scatter" }], {}],
    ["a trace that is none", [null], {}],
    ["a colour by name", [{ ...dots, x: [1], y: [1], marker: { color: "teal" } }], {}],
    [
      "a scale of colours by name",
      [{ ...dots, x: [1], y: [1], marker: { color: [1], colorscale: "Viridis" } }],
      {},
    ],
    ["notes on the plot", [{ ...dots, x: [1], y: [1] }], { annotations: [] }],
    ["an axis that is no object", [{ ...dots, x: [1], y: [1] }], { xaxis: 3 }],
  ])("of somebody's own figure with %s there is no still picture, and no error", (_, data, layout) => {
    const figure = { data: data as Trace[], layout, summary: "Something else." };
    expect(Object.keys(figureBundle(figure))).toEqual([PLOTLY_MIME, "text/plain"]);
  });
});
