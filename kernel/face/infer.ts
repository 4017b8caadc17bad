/** Which indices are left for an array that stands in a product without any. */
import type { Definition, Label, parse } from "../../dsl/index.ts";

type Tree = ReturnType<typeof parse>["readable"];
export type Statement = Tree["statements"][number];
type NetworkStatement = Extract<Statement, { kind: "network" }>;
type Factor = Extract<NetworkStatement["body"], { kind: "product" }>["terms"][number]["factors"][number];
type Reference = Factor["name"];

/**
 * The open indices that no other factor has, then those that the other factors have once and that are not open, each in the
 * order of its first place. Undefined where the array has indices of its own.
 */
export function leftIndices(
  { open, body }: NetworkStatement,
  name: string,
  statements: readonly Statement[],
  known: ReadonlyMap<string, Definition>,
): readonly Label[] | undefined {
  if (body.kind !== "product") return undefined;
  const factors = body.terms.flatMap((term) => term.factors);
  const own = factors.find((factor) => textOf(factor.name) === name);
  if (own === undefined || own.indices !== undefined) return undefined;
  const others = factors.filter((factor) => factor !== own);
  const counts = new Map<Label, number>();
  for (const label of others.flatMap((factor) => indicesOf(factor, statements, known)))
    counts.set(label, (counts.get(label) ?? 0) + 1);
  const outer = open.map(textOf);
  const missing = outer.filter((label) => !counts.has(label));
  const single = [...counts].filter(([label, count]) => count === 1 && !outer.includes(label));
  return [...missing, ...single.map(([label]) => label)];
}

function indicesOf(
  { name, indices }: Factor,
  statements: readonly Statement[],
  known: ReadonlyMap<string, Definition>,
): readonly Label[] {
  if (indices !== undefined) return indices.map(textOf);
  const wanted = textOf(name);
  const heads = statements.flatMap((statement) => (statement.kind === "tensor" ? statement.heads : []));
  const head = heads.findLast((one) => one.name.text === wanted);
  if (head !== undefined) return head.axes.map(({ index }) => textOf(index));
  const definition = known.get(wanted);
  return definition?.kind === "tensor" ? definition.labels : [];
}

/** As labels are printed, where the subscripts are plain. */
function textOf({ base, subscripts }: Reference): Label {
  if (subscripts.length === 0) return base;
  const inside = subscripts.map(({ text }) => text.replaceAll(/\s/g, "")).join(",");
  return /^[\p{L}\p{N}_]+$/u.test(inside) ? `${base}_${inside}` : `${base}_{${inside}}`;
}
