/** `tnlab kernel`. */
import { UserError } from "../../dsl/index.ts";
import { ConnectionError } from "../protocol/connection.ts";
import { runKernel } from "../session/kernel.ts";
import { OK, WrongUse, type Run } from "./command.ts";

export const run: Run = async ({ values }) => {
  const file = values.get("connection-file");
  if (file === undefined) throw new WrongUse("--connection-file is missing");
  try {
    await runKernel(file);
  } catch (error) {
    throw error instanceof ConnectionError ? new UserError(error.message) : error;
  }
  return OK;
};
