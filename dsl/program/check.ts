/** syntax tree -> program: every name looked up, every expression evaluated, every network put together. */
import { failure, success, type Outcome } from "../base/diagnostic.ts";
import type { IndexBinding, LetBinding, Statement, SyntaxTree } from "../syntax/tree.ts";
import { attempt, defineWith, markBroken, startCheck, type Checker } from "./checker.ts";
import { calledNetwork } from "./calls.ts";
import { importFile } from "./imports.ts";
import { evaluate } from "./expression.ts";
import { extentOf, familyReference, labelOf } from "./labels.ts";
import { checkRun, checkShow, machineSpec, sliceSpec } from "./machines.ts";
import type { ValuedNetwork } from "../network/network.ts";
import { orderSpec } from "./orders.ts";
import { productNetwork } from "./products.ts";
import type { CheckContext, Definitions, Program } from "./program.ts";
import { refuse } from "./refusal.ts";
import { checkTensors, dtypeOf } from "./tensors.ts";

/**
 * The program on top of the names known before, or every mistake in it. Names defined anew are told as notices.
 * Files and variables come from the context; nothing else of the world is touched.
 */
export function check(tree: SyntaxTree, environment: Definitions, context: CheckContext): Outcome<Program> {
  const checker = startCheck(environment, context);
  for (const statement of tree.statements) attempt(checker, () => checkStatement(checker, statement));
  const { definitions, actions, diagnostics, notices } = checker;
  if (diagnostics.length === 0) return success({ definitions, actions }, notices);
  return failure(diagnostics.toSorted((a, b) => a.span.start - b.span.start));
}

function checkStatement(checker: Checker, statement: Statement): void {
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
        importFile(checker, statement.path),
      );
      return;
    case "order":
      checkOrder(checker, statement);
      return;
    case "machine": {
      const make = () => ({ kind: "machine", spec: machineSpec(checker, statement.body) }) as const;
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
    case "unsupported":
      refuse("not-supported-yet", { what: statement.what }, statement.span);
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
        return refuse("not-supported-yet", { what: "a network from a file with data" }, body.span);
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
