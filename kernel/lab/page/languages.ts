/** The languages of cells: TypeScript, Markdown, and tnlab's own, which a first line `%%tn` announces. */
import { EditorLanguageRegistry } from "@jupyterlab/codemirror";
import { LanguageSupport, StreamLanguage } from "@codemirror/language";
import type { StringStream } from "@codemirror/language";
import type { Cell } from "@jupyterlab/cells";
import type { Notebook } from "@jupyterlab/notebook";

const TN_MIME = "text/x-tn";

export const TYPESCRIPT_MIME = "text/typescript";

const KEYWORDS = new Set(
  (
    "let index tensor network order slice distribute machine run show require import as with for in if then over on " +
    "to product preset threads search minimizing within seed path greedy optimal partition anneal dry devices groups of"
  ).split(" "),
);

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
  if (stream.match(/^#.*/)) return "comment";
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
  if (stream.match(/^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/)) return "number";
  if (stream.match(/^[A-Za-z_]\w*/)) return KEYWORDS.has(stream.current()) ? "keyword" : "variableName";
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
