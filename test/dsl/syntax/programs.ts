/** Random programs that can be read: every form of the language, loosely laid out, with comments. */
import fc from "fast-check";

/** A run of tokens; blanks between them are chosen later. */
type Tokens = readonly string[];
type Some = fc.Arbitrary<Tokens>;

/** Tokens in a row. A string stands for itself. */
function row(...parts: readonly (Some | string)[]): Some {
  const all = parts.map((part) => (typeof part === "string" ? fc.constant<Tokens>([part]) : part));
  return fc.tuple(...all).map((tokens) => tokens.flat());
}

function either(...choices: readonly (Some | string)[]): Some {
  return fc.oneof(...choices.map((choice) => row(choice)));
}

function listOf(item: Some | string, separator: readonly string[], maxLength = 3, minLength = 1): Some {
  return fc
    .array(row(item), { minLength, maxLength })
    .map((items) =>
      items.flatMap((tokens, position) => (position === 0 ? tokens : [...separator, ...tokens])),
    );
}

function perhaps(part: Some): Some {
  return fc.oneof(fc.constant<Tokens>([]), part);
}

const name = fc
  .constantFrom("A", "B", "W", "x", "y", "beta", "L", "chi", "k_in", "s_1", "ψ", "a_b_c", "T_", "Z9")
  .map((word): Tokens => [word]);
const number = fc
  .constantFrom("0", "1", "12", "2.5", ".5", "3.", "1e3", "2.5e-3")
  .map((word): Tokens => [word]);
const text = fc.constantFrom('"a.npy"', '"00.1"', '""', '"é # no comment"').map((word): Tokens => [word]);
const unit = fc.constantFrom("GiB", "s", "GB", "us").map((word): Tokens => [word]);
const operator = fc
  .constantFrom("+", "-", "*", "/", "^", "==", "!=", "<=", ">", "%", ".*", "mod", "and")
  .map((word): Tokens => [word]);

const { expression } = fc.letrec<{ expression: Tokens }>((tie) => {
  const inner = tie("expression");
  return {
    expression: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      name,
      number,
      row(number, unit),
      row(inner, operator, inner),
      row("-", inner),
      row("not", inner),
      row("(", inner, ")"),
      row("(", inner, "?", inner, ":", inner, ")"),
      row("sqrt", "(", listOf(inner, [","]), ")"),
      row("[", listOf(inner, [","], 4), "]"),
      row("[", listOf(row("[", listOf(number, [","]), "]"), [","], 3), "]"),
      row(name, "'"),
      row(name, "!"),
      row(number, "%"),
    ),
  };
});

/** Where a colon ends the expression no list of statements follows, so that it may stand free. */
const whole = either(expression, row(expression, "?", expression, ":", expression));
/** `s_` with its brace is one token. */
const family = row(either("s_{", "h_b_{", "W_{"), listOf(either(expression, "for", "order"), [","]), "}");
const reference = either(name, name, family);
const stars = row("s_{", listOf("*", [","]), "}");
const dtype = perhaps(row(":", either("float64", "complex64")));
const references = listOf(reference, [","]);
const bracketed = row("[", references, "]");
const axis = either(reference, row(reference, ":", whole));
const head = row(name, perhaps(either(row("[", "]"), row("[", listOf(axis, [","]), "]"))), dtype);
const filler = either(
  row("normal", "(", "seed", expression, ")"),
  row("file", "(", text, ")"),
  row("file", "(", text, ",", text, ")"),
);
const factor = either(reference, row(reference, "[", "]"), row(reference, bracketed));
const loop = either(
  row(name, "in", expression, "..", expression),
  row(name, "in", expression),
  row("(", listOf(name, [","]), ")", "in", expression),
);
const clause = either(row("for", listOf(loop, [","], 2)), row("if", expression));
const term = row(listOf(factor, [], 2), listOf(clause, [], 2, 0));
const block = row("product", "{", listOf(term, [";"], 3, 0), "}");
/** Names, numbers, texts and brackets, as in the arguments of a call. */
const argument = either(
  name,
  number,
  text,
  row("seed", number),
  row("[", number, "]"),
  family,
  row(name, "=", number),
);
const called = row(name, "(", listOf(argument, [","], 3, 0), ")");
const { item } = fc.letrec<{ item: Tokens }>((tie) => ({
  item: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    name,
    fc.constantFrom("1", "2", "30").map((word): Tokens => [word]),
    row(name, "(", listOf(row(name, "=", whole), [","]), ")"),
    row("(", listOf(tie("item"), [], 3), ")"),
  ),
}));
const target = either(name, called);
const wish = either(row("devices", expression), row("within", expression));
const amount = row(number, unit);
const tier = (kind: string, members: string): Some =>
  row(kind, number, members, "over", amount, "/", "s", perhaps(row("latency", amount)));
