/** The languages of cells: TypeScript, Markdown, and tnlab's own, which a first line `%%tn` announces. */
import { EditorLanguageRegistry } from "@jupyterlab/codemirror";
import { LanguageSupport, StreamLanguage } from "@codemirror/language";
import type { StringStream } from "@codemirror/language";
import type { Cell } from "@jupyterlab/cells";
import type { Notebook } from "@jupyterlab/notebook";
import { KEYWORDS, PATTERNS } from "../../../dsl/syntax/words.ts";

const TN_MIME = "text/x-tn";

export const TYPESCRIPT_MIME = "text/typescript";

const WORDS = new Set(KEYWORDS);

/** Each only where the stream stands. */
const [RANGE, COMMENT, STRING, OPEN_STRING, NUMBER, NAME] = (
  ["range", "comment", "string", "openString", "number", "name"] as const
).map((kind) => new RegExp(`^(?:${PATTERNS[kind].source})`, "u")) as [
  RegExp,
  RegExp,
  RegExp,
  RegExp,
  RegExp,
  RegExp,
];

export function createLanguages(): EditorLanguageRegistry {
  const languages = new EditorLanguageRegistry();
  languages.addLanguage({
    name: "typescript",
    mime: [TYPESCRIPT_MIME, "application/x-typescript", "text/javascript"],
    extensions: ["ts", "js"],
    load: async () => (await import("@codemirror/lang-javascript")).javascript({ typescript: true }),
  });
  languages.addLanguage({
    name: "ipythongfm",
    mime: ["text/x-ipythongfm", "text/markdown"],
    extensions: ["md"],
    load: async () => (await import("@codemirror/lang-markdown")).markdown(),
  });
  languages.addLanguage({ name: "tn", mime: TN_MIME, extensions: ["tn"], load: () => Promise.resolve(tn()) });
  return languages;
}

function tn(): LanguageSupport {
  const language = StreamLanguage.define({
    name: "tn",
    token,
    languageData: { commentTokens: { line: "#" } },
  });
  return new LanguageSupport(language);
}

function token(stream: StringStream): string | null {
  if (stream.sol() && stream.match("%%tn")) {
    stream.skipToEnd();
    return "meta";
  }
  if (stream.match(COMMENT)) return "comment";
  if (stream.match(STRING) || stream.match(OPEN_STRING)) return "string";
  if (stream.match(RANGE)) return null;
  if (stream.match(NUMBER)) return "number";
  if (stream.match(NAME)) return WORDS.has(stream.current()) ? "keyword" : "variableName";
  stream.next();
  return null;
}

/** Colours each code cell by its first line, also while it is being written. */
export function followMagic(notebook: Notebook): void {
  const known = new WeakSet<Cell>();
  const visit = (): void => {
    for (const cell of notebook.widgets) {
      if (cell.model.type !== "code" || known.has(cell)) continue;
      known.add(cell);
      const fit = (): void => {
        const magic = /^%%tn\b/.test(cell.model.sharedModel.getSource());
        const mime = magic ? TN_MIME : TYPESCRIPT_MIME;
        if (cell.model.mimeType !== mime) cell.model.mimeType = mime;
      };
      cell.model.contentChanged.connect(fit);
      cell.model.mimeTypeChanged.connect(fit);
      fit();
    }
  };
  notebook.modelContentChanged.connect(visit);
  visit();
}
