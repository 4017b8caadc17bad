/** What holds for every figure, and how a figure is written to a golden file. */
import { format } from "prettier";
import { expect } from "vitest";
import type { Figure } from "../../../kernel/figure/figure.ts";
import { pngOf } from "../../../kernel/figure/picture/png.ts";
import { PICTURE_WIDTH, svgOf } from "../../../kernel/figure/picture/svg.ts";

export interface TraceJson {
  readonly type: string;
  readonly name: string;
  readonly mode?: string;
  readonly x: readonly (number | null)[];
  readonly y: readonly (number | string | null)[];
  readonly base?: readonly number[];
  readonly hovertext?: readonly string[];
  readonly text?: readonly string[];
  readonly yaxis?: string;
}

export function tracesOf(figure: Figure): TraceJson[] {
  return figure.data as unknown as TraceJson[];
}

export function titleOf(figure: Figure): string {
  return (figure.layout["title"] as { text: string }).text;
}

/** Lines of the title as they are seen. */
export function titleLines(figure: Figure): string[] {
  return titleOf(figure)
    .split("<br>")
    .map((line) => line.replace(/<[^>]*>/g, ""));
}

export async function golden(figure: Figure): Promise<string> {
  return format(JSON.stringify(figure), { parser: "json", printWidth: 110 });
}

/** Plain JSON without NaN, small, with a sentence, with a title that fits 700 pixels, and with a still picture. */
export function expectSound(figure: Figure): void {
  const text = JSON.stringify(figure);
  expect(JSON.parse(text)).toEqual(figure);
  expect(text.length).toBeLessThan(300_000);
  expect(figure.summary).toMatch(/^\S.*\.$/);
  expectDrawn(figure);
  for (const line of titleLines(figure)) expect(line.length).toBeLessThanOrEqual(104);
  for (const trace of tracesOf(figure)) {
    expect(trace.x.length).toBe(trace.y.length);
    // Nulls stand between lines and nowhere else.
    if (trace.mode !== "lines") expect(trace.x).not.toContain(null);
    for (const texts of [trace.hovertext, trace.text, trace.base])
      if (texts !== undefined) expect(texts.length).toBe(trace.x.length);
  }
}

/** resvg reads it, so it is sound XML; every text begins and ends inside, and every trace that is named is. */
function expectDrawn(figure: Figure): void {
  const svg = svgOf(figure) ?? "";
  expect(svg).toMatch(/^<svg /);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(pngOf(svg).length).toBeGreaterThan(500);
  const height = Number(/height="(\d+)"/.exec(svg)?.[1]);
  for (const [, x, y] of svg.matchAll(/<text x="([\d.-]+)" y="([\d.-]+)"/g)) {
    expect(Number(x)).toBeGreaterThanOrEqual(0);
    expect(Number(x)).toBeLessThanOrEqual(PICTURE_WIDTH);
    expect(Number(y)).toBeGreaterThan(0);
    expect(Number(y)).toBeLessThan(height);
  }
  const named = figure.data.filter(({ showlegend }) => showlegend === true).map(({ name }) => String(name));
  for (const name of named) expect(svg.split("<defs>")[1]).toContain(name.replaceAll('"', "&quot;"));
}
