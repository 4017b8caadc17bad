/** The most that one core does: fused multiply-adds that wait for nothing, in a little program that the system's compiler makes. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

/** Flops a second of one thread; a multiply-add counts as two. */
export type Peak = Readonly<Record<"float32" | "float64", number>>;

const LIMIT_MILLISECONDS = 20_000;

/** As wide as the processor's vectors, and as many sums as hide how long one takes. */
const SOURCE = `
#include <stdio.h>
#include <time.h>
#if defined(__AVX512F__)
enum { BYTES = 64, SUMS = 16 };
#elif defined(__AVX__)
enum { BYTES = 32, SUMS = 12 };
#else
enum { BYTES = 16, SUMS = 12 };
#endif
enum { ROUNDS = 200000, GOES = 40 };
static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}
#define PEAK(scalar)                                                                   \\
  static double peak_##scalar(scalar factor) {                                         \\
    typedef scalar vector __attribute__((vector_size(BYTES)));                         \\
    vector sums[SUMS], by = factor - (vector){0}, total = {0};                         \\
    double least = 1e9;                                                                \\
    for (int i = 0; i < SUMS; i++) sums[i] = by + (scalar)i;                           \\
    for (int go = 0; go < GOES; go++) {                                                \\
      double start = seconds();                                                        \\
      for (int round = 0; round < ROUNDS; round++)                                     \\
        for (int i = 0; i < SUMS; i++) sums[i] = sums[i] * by + by;                    \\
      double took = seconds() - start;                                                 \\
      if (took < least) least = took;                                                  \\
    }                                                                                  \\
    for (int i = 0; i < SUMS; i++) total += sums[i];                                   \\
    /* Not a number never: what is summed is used. */                                  \\
    if (total[0] == 12345) puts("");                                                   \\
    return 2.0 * ROUNDS * SUMS * (BYTES / sizeof(scalar)) / least;                     \\
  }
PEAK(float)
PEAK(double)
int main(int count, char **words) {
  (void)words;
  printf("{\\"float32\\": %.6g, \\"float64\\": %.6g}\\n", peak_float(0.5f / count), peak_double(0.5 / count));
}
`;

/** Measured in about a second; undefined where there is no C compiler (cc) that can make it. */
export async function measuredPeak(): Promise<Peak | undefined> {
  const run = promisify(execFile);
  const folder = await mkdtemp(path.join(tmpdir(), "tnlab-peak-"));
  try {
    const [source, program] = ["peak.c", "peak"].map((name) => path.join(folder, name)) as [string, string];
    await writeFile(source, SOURCE);
    const options = { timeout: LIMIT_MILLISECONDS };
    await run("cc", ["-O3", "-march=native", "-ffp-contract=fast", "-o", program, source], options);
    return JSON.parse((await run(program, [], options)).stdout) as Peak;
  } catch {
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
