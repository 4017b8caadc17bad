/** `tnlab import-report`. */
import { readJobReport } from "../engine/torch/job.ts";
import { describeReport } from "../session/describe.ts";
import { OK, type Run } from "./command.ts";
import { reportJson } from "./evaluate.ts";
import { print, printJson } from "./print.ts";

export const run: Run = ({ argument, flags }) => {
  const report = readJobReport(argument);
  if (flags.has("json")) printJson(reportJson(report));
  else print(describeReport(report));
  return Promise.resolve(OK);
};
