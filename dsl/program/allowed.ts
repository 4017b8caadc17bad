/** What an expression may use of mathjs: arithmetic and functions of numbers, nothing that defines, loads or draws lots. */

/** Names with a value of their own. */
export const CONSTANTS: ReadonlySet<string> = new Set(
  "pi tau e i phi true false Infinity NaN PI E LN2 LN10 SQRT2 SQRT1_2".split(" "),
);

export const FUNCTIONS: ReadonlySet<string> = new Set(
  (
    "abs ceil cbrt cube exp expm1 fix floor gcd hypot lcm log log10 log1p log2 mod nthRoot pow round sign sqrt square " +
    "sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh sec csc cot " +
    "re im conj arg complex number gamma factorial combinations erf " +
    "max min sum prod mean add subtract multiply divide unaryMinus dotMultiply dotDivide dotPow " +
    "transpose ctranspose kron inv det trace dot cross norm expm sqrtm identity zeros ones diag reshape " +
    "equal unequal smaller larger smallerEq largerEq and or not xor"
  ).split(" "),
);

/** Functions that operators stand for, beside those of `FUNCTIONS`. */
export const OPERATORS: readonly string[] =
  "bitAnd bitNot bitOr bitXor leftShift rightArithShift rightLogShift to unaryPlus".split(" ");

/** Kinds of nodes of mathjs that an expression may hold; the others define, assign, or reach into objects. */
export const NODES: ReadonlySet<string> = new Set([
  "ConstantNode",
  "SymbolNode",
  "OperatorNode",
  "ParenthesisNode",
  "FunctionNode",
  "ArrayNode",
  "ConditionalNode",
  "RelationalNode",
]);

/** The refused kinds in the user's words. */
export const REFUSED: Readonly<Record<string, string>> = {
  AssignmentNode: "an assignment",
  FunctionAssignmentNode: "a function definition",
  AccessorNode: "access to a part of a value",
  IndexNode: "access to a part of a value",
  BlockNode: "a sequence of expressions",
  ObjectNode: "an object",
  RangeNode: "a range with :",
};
