/** `tnlab run FILE.tn`. */
import type { RunReport } from "../engine/report.ts";
import type { Environment, Output } from "../session/evaluate.ts";
import { emptyEnvironment, evaluate } from "../session/program.ts";
import { FAILED, OK, type Run } from "./command.ts";
import { interruptible } from "./interrupt.ts";
import { print, printJson } from "./print.ts";
import { complainAbout, diagnosticsJson, folderOf, hostFor, readProgram } from "./programs.ts";

export const runProgram: Run = ({ argument, flags }) => {
  const own = readProgram(argument);
  const asJson = flags.has("json");
  return interruptible(async (signal) => {
    const outputs: Output[] = [];
    const show = (output: Output): void => {
      outputs.push(output);
      if (!asJson) print(String(output.data["text/plain"]));
    };
    const host = hostFor(signal, folderOf(own), show);
    const { ok, diagnostics, environment } = await evaluate(own.source, emptyEnvironment(), host);
    complainAbout(own, diagnostics);
    if (asJson)
      printJson({
        ok,
        outputs: outputs.map(({ data }) => data),
        results: reportsOf(environment).map(reportJson),
        diagnostics: diagnosticsJson(own, diagnostics),
      });
    return ok ? OK : FAILED;
  });
};

function reportsOf({ results }: Environment): RunReport[] {
  return [...results.values()].flatMap(({ report }) => report ?? []);
}

/** Figures that were not measured are absent. */
function reportJson({ network, engine, machine, ranks, slices, value, ...report }: RunReport): object {
  return {
    network,
    engine,
    machine,
    devices: ranks,
    slices,
    ...(value !== undefined && {
      value: {
        labels: value.labels,
        shape: value.shape,
        dtype: value.dtype,
        re: Array.from(value.re),
        ...(value.im !== undefined && { im: Array.from(value.im) }),
      },
    }),
    modelled_seconds: report.modelledSeconds,
    ...(report.measuredSeconds !== undefined && { measured_seconds: report.measuredSeconds }),
    peak_bytes: report.peakBytes,
  };
}
