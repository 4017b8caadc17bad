/** syntax tree -> program: every name looked up, every expression evaluated, every network put together. */
import { failure, success, type Outcome } from "../base/diagnostic.ts";
import type { IndexBinding, LetBinding, Statement, SyntaxTree } from "../syntax/tree.ts";
import { attempt, defineWith, markBroken, startCheck, type Checker } from "./checker.ts";
import { calledNetwork } from "./calls.ts";
import { filledNetwork } from "./filled.ts";
import { importFile } from "./imports.ts";
import { evaluate } from "./expression.ts";
import { extentOf, familyReference, labelOf } from "./labels.ts";
import { checkCompare, checkRun, checkShow } from "./actions.ts";
import { checkRequire } from "./budgets.ts";
import { distributionSpec } from "./distributions.ts";
import { machineSpec } from "./machines.ts";
import { sliceSpec } from "./slices.ts";
import { startSteps } from "./limits.ts";
import type { ValuedNetwork } from "../network/network.ts";
import { orderSpec } from "./orders.ts";
import { productNetwork } from "./products.ts";
import type { CheckContext, Definitions, Program } from "./program.ts";
import { Enough } from "./refusal.ts";
import { checkTensors, dtypeOf } from "./tensors.ts";

/**
 * The program on top of the names known before, or every mistake in it. Names defined anew are told as notices.
 * Files and variables come from the context; nothing else of the world is touched.
 */
export function check(tree: SyntaxTree, environment: Definitions, context: CheckContext): Outcome<Program> {
  const checker = startCheck(environment, context);
  checkStatements(checker, tree);
  const { definitions, actions, diagnostics, notices } = checker;
  if (diagnostics.length === 0) return success({ definitions, actions }, notices);
  return failure(diagnostics.toSorted((a, b) => a.span.start - b.span.start));
}

/** Every statement; after very many mistakes the rest is left out. */
function checkStatements(checker: Checker, { statements }: SyntaxTree): void {
  try {
    for (const statement of statements) attempt(checker, () => checkStatement(checker, statement));
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
}

/** Also of a program that is over, when what it uses has changed. Throws Refusal. */
export function checkStatement(checker: Checker, statement: Statement): void {
  checker.statement = statement;
  startSteps();
  switch (statement.kind) {
    case "let":
      for (const binding of statement.bindings) checkLet(checker, binding);
      return;
    case "index":
      for (const binding of statement.bindings) checkIndex(checker, binding);
      return;
    case "tensor":
      checkTensors(checker, statement.heads, statement.value);
      return;
    case "network":
      checkNetwork(checker, statement);
      return;
    case "import":
      defineWith(checker, statement.name.text, statement.name.span, () =>
        importFile(checker, statement.path, statement.name),
      );
      return;
    case "order":
      checkOrder(checker, statement);
      return;
    case "machine": {
      const make = () =>
        ({ kind: "machine", spec: machineSpec(checker, statement.name, statement.body) }) as const;
      defineWith(checker, statement.name.text, statement.name.span, make);
      return;
    }
    case "slice":
      checkSlice(checker, statement);
      return;
    case "run":
      checkRun(checker, statement);
      return;
    case "show":
      checkShow(checker, statement);
      return;
    case "distribute":
      checkDistribute(checker, statement);
      return;
    case "require":
      checkRequire(checker, statement);
      return;
    case "compare":
      checkCompare(checker, statement);
      return;
    case "unreadable":
      for (const name of statement.names) markBroken(checker, name);
      return;
    default:
      statement satisfies never;
  }
}

function checkLet(checker: Checker, { name, value }: LetBinding): void {
  defineWith(checker, name.text, name.span, () => ({ kind: "let", value: evaluate(value, checker.scope) }));
}

function checkIndex(checker: Checker, { index, extent }: IndexBinding): void {
  const key = attempt(checker, () => familyReference(index) ?? labelOf(index, checker.scope));
  if (key === undefined) return;
  defineWith(checker, key, index.span, () => {
    const own = extentOf(extent, key, checker.scope);
    return key.includes("*")
      ? { kind: "family", arity: index.subscripts.length, extent: own }
      : { kind: "index", extent: own };
  });
}

type StatementOf<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

function checkNetwork(checker: Checker, { name, open, dtype, body }: StatementOf<"network">): void {
  const make = (): ValuedNetwork => {
    const head = { name, open, dtype: dtype && dtypeOf(dtype) };
    switch (body.kind) {
      case "product":
        return productNetwork(checker, head, body.terms);
      case "call":
        return calledNetwork(checker, head, body.name, body.arguments);
      case "with":
        return filledNetwork(checker, head, body.base, body.value);
      default:
        return body satisfies never;
    }
  };
  defineWith(checker, name.text, name.span, () => ({ kind: "network", valued: make() }));
}

function checkOrder(checker: Checker, { network, body }: StatementOf<"order">): void {
  const make = () =>
    ({ kind: "order", network: network.text, spec: orderSpec(checker, network, body) }) as const;
  defineWith(checker, `order ${network.text}`, network.span, make);
}

function checkSlice(checker: Checker, { network, body }: StatementOf<"slice">): void {
  const make = () =>
    ({ kind: "slice", network: network.text, spec: sliceSpec(checker, network, body) }) as const;
  defineWith(checker, `slice ${network.text}`, network.span, make);
}

function checkDistribute(checker: Checker, statement: StatementOf<"distribute">): void {
  const { network } = statement;
  const make = () =>
    ({
      kind: "distribution",
      network: network.text,
      spec: distributionSpec(checker, statement),
    }) as const;
  defineWith(checker, `distribute ${network.text}`, network.span, make);
}
