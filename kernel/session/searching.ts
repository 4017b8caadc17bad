/** Searches of an order as a person follows them: a figure that is shown anew, and a start from what was found before. */
import {
  cost,
  describeObjective,
  lowerBound,
  repair,
  type ContractionTree,
  type Network,
} from "../../dsl/index.ts";
import { figureBundle, plainBundle } from "../figure/picture/bundle.ts";
import { searchFigure, type SearchProgress } from "../figure/search.ts";
import { searchOrder, type Found, type Improvement, type SearchOptions } from "../search/search.ts";
import type { Host, Output, Searched } from "./evaluate.ts";

/** Shorter searches show nothing. */
const FIRST_SECONDS = 0.5;
const INTERVAL_MILLISECONDS = 250;
/** The bound takes up to a second of one core: of shorter searches it is not taken until they are over. */
const LONG_SECONDS = 5;

/** As `searchOrder`; where somebody watches, a figure of cost against search time stays in the output. */
export async function searchWatched(
  { showing }: Host,
  network: Network,
  options: SearchOptions,
): Promise<Found> {
  if (showing === undefined) return searchOrder(network, options);
  const steps: Improvement[] = [];
  const begun = performance.now();
  const picture = pictures(network, options);
  let shown = 0;
  let replace: ((output: Output) => void) | undefined;
  const timer = setInterval(() => {
    const seconds = (performance.now() - begun) / 1000;
    if (seconds < FIRST_SECONDS || steps.length === shown) return;
    shown = steps.length;
    const output = picture({ steps, seconds, finished: false });
    if (replace === undefined) replace = showing(output);
    else replace(output);
  }, INTERVAL_MILLISECONDS);
  try {
    const found = await searchOrder(network, {
      ...options,
      onImprovement: (step) => {
        steps.push(step);
        options.onImprovement?.(step);
      },
    });
    const { history, seconds } = found;
    if (seconds < FIRST_SECONDS) return found;
    const output = picture({ steps: history, seconds, finished: true });
    if (replace === undefined) showing(output);
    else replace(output);
    return found;
  } finally {
    clearInterval(timer);
  }
}

type Moment = Pick<SearchProgress, "steps" | "seconds" | "finished">;

function pictures(network: Network, { objective, seconds }: SearchOptions): (moment: Moment) => Output {
  const quantity = objective === "size" ? "size" : "flops";
  const own = { network: network.name, objective: describeObjective(objective), quantity } as const;
  let least: number | undefined;
  return (moment) => {
    if (moment.finished || seconds >= LONG_SECONDS)
      least ??= lowerBound(network)[quantity === "size" ? "log2Size" : "log2Flops"];
    const progress = { ...own, ...moment, ...(least !== undefined && { least }) };
    // A still picture of what still changes would cost the search time.
    const bundle = moment.finished ? figureBundle : plainBundle;
    return { data: bundle(searchFigure(progress)) };
  };
}

/** The order of a former search as a tree of the network now, and a line that says so; undefined where too little is left. */
export function startFrom(
  former: Searched | undefined,
  network: Network,
): { readonly start: ContractionTree; readonly line: string } | undefined {
  if (former === undefined || !isAlike(former.network, network)) return undefined;
  const start = repair(former.network, former.tree, network);
  const flops = cost(network, start).log10Flops;
  const how = isSame(former.network, network) ? "" : ", repaired";
  const amount = flops === -Infinity ? "no" : `10^${flops.toFixed(3)}`;
  const line = `${network.name}: the search begins from the order found before${how} (${amount} multiply-adds)`;
  return { start, line };
}

/** Tensors, indices and extents alike; the whole tree of one is a tree of the other. */
function isSame(before: Network, after: Network): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

/** Half of the tensors at least are known by name. */
function isAlike(before: Network, after: Network): boolean {
  const names = new Set(before.tensors.map(({ name }) => name));
  return 2 * after.tensors.filter(({ name }) => names.has(name)).length >= after.tensors.length;
}
