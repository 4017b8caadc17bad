/** Results go to stdout, everything else to stderr. */

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One line of JSON. Infinities and NaN, which JSON lacks, become null. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

export function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A reader that has seen enough (`tnlab order ... | head`) ends the command quietly. */
export function allowClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit();
    });
  }
}
