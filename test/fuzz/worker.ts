/** Judges the programs of a range of seeds, one after the other, and says where it is before each. */
import { parentPort, workerData } from "node:worker_threads";
import { corpus } from "./corpus.ts";
import { fault } from "./judge.ts";
import { mutant } from "./mutate.ts";

export interface Task {
  /** Two numbers, shared: the seed at work, and a count that the parent watches. */
  readonly place: SharedArrayBuffer;
  readonly first: number;
  readonly last: number;
}

const { place, first, last } = workerData as Task;
const at = new Int32Array(place);
const seeds = corpus();
for (let seed = first; seed < last; seed += 1) {
  Atomics.store(at, 0, seed);
  Atomics.add(at, 1, 1);
  const found = fault(mutant(seeds, seed));
  if (found !== undefined) parentPort?.postMessage({ seed, found });
}
Atomics.store(at, 0, last);
