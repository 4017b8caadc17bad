/** Named rules that every schedule obeys. In: a schedule. Out: the breaches found, none for a sound schedule. */
import { InvariantError } from "../base/diagnostic.ts";
import { definedBy } from "./arena.ts";
import {
  rankCount,
  type Buffer,
  type BufferId,
  type Placement,
  type Schedule,
  type Step,
} from "./schedule.ts";
import { stridedFault } from "./strided.ts";
import { contractionBeside, cutOf, isMove } from "./tiles.ts";

export type Rule =
  | "defined-before-use"
  | "freed-once"
  | "placement-is-sound"
  | "shapes-multiply-out"
  | "collective-group-is-sound"
  | "tiles-beside-a-contraction"
  | "partial-sums-settled"
  | "result-is-whole"
  | "fits-in-memory";

export interface Breach {
  readonly rule: Rule;
  readonly detail: string;
}

interface Walk {
  readonly schedule: Schedule;
  readonly breaches: Breach[];
  readonly live: Set<BufferId>;
  readonly dead: Set<BufferId>;
}

/** Checks every rule. `memoryBytes`: what one rank has; absent where that is not to be checked. */
export function verify(schedule: Schedule, memoryBytes?: number): readonly Breach[] {
  const walk: Walk = { schedule, breaches: [], live: new Set(), dead: new Set() };
  for (const buffer of schedule.buffers) checkPlacement(walk, buffer);
  checkSteps(walk, schedule.steps);
  checkResult(walk);
  if (memoryBytes !== undefined && schedule.peakBytes > memoryBytes)
    report(walk, "fits-in-memory", `peak ${schedule.peakBytes} bytes, device has ${memoryBytes}`);
  return walk.breaches;
}

/** For passes that make schedules: a breach is a bug of the pass. */
export function assertSound(schedule: Schedule): Schedule {
  const [first] = verify(schedule);
  if (first !== undefined)
    throw new InvariantError(`expected a sound schedule, got ${first.rule}: ${first.detail}`);
  return schedule;
}

function report(walk: Walk, rule: Rule, detail: string): void {
  walk.breaches.push({ rule, detail });
}

function placementOf(walk: Walk, id: BufferId): Placement {
  return walk.schedule.buffers[id]?.placement ?? { modes: [], split: [], partial: [] };
}

function elementsOf(walk: Walk, id: BufferId): number {
  return walk.schedule.buffers[id]?.elements ?? NaN;
}

function extentOfModes(walk: Walk, modes: readonly number[]): number {
  return modes.reduce((product, mode) => product * (walk.schedule.modes[mode]?.extent ?? NaN), 1);
}

function checkPlacement(walk: Walk, buffer: Buffer): void {
  const { modes, split, partial } = buffer.placement;
  const { mesh } = walk.schedule;
  const bad = (detail: string): void => report(walk, "placement-is-sound", `${buffer.name}: ${detail}`);
  if (split.length !== mesh.length) bad(`expected ${mesh.length} digits, got ${split.length}`);
  const used = [...modes, ...split.filter((mode) => mode !== null)];
  if (new Set(used).size !== used.length) bad("a mode is placed twice");
  split.forEach((mode, digit) => {
    if (mode !== null && walk.schedule.modes[mode]?.extent !== mesh[digit]?.radix)
      bad(`mode ${mode} does not fit digit ${digit}`);
  });
  if (partial.some((digit) => split[digit] !== null)) bad("partial sums along a digit that is split");
  const elements = extentOfModes(walk, modes);
  if (elements !== buffer.elements)
    report(
      walk,
      "shapes-multiply-out",
      `${buffer.name}: modes give ${elements}, buffer says ${buffer.elements}`,
    );
}

function checkSteps(walk: Walk, steps: readonly Step[]): void {
  checkTiles(walk, steps);
  for (const step of steps) {
    for (const id of readBy(step)) checkLive(walk, id, step.kind);
    checkShapes(walk, step);
    checkPartial(walk, step);
    if (step.kind === "free") release(walk, step.buffer);
    const made = definedBy(step);
    if (made !== undefined) define(walk, made, step.kind);
    if (step.kind === "slice-loop") checkLoop(walk, step);
  }
}

/** Each tiled move has its own contraction beside it, with an axis that the tiles and the blocks of the move divide. */
function checkTiles(walk: Walk, steps: readonly Step[]): void {
  const beside = new Set<Step>();
  for (const [position, step] of steps.entries()) {
    if (!isMove(step) || step.tiles === undefined) continue;
    const contraction = contractionBeside(steps, position, step.tiles.beside);
    if (contraction === undefined)
      report(walk, "tiles-beside-a-contraction", `${step.kind}: no contraction ${step.tiles.beside} it`);
    else if (beside.has(contraction))
      report(walk, "tiles-beside-a-contraction", `${step.kind}: another move is beside its contraction`);
    else if (cutOf(walk.schedule, contraction, step, step.tiles) === undefined)
      report(
        walk,
        "tiles-beside-a-contraction",
        `${step.kind}: ${step.tiles.count} tiles do not divide its contraction along ${step.tiles.axis}`,
      );
    if (contraction !== undefined) beside.add(contraction);
  }
}

/** Buffers that a step reads; a slice loop reads `from` at the end of its body. */
export function readBy(step: Step): readonly BufferId[] {
  switch (step.kind) {
    case "load":
    case "slice-loop":
    case "free":
      return [];
    case "contract":
      return [step.a, step.b];
    case "sum":
    case "permute":
    case "redistribute":
    case "gather":
    case "reduce":
    case "reduce-scatter":
    case "broadcast":
      return [step.in];
    default:
      return step satisfies never;
  }
}

