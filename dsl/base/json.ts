/** Where a text stops being JSON. The engines of JavaScript tell it in some of their messages only. */

/** One token of RFC 8259, blanks before it skipped; a text, a number or a word counts as one value. */
const BLANKS = /[ \t\n\r]*/y;
const TOKEN =
  // eslint-disable-next-line no-control-regex -- JSON forbids them in texts
  /[{}[\],:]|("[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\u0000-\u001f]*)*")|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y;

/** What may come next: `first` is a value or the end of an empty list, `key` a key or the end of an empty object. */
type State = "value" | "first" | "key" | "next key" | "colon" | "after";

/** The line, counted from 1, of the first token that does not fit; undefined where the text is JSON. */
export function badJsonLine(text: string): number | undefined {
  const open: string[] = [];
  let state: State | undefined = "value";
  let offset = 0;
  for (;;) {
    BLANKS.lastIndex = offset;
    offset += BLANKS.exec(text)?.[0].length ?? 0;
    if (offset === text.length && state === "after" && open.length === 0) return undefined;
    TOKEN.lastIndex = offset;
    const token = TOKEN.exec(text);
    state = token === null ? undefined : after(state, token[0], token[1] !== undefined, open);
    if (token === null || state === undefined) return text.slice(0, offset).split("\n").length;
    offset += token[0].length;
  }
}

/** The state after a token, or undefined where it does not fit; keeps `open` up to date. */
function after(state: State, token: string, isText: boolean, open: string[]): State | undefined {
  const inside = open.at(-1);
  switch (token) {
    case "{":
    case "[":
      if (state !== "value" && state !== "first") return undefined;
      open.push(token);
      return token === "{" ? "key" : "first";
    case "}":
    case "]": {
      const opener = token === "}" ? "{" : "[";
      const empty = token === "}" ? "key" : "first";
      if (inside !== opener || (state !== "after" && state !== empty)) return undefined;
      open.pop();
      return "after";
    }
    case ",":
      if (state !== "after" || inside === undefined) return undefined;
      return inside === "{" ? "next key" : "value";
    case ":":
      return state === "colon" ? "value" : undefined;
    default:
      if (state === "key" || state === "next key") return isText ? "colon" : undefined;
      return state === "value" || state === "first" ? "after" : undefined;
  }
}

/** Texts and the signs that open, close and part; everything else of a JSON text is passed over. */
const PARTS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

/** The first key that an object of the JSON text has twice; parsers silently keep the last. */
export function duplicateKey(text: string): { readonly key: string; readonly line: number } | undefined {
  /** Keys of the open objects; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (const { 0: part, index } of text.matchAll(PARTS)) {
    const keys = open.at(-1);
    if (part === "{" || part === "[") open.push(part === "{" ? new Set() : undefined);
    else if (part === "}" || part === "]") open.pop();
    else if (part.startsWith('"') && isKey && keys !== undefined) {
      const key = JSON.parse(part) as string;
      if (keys.has(key)) return { key, line: text.slice(0, index).split("\n").length };
      keys.add(key);
    }
    isKey = part === "{" || (part === "," && open.at(-1) !== undefined);
  }
  return undefined;
}
