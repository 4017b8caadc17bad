/** The optional package koffi, which calls functions of the system's libraries on the memory in which the numbers lie. */
import { createRequire } from "node:module";
import { undisturbed } from "./loading.ts";

/** A byte of this process's memory. */
export type Address = number;

/** What is used of koffi. */
interface Koffi {
  /** Null: what the process has loaded. */
  load(file: string | null): Library;
  address(view: Uint8Array): bigint;
}

export interface Library {
  func(name: string, result: string, parameters: readonly string[]): (...values: unknown[]) => unknown;
}

/** Loaded once a thread. */
let loaded: Koffi | undefined;

export function koffi(): Koffi {
  return (loaded ??= undisturbed(() => createRequire(import.meta.url)("koffi") as Koffi));
}

export function hasKoffi(): boolean {
  try {
    return typeof koffi().load === "function";
  } catch {
    return false;
  }
}

/** Where the bytes of a buffer begin. Only shared buffers stay where they are. */
export function addressOf(buffer: ArrayBufferLike): Address {
  return Number(koffi().address(new Uint8Array(buffer)));
}
