/** The page of the TypeScript face: every export with its members, its types and what is said of it, from the sources. */
import ts from "typescript";

const ENTRY = "kernel/face/index.ts";

/** In the order in which a reader meets them; what is not listed follows. */
const ORDER = "tn Tn openSession Session Interpolated Network OrderOptions Plan DistributeOptions".split(" ");

export function apiPage(): string {
  const program = ts.createProgram([ENTRY], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    types: ["node"],
  });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(ENTRY);
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`expected ${ENTRY}, got nothing`);
  const symbols = checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    .sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name));
  return [INTRODUCTION, ...symbols.map((symbol) => section(symbol))].join("\n\n") + "\n";
}

function rank(name: string): number {
  const at = ORDER.indexOf(name);
  return at < 0 ? ORDER.length : at;
}

const INTRODUCTION = `# tnlab in TypeScript

Made from the sources of \`kernel/face\`; the test of this page says when it is out of date.

\`\`\`ts
import { tn } from "tnlab";
const net = tn\`network R[i,l] = \${a} B C\`; // interpolated arrays become tensors
const plan = await net.order({ within: "5 s", seed: 7 });
const schedule = plan.distribute("dgx-h100");
const report = await schedule.run({ engine: "threads", workers: 2 });
report.value; // { re, im?, shape, labels, dtype }
report.steps;
report.show("timeline");
\`\`\`

A template reads a program of the language on top of its session: \`B\` and \`C\` come from earlier templates or, in a notebook, from
\`%%tn\` cells. Elsewhere a process has one session, and \`openSession()\` opens others. In a notebook the names that \`%%tn\` cells
define are variables of TypeScript cells: a network \`Z\` has \`Z.plan\`, \`Z.schedule\` and \`Z.report\` of its last run.
Every mistake is a \`UserError\` whose message shows it under its line.`;

function section(symbol: ts.Symbol): string {
  const [declaration] = symbol.declarations ?? [];
  if (declaration === undefined) throw new Error(`expected a declaration of ${symbol.name}`);
  return `## ${symbol.name}\n\n\`\`\`ts\n${declared(declaration)}\n\`\`\``;
}

function declared(node: ts.Declaration): string {
  const source = node.getSourceFile();
  if (ts.isClassDeclaration(node)) {
    const members = node.members
      .filter(isPublic)
      .map((member) => documented(member, signature(member, source)));
    return documented(node, `class ${node.name?.text ?? ""} {\n${indent(members.join("\n"))}\n}`);
  }
  if (ts.isVariableDeclaration(node)) {
    const statement = node.parent.parent;
    return documented(
      statement,
      `const ${node.name.getText(source)}: ${node.type?.getText(source) ?? "unknown"};`,
    );
  }
  return documented(node, signature(node, source));
}

function documented(node: ts.Node, text: string): string {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.getText();
  return comment === undefined ? text : `${comment.replaceAll(/^ +\*/gm, " *")}\n${text}`;
}

/** Without the body of a function. */
function signature(node: ts.Node, source: ts.SourceFile): string {
  const text = node
    .getText(source)
    .replace(/^export /, "")
    .replace(/^(?:override |async )+/, "");
  const body = (node as Partial<ts.FunctionLikeDeclaration>).body;
  if (body === undefined) return text;
  return `${text.slice(0, text.length - body.getText(source).length).trimEnd()};`;
}

function isPublic(member: ts.ClassElement): boolean {
  const named =
    member.name !== undefined &&
    !ts.isPrivateIdentifier(member.name) &&
    !ts.isComputedPropertyName(member.name);
  const internal = ts.getJSDocTags(member).some(({ tagName }) => tagName.text === "internal");
  return named && !internal;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
