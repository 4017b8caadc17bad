/** numpy on one thread, beside which our arithmetic is timed: numpy permutes on one whatever it may use. */
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";

const PYTHON = path.resolve(".build/peer-env/bin/python");
const SCRIPT = "test/bench/peer/numpy_arithmetic.py";

export interface Numpy {
  /** Best seconds of the calls that fit the budget. */
  seconds(request: object, budget: number): Promise<number>;
  stop(): void;
}

export function startNumpy(): Numpy {
  // OPENBLAS_CORETYPE, where it is set, keeps numpy from its best kernels.
  const child = spawn(PYTHON, [SCRIPT], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, OPENBLAS_CORETYPE: undefined, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" },
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    seconds: async (request, budget) => {
      child.stdin.write(`${JSON.stringify({ ...request, budget })}\n`);
      return Number((await lines.next()).value);
    },
    stop: () => child.stdin.end(),
  };
}