const devicePart = either(
  row("peak", amount, "/", "s"),
  row("peak", "{", listOf(row(name, ":", amount), [","]), "}"),
  row("memory", amount, "at", amount, "/", "s"),
  row("launch", amount),
);
const machinePart = either(
  row("device", "{", listOf(devicePart, [";"]), "}"),
  tier("node", "devices"),
  tier("cluster", "nodes"),
);
const link = row("link", "(", "node", number, ",", "device", number, ")", "at", number, "%");
const shown = either(
  name,
  row(either("network", "order", "timeline"), name),
  row(name, "of", name, perhaps(row("on", target))),
  row("speedup", "of", name, "on", name, "for", "devices", expression, "..", expression),
  row("speedup", "of", name, "for", "devices", "[", listOf(number, [","]), "]"),
);

/** A statement of each form. */
const statement: Some = either(
  row("let", listOf(row(name, "=", whole), [","])),
  row("index", listOf(row(either(reference, stars), ":", whole), [","])),
  row("tensor", listOf(head, [","], 2), "=", either(whole, filler, row("data", "(", name, ")"))),
  row("network", name, perhaps(bracketed), dtype, "=", listOf(either(factor, block), [], 4)),
  row("network", name, "=", called),
  row("network", name, "=", name, "with", filler),
  row("import", text, "as", name),
  row("order", name, "=", listOf(listOf(item, [], 3), [","], 2)),
  row(
    "order",
    name,
    "=",
    either("greedy", row("path", text), row("path", "[", "[", "0", ",", "1", "]", "]")),
  ),
  row("order", name, "by", listOf(name, [","])),
  row(
    row("order", name, "=", "search"),
    perhaps(row("minimizing", name, perhaps(row("on", name)))),
    perhaps(row("within", expression)),
    perhaps(row("seed", expression)),
  ),
  row("machine", name, "=", either(called, row("preset", text), row(name, "with", listOf(link, [","], 2)))),
  row("machine", name, "{", listOf(machinePart, [";"]), "}"),
  row("slice", name, either(row("to", "fit", name), row("to", expression), row("over", references))),
  row("distribute", name, "on", target, listOf(wish, [], 2, 0), perhaps(row("groups", "of", number))),
  row(
    "distribute",
    name,
    "on",
    target,
    "over",
    references,
    perhaps(row("then", references, "at", "step", number)),
  ),
  row("distribute", name, "on", target, "by", name),
  row(
    "require",
    name,
    ":",
    listOf(row(either("memory", row("extra", "speedup")), either("<=", ">="), amount), [","]),
  ),
  row("run", name, perhaps(row("on", target)), either(fc.constant<Tokens>([]), "dry")),
  row("show", listOf(shown, [","])),
  row("compare", name, "on", target, listOf(wish, [], 1, 0), perhaps(row(":", listOf(name, [","])))),
);

/** Tokens with blanks between them: any number where two would not run together, line breaks inside brackets too. */
function line(): fc.Arbitrary<string> {
  return fc
    .tuple(statement, fc.array(fc.nat(15), { minLength: 1, maxLength: 40 }))
    .map(([tokens, chances]) => {
      let line = "";
      const open: string[] = [];
      tokens.forEach((token, position) => {
        if (position > 0) line += blank(line, token, open.at(-1), chances[position % chances.length] ?? 0);
        line += token;
        const last = token.at(-1) ?? "";
        if (!token.startsWith('"') && "([{".includes(last)) open.push(last);
        else if ([")", "]", "}"].includes(token)) open.pop();
      });
      return line;
    });
}

const WORD = /[\p{L}\p{N}_."]/u;
const BRACKET = /[()[\]{},]/u;

function blank(before: string, token: string, inside: string | undefined, chance: number): string {
  const [left, right] = [before.at(-1) ?? "", token[0] ?? ""];
  const glues =
    (BRACKET.test(left) && left !== "_") || BRACKET.test(right) || WORD.test(left) !== WORD.test(right);
  // An operator or a dot may go on in the next token.
  const safe = glues && !/[.=!<>_^*]$/.test(before) && !/^[.=!<>*/^{]/.test(token);
  if (inside === "(" || inside === "[") {
    if (chance === 0) return "\n";
    if (chance === 1) return " # inside\n  ";
  }
  if (before.endsWith(";") && chance < 6)
    return ["\n", "\n", "  # after a term\n", "\n  # above\n\n"][chance % 4] ?? "";
  if (before.endsWith("{") && inside === "{" && !before.endsWith("_{") && chance < 5) return "\n  ";
  return chance < 8 && safe ? "" : chance < 14 ? " " : "   ";
}

/** Programs of up to eight statements. They parse; their names and expressions need not mean anything. */
export const programText: fc.Arbitrary<string> = fc
  .array(fc.tuple(line(), fc.constantFrom("\n", "\n\n", "  # why\n", "\n# said above\n", "\r\n")), {
    minLength: 1,
    maxLength: 8,
  })
  .map((lines) => lines.map((parts) => parts.join("")).join(""));
