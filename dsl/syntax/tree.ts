/** What was written, with spans. The product of `parse`; nothing in it has been looked up or evaluated. */
import type { Span } from "../base/diagnostic.ts";

/** A name, keyword or literal as written. */
export interface Word {
  readonly text: string;
  readonly span: Span;
}

/** An expression as written, comments and line breaks blanked, so that offsets in `text` count from `span.start`. */
export type Expression = Word;

/** `s`, `s_1`, `s_{x+1,y}`: a base name and its subscripts, each an expression (or a bare word). */
export interface IndexReference {
  readonly base: string;
  readonly subscripts: readonly Expression[];
  readonly span: Span;
}

/** One token of a form whose inside the grammar leaves open, e.g. the arguments of a call. */
export interface Lexeme extends Word {
  readonly type: string;
}

export interface Axis {
  readonly index: IndexReference;
  /** Written in place (`a: 2`). */
  readonly extent?: Expression;
}

export interface TensorHead {
  readonly name: Word;
  readonly axes: readonly Axis[];
  readonly dtype?: Word;
}

export type Initialiser =
  | { readonly kind: "expression"; readonly value: Expression }
  /** `normal(seed 1)` */
  | { readonly kind: "random"; readonly name: Word; readonly seed: Expression }
  /** `data(v)`, `file("w.npy")`, `file("t.npz", "W")`; the texts are what stands between the brackets, without quotes. */
  | { readonly kind: "source"; readonly name: Word; readonly argument: Word; readonly part?: Word };

/** One factor of a product; without `indices` the tensor is used with its own. */
export interface Factor {
  readonly name: IndexReference;
  readonly indices?: readonly IndexReference[];
  readonly span: Span;
}

/** `for x in from..to`, `for x in list`, `for (x, y) in list` or `if condition`, in the order written. */
export type Clause =
  | { readonly kind: "for"; readonly name: Word; readonly from: Expression; readonly to: Expression }
  /** Several names take apart the rows of a list of lists. */
  | { readonly kind: "each"; readonly names: readonly Word[]; readonly list: Expression }
  | { readonly kind: "if"; readonly condition: Expression };

/** Factors that share the same clauses; a plain factor has none. */
export interface Term {
  readonly factors: readonly Factor[];
  readonly clauses: readonly Clause[];
}

export type NetworkBody =
  | { readonly kind: "product"; readonly terms: readonly Term[] }
  /** `amplitude(C, "00")` and other named constructions. */
  | { readonly kind: "call"; readonly name: Word; readonly arguments: readonly Lexeme[] }
  /** `E with normal(seed 1)`; the value is no expression. */
  | { readonly kind: "with"; readonly base: Word; readonly value: Initialiser };

/** A nested list of factors, by name or by place. */
export type OrderItem =
  | { readonly kind: "factor"; readonly word: Word }
  /** `W(x=1,y=2)`, the factor that a comprehension made at these values. */
  | {
      readonly kind: "instance";
      readonly name: string;
      readonly values: readonly LetBinding[];
      readonly span: Span;
    }
  | { readonly kind: "group"; readonly items: readonly OrderItem[]; readonly span: Span };

export type SearchClause =
  | { readonly kind: "minimizing"; readonly objective: Word; readonly machine?: Word }
  | { readonly kind: "within" | "seed"; readonly value: Expression };

export type OrderBody =
  /** Several parts, `(A B), C D`, are contracted each by itself; how they are joined is left open. */
  | { readonly kind: "explicit"; readonly parts: readonly (readonly OrderItem[])[] }
  /** `order Z by x, y` */
  | { readonly kind: "by"; readonly variables: readonly Word[] }
  | { readonly kind: "path"; readonly path: Expression }
  | { readonly kind: "pathFile"; readonly file: Word }
  /** A method or the only factor, as one word. */
  | { readonly kind: "word"; readonly word: Word }
  | { readonly kind: "search"; readonly clauses: readonly SearchClause[] };

export type MachineBody =
  | { readonly kind: "call"; readonly name: Word; readonly arguments: readonly Lexeme[] }
  | { readonly kind: "preset"; readonly word: Word; readonly name: Word }
  | { readonly kind: "block"; readonly parts: readonly MachinePart[]; readonly span: Span }
  /** Another machine with some links slowed down. */
  | { readonly kind: "with"; readonly base: Word; readonly links: readonly WrittenLink[] };

