/** `tnlab check`. */
import type { Network, Program } from "../../dsl/index.ts";
import { FAILED, OK, type Run } from "./command.ts";
import { extensionOf } from "./files.ts";
import { print, printJson } from "./print.ts";
import { checkProgram, complainAbout, diagnosticsJson, readProgram } from "./programs.ts";
import { counted } from "./table.ts";

export const run: Run = ({ argument, flags }) => {
  extensionOf(argument, [".tn"]);
  const own = readProgram(argument);
  const checked = checkProgram(own);
  const diagnostics = checked.ok ? checked.notices : checked.diagnostics;
  complainAbout(own, diagnostics);
  const networks = checked.ok ? networksOf(checked.value) : [];
  if (flags.has("json")) {
    const found = diagnosticsJson(own, diagnostics);
    printJson({ ok: checked.ok, networks: networks.map(networkJson), diagnostics: found });
  } else if (checked.ok) {
    print(
      [`${argument}: no mistakes`, ...networks.map((network) => `  ${describeNetwork(network)}`)].join("\n"),
    );
  }
  return Promise.resolve(checked.ok ? OK : FAILED);
};

function networksOf({ definitions }: Program): Network[] {
  return [...definitions.values()].flatMap((one) => (one.kind === "network" ? [one.valued.network] : []));
}

function networkJson({ name, tensors, open, dtype, extents }: Network): object {
  return { name, tensors: tensors.length, indices: Object.keys(extents).length, open, dtype };
}

/** `network R[i,l]: 3 tensors, 4 indices, float64`. */
export function describeNetwork({ name, tensors, open, dtype, extents }: Network): string {
  const head = open.length === 0 ? name : `${name}[${open.join(",")}]`;
  const indices = counted(Object.keys(extents).length, "index", "indices");
  return `network ${head}: ${counted(tensors.length, "tensor")}, ${indices}, ${dtype}`;
}
