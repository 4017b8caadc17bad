/** The rectangle of a pair of axes, in pixels, and where values lie in it. */
import { placeOf, type Scale } from "./scale.ts";
import type { Coordinate } from "./plotly.ts";

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Two axes over their part of the picture. */
export interface Area {
  readonly box: Box;
  readonly x: Scale;
  readonly y: Scale;
}

/** The part of `plot` that the domains of two axes take. */
export function boxOf(plot: Box, x: Scale, y: Scale): Box {
  const [from = 0, to = 1] = x.json.domain ?? [];
  const [low = 0, high = 1] = y.json.domain ?? [];
  const [width, height] = [plot.right - plot.left, plot.bottom - plot.top];
  return {
    left: plot.left + from * width,
    right: plot.left + to * width,
    top: plot.bottom - high * height,
    bottom: plot.bottom - low * height,
  };
}

/** A place of the range in pixels. */
export function across({ box, x }: Area, place: number): number {
  const [low, high] = x.range;
  return box.left + ((place - low) / (high - low)) * (box.right - box.left);
}

export function up({ box, y }: Area, place: number): number {
  const [low, high] = y.range;
  return box.bottom - ((place - low) / (high - low)) * (box.bottom - box.top);
}

/** A point in pixels; undefined for a gap. */
export function pixels(area: Area, x: Coordinate, y: Coordinate): readonly [number, number] | undefined {
  const [a, b] = [placeOf(area.x, x), placeOf(area.y, y)];
  return a === undefined || b === undefined ? undefined : [across(area, a), up(area, b)];
}

/**
 * One unit is as long upwards as across: the axis that would be stretched shows more or, where it is constrained to its domain, is
 * drawn in the middle of that.
 */
export function squared(area: Area): Area {
  const { box, x, y } = area;
  const span = ({ range: [low, high] }: Scale): number => Math.abs(high - low);
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const most = Math.max(span(x) / width, span(y) / height);
  if (x.json.constrain === "domain") {
    const [dx, dy] = [(width - span(x) / most) / 2, (height - span(y) / most) / 2];
    return {
      box: { left: box.left + dx, right: box.right - dx, top: box.top + dy, bottom: box.bottom - dy },
      ...{ x, y },
    };
  }
  const widened = (scale: Scale, length: number): Scale => {
    const middle = (scale.range[0] + scale.range[1]) / 2;
    const half = ((most * length) / 2) * Math.sign(scale.range[1] - scale.range[0]);
    return { ...scale, range: [middle - half, middle + half] };
  };
  return { box, x: widened(x, width), y: widened(y, height) };
}
