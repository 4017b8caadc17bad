/** Networks whose structure is known, with the numbers that a program puts in: `E with ...`. */
import { nearest } from "../base/suggest.ts";
import type { TensorData } from "../formats/elements.ts";
import {
  extentOf,
  hasData,
  type Dtype,
  type Entries,
  type Label,
  type Network,
  type ValuedNetwork,
} from "../network/network.ts";
import type { Initialiser, Word } from "../syntax/tree.ts";
import { lookUp, type Checker } from "./checker.ts";
import { tensorsIn } from "./files.ts";
import { distinctLabels, refuseDeclared } from "./labels.ts";
import { settledDtype, type ProductHead } from "./products.ts";
import { didYouMean, refuse, someOf } from "./refusal.ts";
import { checkEntries, MOST_ENTRIES, randomStream } from "./tensors.ts";
import { sizeOf } from "./values.ts";

/** What fills a network: the entries of each tensor, and the dtypes that they come in. */
interface Filling {
  readonly entries: readonly Entries[];
  readonly dtypes: ReadonlySet<Dtype>;
}

/**
 * `E with normal(seed 1)`, `E with file("tensors.npz")`: the tensors of E with new numbers. Open indices in brackets, by their
 * names in E, replace those of E. Throws Refusal.
 */
export function filledNetwork(
  checker: Checker,
  head: ProductHead,
  base: Word,
  value: Initialiser,
): ValuedNetwork {
  const { network } = lookUp(checker, "network", base).valued;
  const open = head.open.length === 0 ? network.open : openOf(checker, head, network);
  const { entries, dtypes } = fillingOf(checker, head, network, value);
  const { tensors } = network;
  const dtype = settledDtype(head, { tensors, entries, dtypes });
  return { network: { ...network, name: head.name.text, dtype, open }, entries };
}

function openOf(checker: Checker, { name, open }: ProductHead, network: Network): readonly Label[] {
  const known = Object.keys(network.extents);
  return distinctLabels(open, checker.scope, `network ${name.text}`).map((label, position) => {
    const span = open[position]?.span ?? name.span;
    if (Object.hasOwn(network.extents, label)) {
      refuseDeclared(checker, { label, extent: extentOf(network, label), where: network.name, span });
      return label;
    }
    const hint = didYouMean(nearest(label, known)) ?? `its factors have ${someOf(known)}`;
    return refuse("open-missing", { index: label, network: network.name }, span, hint);
  });
}

function fillingOf(checker: Checker, head: ProductHead, network: Network, value: Initialiser): Filling {
  switch (value.kind) {
    case "random": {
      const dtype = head.dtype ?? network.dtype;
      const sizes = sizesOf(network, head.name);
      const draw = randomStream(value.name, value.seed, checker.scope);
      return { entries: sizes.map((size) => draw(size, dtype)), dtypes: new Set([dtype]) };
    }
    case "source":
      if (value.name.text === "file") return fromFile(checker, head, network, value);
      return refuse("bad-choice", { what: WHAT, got: value.name.text }, value.name.span, FORMS);
    case "expression":
      return refuse("bad-choice", { what: WHAT, got: value.value.text }, value.value.span, FORMS);
    default:
      return value satisfies never;
  }
}

const WHAT = "data for a network";
const FORMS = 'use normal(seed 1), uniform(seed 1) or file("tensors.npz")';

function shapeOf(network: Network, labels: readonly Label[]): number[] {
  return labels.map((label) => extentOf(network, label));
}

function sizesOf(network: Network, name: Word): number[] {
  const sizes = network.tensors.map(({ labels }) => sizeOf(shapeOf(network, labels)));
  const largest = sizes.indexOf(Math.max(...sizes));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= MOST_ENTRIES) return sizes;
  const what = `${total} entries in all, ${sizes[largest]} of them in ${network.tensors[largest]?.name}`;
  const why = `the tensors of ${network.name} have ${what}; the limit is ${MOST_ENTRIES}`;
  return refuse(
    "cannot-build",
    { why },
    name.span,
    `${network.name} can be ordered and run dry without data`,
  );
}

type Source = Extract<Initialiser, { kind: "source" }>;

function fromFile({ context }: Checker, { dtype }: ProductHead, network: Network, value: Source): Filling {
  const { argument: path, part } = value;
  if (part !== undefined)
    refuse("bad-file", { why: "a network takes all arrays of a file, not one" }, part.span);
  const arrays = tensorsIn(context, path);
  const names = namesFor(network, arrays, path);
  const dtypes = new Set<Dtype>();
  const entries = network.tensors.map(({ name, labels }, position): Entries => {
    const array = names[position] as string;
    const data = arrays.get(array) as TensorData;
    const wanted = shapeOf(network, labels);
    if (wanted.length !== data.shape.length || wanted.some((extent, axis) => extent !== data.shape[axis])) {
      const got = `[${data.shape.join(", ")}]`;
      const what = array === "" ? "its array" : `its array ${array}`;
      const why = `${what} has the shape ${got}, but ${name} of ${network.name} has [${wanted.join(", ")}]`;
      return refuse("bad-file", { why: `${path.text}: ${why}` }, path.span);
    }
    checkEntries(data, dtype, labels, { path, name });
    dtypes.add(data.dtype);
    return data.entries;
  });
  return { entries, dtypes };
}

/** The name in the file of each tensor's array: the tensor's own, or its number as NumPy writes it, or that alone. */
function namesFor(network: Network, arrays: ReadonlyMap<string, TensorData>, path: Word): readonly string[] {
  const { tensors } = network;
  const schemes = [
    tensors.map(({ name }) => name),
    tensors.map((_, position) => `arr_${position}`),
    tensors.map((_, position) => String(position)),
    ...(tensors.length === 1 ? [[...arrays.keys()]] : []),
  ];
  const fits = (names: readonly string[]): boolean =>
    new Set(names).size === arrays.size && names.every((name) => arrays.has(name));
  const found = schemes.find(fits);
  if (found !== undefined) return found;
  const near = schemes.find((names) => names.some((name) => arrays.has(name)));
  const missing = near?.find((name) => !arrays.has(name));
  const extra = [...arrays.keys()].find((name) => near?.includes(name) === false);
  const why =
    missing !== undefined
      ? `it lacks the array ${missing}`
      : extra !== undefined
        ? `no tensor of ${network.name} takes its array ${extra}`
        : `its arrays are ${someOf([...arrays.keys()])}`;
  const wanted = `${network.name} has ${tensors.length} tensors: name the arrays ${someOf(schemes[0] ?? [])}, or arr_0, arr_1, ...`;
  return refuse("bad-file", { why: `${path.text}: ${why}` }, path.span, wanted);
}

/** The network of a `run` statement. Throws Refusal where it has no data to run with. */
export function runnable(checker: Checker, network: Word, dry: boolean): ValuedNetwork {
  const { valued } = lookUp(checker, "network", network);
  if (dry || hasData(valued)) return valued;
  const { text } = network;
  const hint = `give it data: network ${text}1 = ${text} with normal(seed 1), or with file("tensors.npz"); or run it dry`;
  return refuse("no-data", { network: text }, network.span, hint);
}
