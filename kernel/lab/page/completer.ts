/** Completion by the kernel, with Tab; Enter takes the chosen one. */
import { Completer, CompleterModel, CompletionHandler, KernelCompleterProvider } from "@jupyterlab/completer";
import { ProviderReconciliator } from "@jupyterlab/completer";
import type { NotebookPanel } from "@jupyterlab/notebook";
import { Widget } from "@lumino/widgets";

export function addCompleter(panel: NotebookPanel): void {
  const completer = new Completer({
    editor: panel.content.activeCell?.editor ?? null,
    model: new CompleterModel(),
  });
  completer.hide();
  Widget.attach(completer, document.body);
  const reconciliatorFor = (): ProviderReconciliator =>
    new ProviderReconciliator({
      context: {
        widget: panel,
        editor: panel.content.activeCell?.editor ?? null,
        session: panel.sessionContext.session,
      },
      providers: [new KernelCompleterProvider()],
      timeout: 5000,
    });
  const handler = new CompletionHandler({ completer, reconciliator: reconciliatorFor() });
  const follow = (): void => {
    handler.editor = panel.content.activeCell?.editor ?? null;
    handler.reconciliator = reconciliatorFor();
  };
  panel.content.activeCellChanged.connect((_, cell) => {
    follow();
    void cell?.ready.then(follow);
  });
  panel.sessionContext.sessionChanged.connect(follow);
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && completer.isVisible) takeChosen(event, completer);
    else onTab(event, handler, panel);
  };
  // In the capturing phase, so that the editor does not take the keys for itself.
  panel.node.addEventListener("keydown", onKey, true);
}

function takeChosen(event: KeyboardEvent, completer: Completer): void {
  event.preventDefault();
  event.stopPropagation();
  completer.selectActive();
}

/** Tab after a word completes it; elsewhere it indents. */
function onTab(event: KeyboardEvent, handler: CompletionHandler, panel: NotebookPanel): void {
  const cell = panel.content.activeCell;
  const editor = cell?.editor;
  if (event.key !== "Tab" || event.shiftKey || panel.content.mode !== "edit") return;
  if (!editor || cell.model.type !== "code") return;
  const { line, column } = editor.getCursorPosition();
  if (!/[\w.]$/.test((editor.getLine(line) ?? "").slice(0, column))) return;
  event.preventDefault();
  event.stopPropagation();
  handler.invoke();
}