function checkLive(walk: Walk, id: BufferId, kind: string): void {
  if (!walk.live.has(id)) report(walk, "defined-before-use", `${kind} reads buffer ${id}, which is not live`);
}

function define(walk: Walk, id: BufferId, kind: string): void {
  if (walk.live.has(id)) report(walk, "defined-before-use", `${kind} defines buffer ${id} again`);
  walk.live.add(id);
}

function release(walk: Walk, id: BufferId): void {
  if (!walk.live.delete(id)) report(walk, "freed-once", `buffer ${id} is freed but not live`);
  walk.dead.add(id);
}

function checkLoop(walk: Walk, loop: Extract<Step, { kind: "slice-loop" }>): void {
  const before = new Set(walk.live);
  checkSteps(walk, loop.body);
  checkLive(walk, loop.from, "slice-loop");
  for (const id of before)
    if (!walk.live.has(id)) report(walk, "freed-once", `buffer ${id} from outside is freed in the loop`);
  for (const id of walk.live)
    if (!before.has(id) && id !== loop.from)
      report(walk, "freed-once", `buffer ${id} of the loop's body outlives it`);
}

/** Only a contraction, a sum, a permutation and the collectives that settle them may read partial sums. */
function checkPartial(walk: Walk, step: Step): void {
  const settles = step.kind === "reduce" || step.kind === "reduce-scatter" ? step.digits : [];
  const out = definedBy(step);
  if (out === undefined || step.kind === "slice-loop" || step.kind === "load") return;
  const owed = new Set(readBy(step).flatMap((id) => [...placementOf(walk, id).partial]));
  for (const digit of settles) owed.delete(digit);
  const declared = new Set(placementOf(walk, out).partial);
  for (const digit of owed)
    if (!declared.has(digit))
      report(walk, "partial-sums-settled", `${step.kind} forgets the sum over digit ${digit}`);
}

function checkShapes(walk: Walk, step: Step): void {
  const expectSize = (id: BufferId, elements: number): void => {
    if (elementsOf(walk, id) !== elements)
      report(
        walk,
        "shapes-multiply-out",
        `${step.kind}: buffer ${id} has ${elementsOf(walk, id)}, not ${elements}`,
      );
  };
  if (step.kind === "contract" && step.strided !== undefined) {
    const fault = stridedFault(step, (id) => elementsOf(walk, id));
    if (fault !== undefined) report(walk, "shapes-multiply-out", `contract: ${fault}`);
  } else if (step.kind === "contract") {
    expectSize(step.a, (step.shared === "a" ? 1 : step.batch) * step.m * step.k);
    expectSize(step.b, (step.shared === "b" ? 1 : step.batch) * step.k * step.n);
    expectSize(step.out, step.batch * step.m * step.n);
  } else if (step.kind === "sum") {
    expectSize(step.in, step.outer * step.reduced * step.inner);
    expectSize(step.out, step.outer * step.inner);
  } else if (step.kind === "permute") {
    const elements = step.shape.reduce((product, extent) => product * extent, 1);
    expectSize(step.in, elements);
    expectSize(step.out, elements);
  } else if ("digits" in step && step.kind !== "slice-loop") checkCollective(walk, step);
}

type Collective = Extract<
  Step,
  { kind: "redistribute" | "gather" | "reduce" | "reduce-scatter" | "broadcast" }
>;

/** How many times larger the output is than the input, for a group of `group` ranks. */
function growth(kind: Collective["kind"], group: number): number {
  if (kind === "gather") return group;
  return kind === "reduce-scatter" ? 1 / group : 1;
}

function checkCollective(walk: Walk, step: Collective): void {
  const { mesh } = walk.schedule;
  const known = step.digits.every((digit) => mesh[digit] !== undefined);
  if (!known || new Set(step.digits).size !== step.digits.length)
    report(walk, "collective-group-is-sound", `${step.kind} over digits ${step.digits.join(",")}`);
  const group = rankCount(step.digits.flatMap((digit) => mesh[digit] ?? []));
  const expected = elementsOf(walk, step.in) * growth(step.kind, group);
  if (elementsOf(walk, step.out) !== expected)
    report(walk, "shapes-multiply-out", `${step.kind}: buffer ${step.out} is not of ${expected} elements`);
  if (step.kind === "redistribute") checkExchange(walk, step);
}

/** The modes that come must lead the input, those that leave must lead the output. */
function checkExchange(walk: Walk, step: Extract<Step, { kind: "redistribute" }>): void {
  const before = placementOf(walk, step.in);
  const after = placementOf(walk, step.out);
  step.digits.forEach((digit, position) => {
    if (before.modes[position] !== after.split[digit] || after.modes[position] !== before.split[digit])
      report(walk, "placement-is-sound", `redistribute: digit ${digit} does not swap the leading modes`);
  });
}

function checkResult(walk: Walk): void {
  const { schedule } = walk;
  checkLive(walk, schedule.result, "the result");
  const { modes, split, partial } = placementOf(walk, schedule.result);
  if (split.some((mode) => mode !== null) || partial.length > 0)
    report(walk, "result-is-whole", "the result is still split or owes sums");
  const labels = modes.map((mode) => schedule.modes[mode]?.label);
  const order = labels.filter((label, position) => label !== labels[position - 1]);
  const expected = schedule.open.filter((label) => (schedule.extents[label] ?? 1) > 1);
  if (order.join() !== expected.join())
    report(walk, "result-is-whole", `expected axes ${expected.join()}, got ${order.join()}`);
  for (const id of walk.live)
    if (id !== schedule.result) report(walk, "freed-once", `buffer ${id} is never freed`);
}
