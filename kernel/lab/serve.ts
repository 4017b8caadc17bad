/** The lab as a program in the foreground: prints its address, serves until Ctrl-C, leaves no kernel behind. */
import { startLab } from "./server.ts";
import type { LabOptions } from "./server.ts";

/** Settles when SIGINT or SIGTERM has come and every kernel is closed. Throws what `startLab` throws. */
export async function serveLab(options: LabOptions, print: (line: string) => void): Promise<void> {
  // Before the address is printed, since who reads it may stop the lab at once.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        resolve();
      });
    }
  });
  const lab = await startLab(options);
  print(`Notebooks of ${options.folder}: ${lab.url}`);
  print("Ctrl-C stops the lab and its kernels.");
  await stopped;
  await lab.close();
}
