/** Puts the panel together: editors, renderers, document, kernel, commands. */
import { CodeMirrorEditorFactory, CodeMirrorMimeTypeService } from "@jupyterlab/codemirror";
import { EditorExtensionRegistry, EditorThemeRegistry, ybinding } from "@jupyterlab/codemirror";
import { Context } from "@jupyterlab/docregistry";
import {
  NotebookModelFactory,
  NotebookPanel,
  NotebookWidgetFactory,
  StaticNotebook,
} from "@jupyterlab/notebook";
import type { INotebookModel } from "@jupyterlab/notebook";
import { RenderMimeRegistry, standardRendererFactories } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime";
import MarkdownIt from "markdown-it";
import { folds } from "../../notebook/folds.ts";
import { addCommands } from "./commands.ts";
import { addCompleter } from "./completer.ts";
import { createLanguages, followMagic } from "./languages.ts";
import { plotlyFactory } from "./plotly.ts";
import { connectServices } from "./services.ts";

/** The part of a cell's shared model that an editor is bound to. */
interface YSource {
  readonly ysource: Parameters<typeof ybinding>[0]["ytext"];
  readonly undoManager: NonNullable<Parameters<typeof ybinding>[0]["undoManager"]>;
}

export interface OpenNotebook {
  readonly panel: NotebookPanel;
  readonly context: Context<INotebookModel>;
}

/** The panel for the notebook at `path`; its content comes once its context is initialised. */
export function openNotebook(path: string): OpenNotebook {
  const services = connectServices();
  const languages = createLanguages();
  const mimeTypeService = new CodeMirrorMimeTypeService(languages);
  const editorFactory = createEditorFactory(languages);
  const rendermime = new RenderMimeRegistry({
    initialFactories: [...standardRendererFactories, plotlyFactory],
    latexTypesetter: new LazyTypesetter(),
    markdownParser: createMarkdown(),
  });
  const widgets = new NotebookWidgetFactory({
    name: "Notebook",
    modelName: "notebook",
    fileTypes: ["notebook"],
    defaultFor: ["notebook"],
    preferKernel: true,
    canStartKernel: true,
    rendermime,
    contentFactory: new NotebookPanel.ContentFactory({ editorFactory: editorFactory.newInlineEditor }),
    mimeTypeService,
    // Cells outside the window are rendered too: printing and searching the page find them.
    notebookConfig: { ...StaticNotebook.defaultNotebookConfig, windowingMode: "none" },
    toolbarFactory: () => [],
  });
  const context = new Context<INotebookModel>({
    manager: services,
    factory: new NotebookModelFactory({ collaborative: false, disableDocumentWideUndoRedo: true }),
    path,
    kernelPreference: {
      name: "tnlab",
      language: "typescript",
      autoStartDefault: true,
      shutdownOnDispose: false,
    },
  });
  const panel = widgets.createNew(context);
  followMagic(panel.content);
  addCommands(panel);
  addCompleter(panel);
  void services.ready.then(() => context.sessionContext.initialize());
  return { panel, context };
}

function createEditorFactory(languages: ReturnType<typeof createLanguages>): CodeMirrorEditorFactory {
  const themes = new EditorThemeRegistry();
  for (const theme of EditorThemeRegistry.getDefaultThemes()) themes.addTheme(theme);
  const extensions = new EditorExtensionRegistry();
  for (const extension of EditorExtensionRegistry.getDefaultExtensions({ themes }))
    extensions.addExtension(extension);
  extensions.addExtension({
    // What is typed reaches the document through this binding alone; the defaults leave it out.
    name: "shared-model-binding",
    factory: ({ model }) => {
      const { ysource, undoManager } = model.sharedModel as unknown as YSource;
      return EditorExtensionRegistry.createImmutableExtension(ybinding({ ytext: ysource, undoManager }));
    },
  });
  return new CodeMirrorEditorFactory({ extensions, languages });
}

/** The same parser as for exported pages; raw HTML but folds is shown as text. */
function createMarkdown(): IRenderMime.IMarkdownParser {
  const markdown = new MarkdownIt({ html: false }).use(folds);
  return { render: (source) => Promise.resolve(markdown.render(source)) };
}

/** Loads MathJax when the first formula is seen. */
class LazyTypesetter implements IRenderMime.ILatexTypesetter {
  typeset(element: HTMLElement): void {
    if (!/\$|\\\(|\\\[|\\begin/.test(element.textContent)) return;
    import("./formula.ts")
      .then(({ typeset }) => {
        typeset(element);
      })
      .catch((error: unknown) => {
        console.error("formulas stay as they are written:", error);
      });
  }
}