/** One figure of a machine's block; `word` is the word that opens it. */
export type MachinePart =
  | { readonly kind: "peak"; readonly word: Word; readonly value: Expression; readonly dtype?: Word }
  | { readonly kind: "memory"; readonly word: Word; readonly value: Expression; readonly rate: Expression }
  | { readonly kind: "launch"; readonly word: Word; readonly value: Expression }
  | {
      readonly kind: "node" | "cluster";
      readonly word: Word;
      readonly count: Expression;
      readonly rate: Expression;
      readonly latency?: Expression;
    };

/** `link(node 3, device 5) at 50 %` */
export interface WrittenLink {
  readonly node: Expression;
  readonly device: Expression;
  readonly share: Expression;
}

export type SliceBody =
  | { readonly kind: "fit"; readonly machine: Word }
  | { readonly kind: "to"; readonly limit: Expression }
  | { readonly kind: "over"; readonly indices: readonly IndexReference[] };

export interface Target {
  readonly name: Word;
  /** Of `threads(4)`; absent for a machine's name. */
  readonly arguments?: readonly Lexeme[];
}

/** `s_1, s_2 at step 40`; the first stage has no step. */
export interface WrittenStage {
  readonly indices: readonly IndexReference[];
  readonly step?: Expression;
}

/** What a person fixes about a distribution; `word` opens it, or is the method. */
export type PlanWish =
  | { readonly kind: "devices" | "groups" | "within"; readonly word: Word; readonly value: Expression }
  | { readonly kind: "by"; readonly word: Word }
  | { readonly kind: "over"; readonly word: Word; readonly stages: readonly WrittenStage[] };

/** `memory <= 80 GB` */
export interface WrittenBudget {
  readonly quantity: Word;
  readonly relation: Word;
  readonly limit: Expression;
}

/** `1..1024`, or a list. */
export type DeviceCounts =
  | { readonly kind: "range"; readonly from: Expression; readonly to: Expression }
  | { readonly kind: "list"; readonly list: Expression };

export interface ShowItem {
  readonly figure: Word;
  readonly network?: Word;
  readonly target?: Target;
  readonly counts?: DeviceCounts;
  /** An order is searched for each count. */
  readonly search?: readonly SearchClause[];
}

export interface LetBinding {
  readonly name: Word;
  readonly value: Expression;
}

export interface IndexBinding {
  readonly index: IndexReference;
  readonly extent: Expression;
}

export type StatementBody =
  | { readonly kind: "let"; readonly bindings: readonly LetBinding[] }
  | { readonly kind: "index"; readonly bindings: readonly IndexBinding[] }
  | { readonly kind: "tensor"; readonly heads: readonly TensorHead[]; readonly value: Initialiser }
  | {
      readonly kind: "network";
      readonly name: Word;
      readonly open: readonly IndexReference[];
      readonly dtype?: Word;
      readonly body: NetworkBody;
    }
  | { readonly kind: "import"; readonly path: Word; readonly name: Word }
  | { readonly kind: "order"; readonly network: Word; readonly body: OrderBody }
  | { readonly kind: "machine"; readonly name: Word; readonly body: MachineBody }
  | { readonly kind: "slice"; readonly network: Word; readonly body: SliceBody }
  | { readonly kind: "run"; readonly network: Word; readonly target?: Target; readonly dry: boolean }
  | { readonly kind: "show"; readonly items: readonly ShowItem[] }
  | {
      readonly kind: "distribute";
      readonly network: Word;
      readonly target: Target;
      readonly wishes: readonly PlanWish[];
    }
  | { readonly kind: "require"; readonly network: Word; readonly budgets: readonly WrittenBudget[] }
  | {
      readonly kind: "compare";
      readonly network: Word;
      readonly target: Target;
      readonly wishes: readonly PlanWish[];
      /** None: all. */
      readonly methods: readonly Word[];
    }
  /** A statement with a mistake that `parse` has reported: only the names that it may have meant to define. */
  | { readonly kind: "unreadable"; readonly names: readonly string[] };

export type Statement = StatementBody & { readonly span: Span };

/** In the order written. */
export interface SyntaxTree {
  readonly statements: readonly Statement[];
}
