/** `tnlab run FILE.tn`. */
import { availableParallelism } from "node:os";
import path from "node:path";
import type { Decimal, ExactValue, MachineSpec } from "../../dsl/index.ts";
import { chromeTrace } from "../engine/chrome.ts";
import { ARITHMETIC_NAMES, type ArithmeticName } from "../engine/engine.ts";
import { multiplierFor } from "../engine/choose.ts";
import type { RunReport, SlowLink } from "../engine/report.ts";
import type { Environment, Output } from "../session/evaluate.ts";
import { emptyEnvironment, evaluate } from "../session/program.ts";
import { FAILED, OK, WrongUse, type Arguments, type Run } from "./command.ts";
import { checkWritable, writeText } from "./files.ts";
import { interruptible } from "./interrupt.ts";
import { complain, print, printJson } from "./print.ts";
import { runLine } from "./progress.ts";
import { complainAbout, diagnosticsJson, folderOf, hostFor, readProgram } from "./programs.ts";
import { integer } from "./values.ts";

export const runProgram: Run = (given) => {
  const { argument, flags } = given;
  const runsOn = chosenEngine(given);
  const arithmetic = chosenArithmetic(given, runsOn);
  if (flags.has("overlap") && runsOn?.kind === "threads")
    throw new WrongUse(
      "--overlap is of the torch engine: worker threads do not move and contract at the same time",
    );
  const own = readProgram(argument);
  const asJson = flags.has("json");
  const trace = given.values.get("trace");
  if (trace !== undefined) checkWritable(trace);
  return interruptible(async (signal) => {
    const outputs: Output[] = [];
    const show = (output: Output): void => {
      outputs.push(output);
      if (!asJson) print(String(output.data["text/plain"]));
    };
    const multiplier = await multiplierFor(arithmetic, (sentence) => {
      complain(`warning: ${sentence}`);
    });
    const checkpoints = given.values.get("checkpoints");
    const host = {
      multiplier,
      checkpoints: checkpoints && path.resolve(checkpoints),
      ...(flags.has("overlap") && { overlap: true }),
      ...hostFor(signal, folderOf(own), show),
      ...(runsOn && { runsOn }),
      following: runLine(),
    };
    const { ok, diagnostics, environment } = await evaluate(own.source, emptyEnvironment(), host);
    complainAbout(own, diagnostics);
    const reports = reportsOf(environment);
    if (trace !== undefined) writeText(trace, `${JSON.stringify(chromeTrace(reports))}\n`);
    if (asJson)
      printJson({
        ok,
        outputs: outputs.map(({ data }) => data),
        results: reports.map(reportJson),
        diagnostics: diagnosticsJson(own, diagnostics),
      });
    return ok ? OK : FAILED;
  });
};

const ENGINES = ["threads", "torch"] as const;

/** What --engine and --processes say. Throws WrongUse. */
function chosenEngine(given: Arguments): MachineSpec | undefined {
  const name = given.values.get("engine");
  const workers = integer(given, "processes", { least: 1, most: 1024 });
  if (name === undefined) {
    if (workers !== undefined) throw new WrongUse("--processes goes with --engine only");
    return undefined;
  }
  const kind = ENGINES.find((one) => one === name);
  if (kind === undefined)
    throw new WrongUse(`there is no engine ${name} (known: ${ENGINES.join(", ")})`, { name, known: ENGINES });
  return { kind, workers: workers ?? availableParallelism() };
}

/** What --arithmetic says. Throws WrongUse. */
function chosenArithmetic(
  { values }: Arguments,
  runsOn: MachineSpec | undefined,
): ArithmeticName | undefined {
  const name = values.get("arithmetic");
  if (name === undefined) return undefined;
  if (runsOn?.kind === "torch") throw new WrongUse("--arithmetic is of the threads engine, not of torch");
  const known = ARITHMETIC_NAMES.find((one) => one === name);
  if (known !== undefined) return known;
  throw new WrongUse(`there is no arithmetic ${name} (known: ${ARITHMETIC_NAMES.join(", ")})`, {
    name,
    known: ARITHMETIC_NAMES,
  });
}

function reportsOf({ results }: Environment): RunReport[] {
  return [...results.values()].flatMap(({ report }) => report ?? []);
}

/** Entries are decimal texts, with all their digits where the value is exact, else as mantissa and exponent. */
function exactJson(exact: ExactValue): object {
  if (exact.kind === "exact") return { entries: exact.entries };
  const texts = (plane: readonly Decimal[]): string[] =>
    plane.map(({ mantissa, exponent10 }) => `${mantissa}e${exponent10}`);
  return {
    entries: texts(exact.re),
    ...(exact.im && { im: texts(exact.im) }),
    ...(exact.relativeError !== undefined && { relative_error: exact.relativeError }),
  };
}

function linkJson({ ranks, bytesPerSecond, usualBytesPerSecond }: SlowLink): object {
  return { ranks, bytes_per_second: bytesPerSecond, usual_bytes_per_second: usualBytesPerSecond };
}

/** Figures that were not measured are absent. */
export function reportJson({ network, engine, machine, ranks, slices, value, ...report }: RunReport): object {
  return {
    network,
    engine,
    ...(report.arithmetic !== undefined && { arithmetic: report.arithmetic }),
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
    ...(report.exact && { exact: exactJson(report.exact) }),
    ...(report.warnings && { warnings: report.warnings }),
    ...(report.slowLinks && { slow_links: report.slowLinks.map(linkJson) }),
    modelled_seconds: report.modelledSeconds,
    ...(report.measuredSeconds !== undefined && { measured_seconds: report.measuredSeconds }),
    peak_bytes: report.peakBytes,
  };
}
