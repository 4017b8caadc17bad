/** `order` statements: written orders, paths, and methods. */
import { UserError, type Span } from "../base/diagnostic.ts";
import { nearest } from "../base/suggest.ts";
import { leftAfterAbsorption, MOST_OPTIMAL_TENSORS } from "../plan/methods.ts";
import { checkTree, fromLinear } from "../plan/path.ts";
import { parsePath } from "../plan/pathfile.ts";
import type { Expression, OrderBody, OrderItem, SearchClause, Word } from "../syntax/tree.ts";
import { lookUp, type Checker } from "./checker.ts";
import { evaluate, evaluateAmount, seedOf, type Scope } from "./expression.ts";
import type { Network } from "../network/network.ts";
import type { OrderSpec, SearchWishes } from "./program.ts";
import { didYouMean, refuse } from "./refusal.ts";
import { readOf, textOf } from "./files.ts";
import { factorIndex } from "./instances.ts";
import { sweepPairs, writtenOrder } from "./written.ts";

const DEFAULT_SECONDS = 5;
const DEFAULT_SEED = 1;

type SearchSpec = Extract<OrderSpec, { kind: "search" }>;

function defaultSearch({ context: { search = {} } }: Checker): SearchSpec {
  const { seconds = DEFAULT_SECONDS, seed } = search;
  const seeded = seed === undefined ? {} : ({ seeded: true } as const);
  return { kind: "search", objective: "flops", seconds, seed: seed ?? DEFAULT_SEED, ...seeded };
}

/** Throws Refusal. */
export function orderSpec(checker: Checker, name: Word, body: OrderBody): OrderSpec {
  const { network } = lookUp(checker, "network", name).valued;
  switch (body.kind) {
    case "explicit":
      return explicitOrder(checker, network, body.parts, name);
    case "by":
      return { kind: "tree", pairs: sweepPairs(checker, network, body.variables) };
    case "path":
      return { kind: "tree", pairs: pathPairs(network, body.path, checker.scope) };
    case "pathFile":
      return fileOrder(checker, network, body.file);
    case "word":
      return methodOrder(checker, network, body.word, name);
    case "search":
      return body.clauses.reduce((spec, clause) => withClause(checker, spec, clause), defaultSearch(checker));
    default:
      return body satisfies never;
  }
}

/** Searches for one count of devices each: what is contracted fast there moves little, too. */
export function searchOfEach(checker: Checker, clauses: readonly SearchClause[]): SearchWishes {
  const begun: SearchSpec = { ...defaultSearch(checker), objective: "combo" };
  const wished = clauses.reduce((spec, clause) => withClause(checker, spec, clause), begun);
  const { objective, seconds, seed, seeded } = wished;
  return { objective, seconds, seed, ...(seeded && { seeded }) };
}

const METHODS = ["greedy", "search", "optimal", "partition", "anneal"] as const;

function methodOrder(checker: Checker, network: Network, word: Word, name: Word): OrderSpec {
  const { text, span } = word;
  const method = METHODS.find((known) => known === text);
  const { exact, bases } = factorIndex(network);
  if (exact.has(text) || (method === undefined && bases.has(text)))
    return explicitOrder(checker, network, [[{ kind: "factor", word }]], name);
  switch (method) {
    case "search":
      return defaultSearch(checker);
    case "optimal":
      return optimalOrder(network, span);
    case "greedy":
    case "partition":
    case "anneal":
      return { kind: method };
    case undefined: {
      const hint = didYouMean(nearest(text, METHODS)) ?? `methods: ${METHODS.join(", ")}`;
      return refuse("bad-choice", { what: "a method or a factor", got: text }, span, hint);
    }
    default:
      return method satisfies never;
  }
}

function optimalOrder(network: Network, span: Span): OrderSpec {
  const left = leftAfterAbsorption(network);
  if (left <= MOST_OPTIMAL_TENSORS) return { kind: "optimal" };
  const blanks = { network: network.name, left, limit: MOST_OPTIMAL_TENSORS };
  return refuse("order-too-many", blanks, span, `write order ${network.name} = search`);
}

/** A written order that is no whole tree is completed by the search that `search` asks for. */
function explicitOrder(
  checker: Checker,
  network: Network,
  parts: readonly (readonly OrderItem[])[],
  name: Word,
): OrderSpec {
  const { pairs, whole } = writtenOrder(checker, network, parts, name);
  return whole ? { kind: "tree", pairs } : { ...defaultSearch(checker), kind: "partial", pairs };
}

function withClause(checker: Checker, spec: SearchSpec, clause: SearchClause): SearchSpec {
  const { scope } = checker;
  switch (clause.kind) {
    case "minimizing":
      return { ...spec, objective: objectiveOf(checker, clause.objective, clause.machine) };
    case "within":
      return { ...spec, seconds: evaluateAmount(clause.value, scope, "s") };
    case "seed":
      return { ...spec, seed: seedOf(clause.value, scope), seeded: true };
    default:
      return clause satisfies never;
  }
}

const OBJECTIVES = ["flops", "size", "combo", "writes", "peak"] as const;

function objectiveOf(checker: Checker, word: Word, machine: Word | undefined): SearchSpec["objective"] {
  const { text, span } = word;
  if (text === "time") {
    if (machine === undefined) refuse("bad-arguments", { form: "a machine: minimizing time on M" }, span);
    lookUp(checker, "machine", machine);
    return { machine: machine.text };
  }
  const objective = OBJECTIVES.find((known) => known === text);
  if (objective === undefined) {
    const known = [...OBJECTIVES, "time"];
    const hint = didYouMean(nearest(text, known)) ?? `objectives: ${known.join(", ")} (on a machine)`;
    return refuse("bad-choice", { what: "an objective", got: text }, span, hint);
  }
  if (machine !== undefined)
    refuse(
      "bad-choice",
      { what: "an objective on a machine", got: text },
      span,
      `use time on ${machine.text}`,
    );
  return objective;
}

/** opt_einsum's list of pairs of places. */
function pathPairs(network: Network, path: Expression, scope: Scope): readonly (readonly [number, number])[] {
  const value = evaluate(path, scope);
  const bad = (why: string): never =>
    refuse("bad-path", { why }, path.span, "a path looks like [[0,1],[0,1]]");
  if (!isPath(value)) return bad("it is not a list of pairs of places");
  const count = network.tensors.length;
  if (value.length !== count - 1)
    return bad(`${count} factors take ${count - 1} pairs, the path has ${value.length}`);
  try {
    return fromLinear(count, value);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return bad(error.message);
  }
}

/** The slices of the file come along. Throws Refusal where file or network do not fit. */
function fileOrder({ context }: Checker, network: Network, path: Word): OrderSpec {
  const text = textOf(context, path);
  const { pairs, sliced } = readOf(path, text, parsePath(text, network.tensors.length));
  try {
    checkTree(network, { leaves: network.tensors.length, pairs, sliced });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    refuse("bad-path", { why: error.message }, path.span);
  }
  return { kind: "tree", pairs, ...(sliced.length > 0 && { sliced }) };
}

function isPath(value: unknown): value is number[][] {
  return (
    Array.isArray(value) &&
    value.every(
      (pair) =>
        Array.isArray(pair) && pair.every((place) => Number.isInteger(place) && (place as number) >= 0),
    )
  );
}
