/** The steps of a schedule while they are being emitted: a prologue that runs once, and the body of the slice loop. */
import { InvariantError } from "../base/diagnostic.ts";
import type { Buffer, BufferId, Mode, Placement, Step } from "../schedule/schedule.ts";
import { FREE } from "./model.ts";
import { elementCount } from "./modes.ts";

export interface Program {
  readonly modes: readonly Mode[];
  readonly buffers: Buffer[];
  readonly prologue: Step[];
  readonly body: Step[];
  /** Frees of buffers that the body reads but the prologue made; they follow the loop. */
  readonly epilogue: Step[];
  /** Buffers made inside the loop. */
  readonly looped: Set<BufferId>;
}

export function emptyProgram(modes: readonly Mode[]): Program {
  return { modes, buffers: [], prologue: [], body: [], epilogue: [], looped: new Set() };
}

export function allocate(program: Program, name: string, placement: Placement, inLoop: boolean): BufferId {
  const elements = elementCount(program.modes, placement.modes);
  const id = program.buffers.push({ name, placement, elements }) - 1;
  if (inLoop) program.looped.add(id);
  return id;
}

export function bufferOf(program: Program, id: BufferId): Buffer {
  const buffer = program.buffers[id];
  if (buffer === undefined) throw new InvariantError(`expected buffer ${id}, got none`);
  return buffer;
}

export function emit(program: Program, step: Step, inLoop: boolean): void {
  (inLoop ? program.body : program.prologue).push(step);
}

/** Frees a buffer after its last use; `inLoop` says where that use is. */
export function release(program: Program, buffer: BufferId, inLoop: boolean): void {
  const free: Step = { kind: "free", buffer, model: FREE };
  if (inLoop && !program.looped.has(buffer)) program.epilogue.push(free);
  else emit(program, free, inLoop);
}
