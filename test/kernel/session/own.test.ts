/** The package in cells of a notebook that lies in no folder of it, as it comes from npm: built, without its sources. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import type { startKernel } from "../../../kernel/session/process.ts";

/** A kernel for cells in `folder`, of a copy of the package that they do not find by themselves. */
async function startInstalled(folder: string): ReturnType<typeof startKernel> {
  const installed = path.join(folder, "elsewhere", "tnlab");
  mkdirSync(installed, { recursive: true });
  for (const part of ["package.json", ".build/js"])
    cpSync(part, path.join(installed, part), { recursive: true });
  symlinkSync(path.resolve("node_modules"), path.join(installed, "node_modules"));
  const main = path.join(installed, ".build/js/kernel/session/process.js");
  const copy = (await import(pathToFileURL(main).href)) as { startKernel: typeof startKernel };
  return copy.startKernel({ folder });
}

test("a cell imports the package and its parts, and is told of a part that there is not", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "own-"));
  const kernel = await startInstalled(folder);
  const answers = (code: string): Promise<string> =>
    new Promise((resolve) => {
      const header = {
        msg_id: code,
        msg_type: "execute_request",
        session: "own",
        username: "",
        date: "",
        version: "5.4",
      };
      let text = "";
      const end = kernel.subscribe(({ parent_header, content }) => {
        if (parent_header.msg_id !== code) return;
        const shown = (content["data"] as Record<string, string> | undefined)?.["text/plain"];
        text += shown ?? (content["evalue"] as string | undefined) ?? "";
        if (content["execution_state"] !== "idle") return;
        end();
        resolve(text);
      });
      kernel.send({ channel: "shell", header, parent_header: {}, metadata: {}, content: { code } });
    });
  try {
    const part = 'import { randomCircuit } from "tnlab/dsl/circuit/generate.js";';
    expect(await answers(`${part} randomCircuit({ rows: 2, columns: 2, cycles: 1, seed: 1 }).qubits`)).toBe(
      "4",
    );
    const whole = 'import { presetNamed } from "tnlab/dsl/index.js"; import { tn } from "tnlab";';
    expect(await answers(`${whole} presetNamed("dgx-h100").node.count + typeof tn`)).toBe("'8function'");
    expect(await answers('import { no } from "tnlab/dsl/absent.js"; no')).toMatch(
      /Cannot find module 'tnlab\/dsl\/absent/,
    );
  } finally {
    await kernel.close();
    rmSync(folder, { recursive: true });
  }
});
