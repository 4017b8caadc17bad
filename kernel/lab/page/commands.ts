/** What can be done with a notebook, by button and by key. */
import { Widget } from "@lumino/widgets";
import { SessionContextDialogs, Toolbar as SessionToolbar } from "@jupyterlab/apputils";
import { isCodeCellModel } from "@jupyterlab/cells";
import { NotebookActions, runCell, setCellExecutor } from "@jupyterlab/notebook";
import type { NotebookPanel } from "@jupyterlab/notebook";
import {
  addIcon,
  fastForwardIcon,
  refreshIcon,
  runIcon,
  saveIcon,
  stopIcon,
  Toolbar,
  ToolbarButton,
} from "@jupyterlab/ui-components";
import type { LabIcon } from "@jupyterlab/ui-components";
import { CommandRegistry } from "@lumino/commands";

interface Command {
  readonly id: string;
  readonly label: string;
  /** Shown in the toolbar when there is one. */
  readonly icon?: LabIcon;
  readonly keys: readonly string[];
  /** Where the keys act; default: in the whole notebook. */
  readonly selector?: string;
  readonly act: (panel: NotebookPanel) => unknown;
}

const NOTEBOOK = ".jp-Notebook";
const COMMAND_MODE = ".jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus:not(:read-write)";
const EDIT_MODE = ".jp-Notebook.jp-mod-editMode";

const dialogs = new SessionContextDialogs();

const COMMANDS: readonly Command[] = [
  {
    id: "save",
    label: "Save",
    icon: saveIcon,
    keys: ["Accel S"],
    selector: "body",
    act: (panel) => panel.context.save(),
  },
  {
    id: "insert-below",
    label: "Insert a cell below",
    icon: addIcon,
    keys: ["B"],
    selector: COMMAND_MODE,
    act: (panel) => {
      NotebookActions.insertBelow(panel.content);
    },
  },
  {
    id: "run",
    label: "Run this cell and go on",
    icon: runIcon,
    keys: ["Shift Enter"],
    selector: NOTEBOOK,
    act: (panel) => NotebookActions.runAndAdvance(panel.content, panel.sessionContext, dialogs),
  },
  {
    id: "run-all",
    label: "Run all cells",
    icon: fastForwardIcon,
    keys: [],
    act: (panel) => NotebookActions.runAll(panel.content, panel.sessionContext, dialogs),
  },
  {
    id: "interrupt",
    label: "Interrupt the kernel",
    icon: stopIcon,
    keys: ["I I"],
    selector: COMMAND_MODE,
    act: (panel) => panel.sessionContext.session?.kernel?.interrupt(),
  },
  {
    id: "restart",
    label: "Restart the kernel",
    icon: refreshIcon,
    keys: ["0 0"],
    selector: COMMAND_MODE,
    act: (panel) => dialogs.restart(panel.sessionContext),
  },
  {
    id: "run-in-place",
    label: "Run this cell",
    keys: ["Ctrl Enter"],
    selector: NOTEBOOK,
    act: (panel) => NotebookActions.run(panel.content, panel.sessionContext, dialogs),
  },
  {
    id: "run-and-insert",
    label: "Run and insert below",
    keys: ["Alt Enter"],
    selector: NOTEBOOK,
    act: (panel) => NotebookActions.runAndInsert(panel.content, panel.sessionContext, dialogs),
  },
  {
    id: "insert-above",
    label: "Insert a cell above",
    keys: ["A"],
    selector: COMMAND_MODE,
    act: (panel) => {
      NotebookActions.insertAbove(panel.content);
    },
  },
  {
    id: "delete",
    label: "Delete cells",
    keys: ["D D"],
    selector: COMMAND_MODE,
    act: (panel) => {
      NotebookActions.deleteCells(panel.content);
    },
  },
  {
    id: "undo",
    label: "Undo",
    keys: ["Z"],
    selector: COMMAND_MODE,
    act: (panel) => {
      NotebookActions.undo(panel.content);
    },
  },
  {
    id: "cut",
    label: "Cut cells",
    keys: ["X"],
    selector: COMMAND_MODE,
    act: (panel) => {
      NotebookActions.cut(panel.content);
    },
  },
  {
    id: "copy",
    label: "Copy cells",
    keys: ["C"],
    selector: COMMAND_MODE,
    act: (panel) => {
      NotebookActions.copy(panel.content);
    },
  },
  {
    id: "paste",
    label: "Paste cells below",
    keys: ["V"],
    selector: COMMAND_MODE,
    act: (panel) => {
      NotebookActions.paste(panel.content);
    },
  },
  {
    id: "code",
    label: "Code cell",
    keys: ["Y"],
    selector: COMMAND_MODE,
    act: (panel) => {
      NotebookActions.changeCellType(panel.content, "code");
    },
  },
  {
    id: "markdown",
    label: "Markdown cell",
    keys: ["M"],
    selector: COMMAND_MODE,
    act: (panel) => {
      NotebookActions.changeCellType(panel.content, "markdown");
    },
  },
  {
    id: "up",
    label: "Cell above",
    keys: ["ArrowUp"],
    selector: COMMAND_MODE,
    act: (panel) => {
      NotebookActions.selectAbove(panel.content);
    },
  },
  {
    id: "down",
    label: "Cell below",
    keys: ["ArrowDown"],
    selector: COMMAND_MODE,
    act: (panel) => {
      NotebookActions.selectBelow(panel.content);
    },
  },
  {
    id: "edit",
    label: "Edit the cell",
    keys: ["Enter"],
    selector: COMMAND_MODE,
    act: (panel) => {
      panel.content.mode = "edit";
    },
  },
  {
    id: "leave",
    label: "Leave the cell",
    keys: ["Escape"],
    selector: EDIT_MODE,
    act: (panel) => {
      panel.content.mode = "command";
    },
  },
];

