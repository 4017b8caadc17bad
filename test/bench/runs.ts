/**
 * What the process holds after every tenth of many runs of one network: nothing may grow. All figures measured.
 * `npm run bench runs -- [--runs 1000] [--engine threads|torch] [--workers 2] [--size 64]`
 */
import { parseArgs } from "node:util";
import { openSession } from "tnlab";
import { held } from "./held.ts";

const MEBI = 2 ** 20;

export async function runs(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: "string", default: "1000" },
      engine: { type: "string", default: "threads" },
      workers: { type: "string", default: "2" },
      size: { type: "string", default: "64" },
    },
  });
  const [count, workers, n] = [values.runs, values.workers, values.size].map(Number) as [
    number,
    number,
    number,
  ];
  const engine = values.engine === "torch" ? "torch" : "threads";
  const net = openSession()`
    index s_{*}: 4
    tensor A[i: ${n}, j: ${n}, s_1] = normal(seed 1)
    tensor B[j: ${n}, k: ${n}, s_2] = normal(seed 2)
    tensor C[k: ${n}, i: ${n}, s_1, s_2] = normal(seed 3)
    network Z = A B C
    order Z = (A B) C
    slice Z over s_1, s_2`;
  const schedule = (await net.order()).distribute();
  console.log(`${count} runs of A B C (${n} x ${n}, 16 slices) on ${engine}(${workers})`);
  console.log("runs  resident  heap      buffers   threads  files  handles  (MiB, measured)");
  const begun = performance.now();
  for (let done = 0; done <= count; done += 1) {
    if (done % Math.ceil(count / 10) === 0 || done === count) {
      const { resident, heap, buffers, threads, files, resources } = await held();
      const bytes = [resident, heap, buffers].map((one) => (one / MEBI).toFixed(2).padEnd(8));
      console.log(
        [
          String(done).padEnd(4),
          ...bytes,
          String(threads).padEnd(7),
          String(files).padEnd(5),
          resources,
        ].join("  "),
      );
    }
    if (done < count) await schedule.run({ engine, workers });
  }
  console.log(`${((performance.now() - begun) / 1000).toFixed(1)} s in all`);
  // The torch engine keeps a Python warm, and the process with it.
  process.exit(0);
}
