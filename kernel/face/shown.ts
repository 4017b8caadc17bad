/** Values that say in a notebook, in words, what they are. */

/** The convention of Deno's kernel: a method of this name returns a mime bundle. */
const DISPLAY: unique symbol = Symbol.for("Jupyter.display") as never;
/** Node prints with it. */
const INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;

/** A value that is drawn as a mime bundle says. */
export function drawnAs(data: Readonly<Record<string, unknown>>): object {
  return { [DISPLAY]: () => data };
}

/** A value with a text of its own. */
export abstract class Shown {
  abstract toString(): string;

  /** @internal */
  [DISPLAY](): Readonly<Record<string, string>> {
    return { "text/plain": this.toString() };
  }

  /** @internal */
  [INSPECT](): string {
    return this.toString();
  }
}
