/** graphical model -> the network whose value is its partition function, or the probability of what was observed. */
import { UserError } from "../base/diagnostic.ts";
import type { Dtype, Entries, Label, NetworkTensor, ValuedNetwork } from "../network/network.ts";
import type { Evidence, Factor, Model } from "./uai.ts";

export interface PartitionOptions {
  readonly name: string;
  readonly dtype?: Dtype;
  /** Observed variables are fixed: their indices are gone from the network. */
  readonly evidence?: Evidence;
  /** Variables `x_3` that are not summed over: the result is the (unnormalised) marginal. */
  readonly open?: readonly Label[];
}

/**
 * An index `x_v` a variable, a tensor `F(k)` a factor; variables in no factor get a vector of ones, `V(v)`.
 * The value is wanted as mantissa and exponent. Throws UserError where an open index is no variable, or an observed one.
 */
export function partition(model: Model, options: PartitionOptions): ValuedNetwork {
  const { name, dtype = "float64", evidence = new Map<number, number>(), open = [] } = options;
  const tensors: NetworkTensor[] = [];
  const entries: Entries[] = [];
  const add = (of: string, scope: readonly number[], re: Float64Array): void => {
    tensors.push({ name: of, labels: scope.map((variable) => `x_${variable}`) });
    entries.push({ re });
  };
  model.factors.forEach((factor, position) => {
    const free = factor.scope.filter((variable) => !evidence.has(variable));
    add(`F(${position})`, free, restricted(model, factor, evidence));
  });
  const used = new Set(model.factors.flatMap(({ scope }) => scope));
  model.extents.forEach((extent, variable) => {
    if (!used.has(variable) && !evidence.has(variable))
      add(`V(${variable})`, [variable], new Float64Array(extent).fill(1));
  });
  if (tensors.length === 0) add("V", [], Float64Array.of(1));
  const extents = Object.fromEntries(
    model.extents.flatMap((extent, variable) => (evidence.has(variable) ? [] : [[`x_${variable}`, extent]])),
  ) as Record<Label, number>;
  for (const label of open)
    if (extents[label] === undefined)
      throw new UserError(
        `the model has no free variable ${label}: they are x_0 to x_${model.extents.length - 1}, but for those observed`,
      );
  const rounded = entries.filter(({ re }) => !re.every(Number.isSafeInteger)).length;
  return { network: { name, dtype, tensors, open, extents }, entries, exact: { kind: "scaled", rounded } };
}

/** The table at the observed values, row-major over what is left of the scope. */
function restricted({ extents }: Model, { scope, table }: Factor, evidence: Evidence): Float64Array {
  let rows = table;
  // From the last axis on, so that the axes before it are still there.
  for (let axis = scope.length - 1, inner = 1; axis >= 0; axis -= 1) {
    const variable = scope[axis] as number;
    const [extent, value] = [extents[variable] ?? 1, evidence.get(variable)];
    if (value === undefined) inner *= extent;
    else rows = rows.filter((_, at) => Math.floor(at / inner) % extent === value);
  }
  return rows;
}
