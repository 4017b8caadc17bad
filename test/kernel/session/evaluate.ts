/** Programs evaluated without a kernel around them. */
import { excerpt } from "../../../dsl/index.ts";
import type { Environment, Output } from "../../../kernel/session/evaluate.ts";
import { emptyEnvironment, evaluate } from "../../../kernel/session/program.ts";

export interface Shown {
  readonly ok: boolean;
  readonly environment: Environment;
  /** The texts of all outputs. */
  readonly texts: readonly string[];
  readonly outputs: readonly Output[];
  /** Diagnostics as a person sees them. */
  readonly told: readonly string[];
}

export async function evaluated(
  source: string,
  before: Environment = emptyEnvironment(),
  signal: AbortSignal = new AbortController().signal,
): Promise<Shown> {
  const outputs: Output[] = [];
  const { ok, environment, diagnostics } = await evaluate(source, before, {
    show: (output) => outputs.push(output),
    variable: () => undefined,
    folder: ".",
    signal,
  });
  const texts = outputs.map(({ data }) => String(data["text/plain"]));
  return { ok, environment, texts, outputs, told: diagnostics.map((one) => excerpt(source, one)) };
}
