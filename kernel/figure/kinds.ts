/** Tensors sorted by kind, as their names tell: `W(x=1,y=2)` is a W, `T17` a T, `fs@12(3,4)` an fs. */
import type { Network } from "../../dsl/core.ts";

export interface Kind {
  readonly name: string;
  /** Positions in the network. */
  readonly tensors: readonly number[];
}

/** The commonest first; kinds beyond `limit - 1` are taken together as `other`. */
export function kindsOf(network: Network, limit: number): Kind[] {
  const byName = new Map<string, number[]>();
  network.tensors.forEach(({ name }, tensor) => {
    const kind = kindOf(name);
    const known = byName.get(kind);
    if (known === undefined) byName.set(kind, [tensor]);
    else known.push(tensor);
  });
  const kinds = [...byName]
    .map(([name, tensors]) => ({ name, tensors }))
    .sort((a, b) => b.tensors.length - a.tensors.length);
  if (kinds.length <= limit) return kinds;
  const rest = kinds.slice(limit - 1).flatMap(({ tensors }) => tensors);
  return [...kinds.slice(0, limit - 1), { name: `${kinds.length - limit + 1} other kinds`, tensors: rest }];
}

/** Some readers number tensors at the end of the name, and patches of tensors begin with their count. */
function kindOf(name: string): string {
  if (/^\d+ tensors /.test(name)) return "patch";
  return (
    name
      .replace(/\(.*\)$/, "")
      .replace(/@\d+$/, "")
      .replace(/[_\d]+$/, "") || name
  );
}
