/** Real arithmetic of an expression as plain closures: loops over subscripts and entries spend their time here. */
import type { ConditionalNode, FunctionNode, MathNode, OperatorNode } from "mathjs";

export type Scope = Map<string, unknown>;

/** NaN means "not sure": the caller then asks mathjs, which knows complex numbers, units and all the rest. */
export type Fast = (scope: Scope) => number;

/** Where these are real and finite they agree with mathjs; outside they give NaN or infinity, which mathjs decides. */
const REAL: ReadonlyMap<string, (x: number) => number> = new Map([
  ["abs", Math.abs],
  ["exp", Math.exp],
  ["sqrt", Math.sqrt],
  ["log", Math.log],
  ["sin", Math.sin],
  ["cos", Math.cos],
  ["tan", Math.tan],
  ["sinh", Math.sinh],
  ["cosh", Math.cosh],
  ["tanh", Math.tanh],
]);

const REAL_CONSTANTS: ReadonlyMap<string, number> = new Map([
  ["pi", Math.PI],
  ["tau", 2 * Math.PI],
  ["e", Math.E],
]);

const unsure: Fast = () => NaN;

export function compileFast(node: MathNode): Fast {
  switch (node.type) {
    case "ConstantNode": {
      const { value } = node as MathNode & { readonly value: unknown };
      return typeof value === "number" ? () => value : unsure;
    }
    case "SymbolNode": {
      const { name } = node as MathNode & { readonly name: string };
      return (scope) => {
        const value = scope.has(name) ? scope.get(name) : REAL_CONSTANTS.get(name);
        return typeof value === "number" ? value : NaN;
      };
    }
    case "ParenthesisNode":
      return compileFast((node as MathNode & { readonly content: MathNode }).content);
    case "OperatorNode":
      return compileOperator(node as OperatorNode);
    case "FunctionNode":
      return compileCall(node as FunctionNode);
    case "ConditionalNode":
      return compileCondition(node as ConditionalNode);
    default:
      return unsure;
  }
}

function compileCall(node: FunctionNode): Fast {
  const own = REAL.get(node.fn.name);
  const argument = node.args[0];
  if (own === undefined || argument === undefined || node.args.length !== 1) return unsure;
  const inner = compileFast(argument);
  return (scope) => own(inner(scope));
}

function compileCondition({ condition, trueExpr, falseExpr }: ConditionalNode): Fast {
  const [test, yes, no] = [compileFast(condition), compileFast(trueExpr), compileFast(falseExpr)];
  return (scope) => {
    const holds = test(scope);
    if (Number.isNaN(holds)) return NaN;
    return holds === 0 ? no(scope) : yes(scope);
  };
}

function compileOperator(node: OperatorNode): Fast {
  const [first, second] = node.args;
  if (first === undefined) return unsure;
  const a = compileFast(first);
  if (second === undefined) {
    if (String(node.fn) === "not") return (scope) => logical(a(scope), 0, (x) => !x);
    return String(node.fn) === "unaryMinus" ? (scope) => -a(scope) : unsure;
  }
  const b = compileFast(second);
  switch (String(node.fn)) {
    case "add":
      return (scope) => a(scope) + b(scope);
    case "subtract":
      return (scope) => a(scope) - b(scope);
    case "multiply":
      return (scope) => a(scope) * b(scope);
    case "divide":
      return (scope) => a(scope) / b(scope);
    case "mod":
      return (scope) => modulo(a(scope), b(scope));
    case "pow":
      return (scope) => power(a(scope), b(scope));
    case "equal":
      return (scope) => compare(a(scope), b(scope), (x, y) => x === y);
    case "unequal":
      return (scope) => compare(a(scope), b(scope), (x, y) => x !== y);
    case "smaller":
      return (scope) => compare(a(scope), b(scope), (x, y) => x < y);
    case "larger":
      return (scope) => compare(a(scope), b(scope), (x, y) => x > y);
    case "and":
      return (scope) => logical(a(scope), b(scope), (x, y) => x && y);
    case "or":
      return (scope) => logical(a(scope), b(scope), (x, y) => x || y);
    case "smallerEq":
      return (scope) => compare(a(scope), b(scope), (x, y) => x <= y);
    case "largerEq":
      return (scope) => compare(a(scope), b(scope), (x, y) => x >= y);
    default:
      return unsure;
  }
}

/** The sign of the divisor, as in mathjs; its tolerance for fractions is left to it. */
function modulo(x: number, y: number): number {
  if (!Number.isInteger(x) || !Number.isInteger(y) || y === 0) return NaN;
  return x - y * Math.floor(x / y);
}

/** JavaScript says 1 of whatever there is to the power of 0, also where that is not sure. */
function power(x: number, y: number): number {
  return x >= 0 || (x < 0 && Number.isInteger(y)) ? x ** y : NaN;
}

function logical(x: number, y: number, holds: (x: boolean, y: boolean) => boolean): number {
  return Number.isNaN(x + y) ? NaN : Number(holds(x !== 0, y !== 0));
}

/** mathjs compares fractions within a tolerance, integers exactly. A truth value counts as 0 or 1. */
function compare(x: number, y: number, holds: (x: number, y: number) => boolean): number {
  if (!Number.isInteger(x) || !Number.isInteger(y)) return NaN;
  return holds(x, y) ? 1 : 0;
}
