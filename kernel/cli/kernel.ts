/** `tnlab kernel`. */
import { ConnectionError } from "../protocol/connection.ts";
import { runKernel } from "../session/kernel.ts";
import { OK, WrongUse, type Run } from "./command.ts";

export const run: Run = async ({ values }) => {
  const file = values.get("connection-file");
  if (file === undefined) throw new WrongUse("--connection-file is missing");
  try {
    await runKernel(file);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    // Loaded late: the kernel's own process is to start at once.
    const { UserError } = await import("../../dsl/index.ts");
    throw new UserError(error.message);
  }
  return OK;
};
