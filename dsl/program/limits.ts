/** What one function of an expression may make or do at most, told before it starts: mathjs itself has no bounds. */
import { UserError } from "../base/diagnostic.ts";

/** Numbers made or multiplied by one call. */
const MOST_STEPS = 2 ** 22;

/** The same for all calls of a statement: loops evaluate an expression again and again. A few seconds. */
const MOST_IN_ALL = 2 ** 24;

/** Taken by the statement at work. mathjs' functions take no context that could hold it. */
let taken = 0;

/** Starts the count of a statement. */
export function startSteps(): void {
  taken = 0;
}

export type AnyFunction = (...values: readonly unknown[]) => unknown;

/** Rows, columns, ... of nested arrays; a number has none. */
function shapeOf(value: unknown): number[] {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0] as unknown) shape.push(level.length);
  return shape;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** zeros(2, 3), zeros([2, 3]); identity(3) has 3 rows and 3 columns. */
function madeSize(values: readonly unknown[]): number {
  const extents = values.flat(1).map(Number);
  return sizeOf(extents.map(Math.abs));
}

function squareOf([first]: readonly unknown[]): number {
  return Math.abs(Number(first)) ** 2;
}

function productSteps(values: readonly unknown[]): number {
  const shapes = values.map(shapeOf);
  const [left = [], right = []] = shapes;
  if (shapes.length > 2) return shapes.reduce((steps, shape) => steps * sizeOf(shape), 1);
  return (
    sizeOf(left) * (right.length > 1 || left.length === 0 ? sizeOf(right.slice(left.length > 0 ? 1 : 0)) : 1)
  );
}

/** Of inverses, determinants and the like: the cube of the longest side. */
function cubicSteps([first]: readonly unknown[]): number {
  return Math.max(1, ...shapeOf(first)) ** 3;
}

/** Arrays of different shapes are stretched over each other. */
function broadcastSteps(values: readonly unknown[]): number {
  const shapes = values.map((value) => shapeOf(value).reverse());
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  const sides = Array.from({ length: rank }, (_, axis) =>
    Math.max(...shapes.map((shape) => shape[axis] ?? 1)),
  );
  return sizeOf(sides);
}

const STEPS: Readonly<Record<string, (values: readonly unknown[]) => number>> = {
  zeros: madeSize,
  ones: madeSize,
  identity: (values) => (values.flat(1).length > 1 ? madeSize(values) : squareOf(values.flat(1))),
  diag: ([first, offset = 0]) =>
    shapeOf(first).length === 1
      ? (sizeOf(shapeOf(first)) + Math.abs(Number(offset))) ** 2
      : sizeOf(shapeOf(first)),
  kron: (values) => sizeOf(values.map((value) => sizeOf(shapeOf(value)))),
  multiply: productSteps,
  combinations: ([first]) => (typeof first === "number" ? Math.abs(first) : 1),
  pow: ([base, power]) =>
    shapeOf(base).length > 0 ? 64 * cubicSteps([base]) : broadcastSteps([base, power]),
  inv: cubicSteps,
  det: cubicSteps,
  norm: cubicSteps,
  divide: ([first, second]) => Math.max(broadcastSteps([first]), cubicSteps([second])),
  expm: (values) => 32 * cubicSteps(values),
  sqrtm: (values) => 256 * cubicSteps(values),
};

/** The function, with a bound. The new one throws UserError where the call would take too many steps. */
export function bounded(name: string, call: AnyFunction): AnyFunction {
  const count = Object.hasOwn(STEPS, name) ? (STEPS[name] ?? broadcastSteps) : broadcastSteps;
  return (...values) => {
    const steps = count(values);
    // Not a number: wrong arguments, which the function itself refuses.
    if (steps > MOST_STEPS)
      throw new UserError(`${name} would take ${steps.toExponential(0)} steps; the limit is ${MOST_STEPS}`);
    taken += steps > 0 ? steps : 1;
    if (taken > MOST_IN_ALL)
      throw new UserError(`the statement would take more than ${MOST_IN_ALL} steps in all`);
    return call(...values);
  };
}
