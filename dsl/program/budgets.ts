/** `require` statements. */
import { nearest } from "../base/suggest.ts";
import type { Statement, WrittenBudget } from "../syntax/tree.ts";
import { attempt, lookUp, type Checker } from "./checker.ts";
import { evaluateAmount, evaluateNumber } from "./expression.ts";
import { QUANTITIES, RELATIONS, type Budget, type Quantity } from "./program.ts";
import { didYouMean, refuse } from "./refusal.ts";

type Require = Extract<Statement, { kind: "require" }>;

/** Each budget is an action of its own; those of a quantity required before are replaced. */
export function checkRequire(checker: Checker, { network, budgets }: Require): void {
  const found = attempt(checker, () => lookUp(checker, "network", network));
  for (const written of budgets) {
    const budget = attempt(checker, () => budgetOf(checker, written));
    if (found === undefined || budget === undefined) continue;
    const span = { start: written.quantity.span.start, end: written.limit.span.end };
    checker.actions.push({ kind: "require", network: network.text, budget, span });
    keep(checker, network.text, budget);
  }
}

function keep(checker: Checker, network: string, budget: Budget): void {
  const key = `require ${network}`;
  const before = checker.definitions.get(key);
  const others = before?.kind === "budgets" ? before.budgets : [];
  const same = (other: Budget): boolean =>
    other.quantity === budget.quantity && other.relation.startsWith(budget.relation[0] ?? "");
  const budgets = [...others.filter((other) => !same(other)), budget];
  checker.definitions.set(key, { kind: "budgets", network, budgets });
}

function budgetOf(checker: Checker, { quantity: word, relation: sign, limit }: WrittenBudget): Budget {
  const quantity = QUANTITIES.find((known) => known === word.text.replace(/\s+/gu, " "));
  if (quantity === undefined) {
    const hint = didYouMean(nearest(word.text, QUANTITIES)) ?? `budgets: ${QUANTITIES.join(", ")}`;
    return refuse("bad-choice", { what: "a budget", got: word.text }, word.span, hint);
  }
  const relation = RELATIONS.find((known) => known === sign.text);
  if (relation === undefined)
    return refuse(
      "bad-choice",
      { what: "a comparison of a budget", got: sign.text },
      sign.span,
      `use ${RELATIONS.join(", ")}`,
    );
  return {
    quantity,
    relation,
    limit: limitOf(checker, quantity, limit),
    text: `${quantity} ${relation} ${limit.text}`,
  };
}

function limitOf({ scope }: Checker, quantity: Quantity, limit: WrittenBudget["limit"]): number {
  switch (quantity) {
    case "memory":
      return evaluateAmount(limit, scope, "B");
    case "time":
      return evaluateAmount(limit, scope, "s");
    case "communication":
      return evaluateAmount(limit, scope, "%");
    case "extra speedup":
    case "slices":
      return evaluateNumber(limit, scope);
    default:
      return quantity satisfies never;
  }
}