/** JupyterLab drops a cell that is run while its kernel still starts; here it waits. */
async function runWhenReady(options: Parameters<typeof runCell>[0]): Promise<boolean> {
  const { cell, sessionContext } = options;
  if (isCodeCellModel(cell.model) && sessionContext?.isReady === false) {
    cell.model.executionState = "running";
    await sessionContext.ready;
  }
  return runCell(options);
}

export function addCommands(panel: NotebookPanel): void {
  setCellExecutor({ runCell: runWhenReady });
  const registry = new CommandRegistry();
  for (const command of COMMANDS) {
    registry.addCommand(command.id, { label: command.label, execute: () => command.act(panel) });
    for (const keys of command.keys) {
      registry.addKeyBinding({
        command: command.id,
        keys: keys.split(" ").length === 2 && /^\w \w$/.test(keys) ? keys.split(" ") : [keys],
        selector: command.selector ?? NOTEBOOK,
      });
    }
    if (command.icon) panel.toolbar.addItem(command.id, button(registry, command, command.icon));
  }
  panel.toolbar.addItem("spacer", Toolbar.createSpacerItem());
  panel.toolbar.addItem("all", linkToAll());
  /* eslint-disable @typescript-eslint/no-deprecated -- what replaces them is part of JupyterLab's shell */
  panel.toolbar.addItem("kernel-name", SessionToolbar.createKernelNameItem(panel.sessionContext, dialogs));
  panel.toolbar.addItem("kernel-status", SessionToolbar.createKernelStatusItem(panel.sessionContext));
  /* eslint-enable @typescript-eslint/no-deprecated */
  // In the capturing phase, so that the editor does not take Shift-Enter for itself.
  document.addEventListener(
    "keydown",
    (event) => {
      registry.processKeydownEvent(event);
    },
    true,
  );
  window.addEventListener("beforeunload", (event) => {
    if (panel.context.model.dirty) event.preventDefault();
  });
}

function button(registry: CommandRegistry, command: Command, icon: LabIcon): ToolbarButton {
  const [key] = command.keys;
  const tooltip = key === undefined ? command.label : `${command.label} (${key.replace("Accel", "Ctrl")})`;
  return new ToolbarButton({ icon, tooltip, onClick: () => void registry.execute(command.id) });
}

/** To the list of the folder's notebooks, and to a new one. */
function linkToAll(): Widget {
  const link = document.createElement("a");
  link.href = "/all";
  link.textContent = "all notebooks";
  link.className = "tn-All";
  return new Widget({ node: link });
}
