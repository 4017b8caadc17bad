/** The notebook page: JupyterLab's own notebook panel, without the rest of JupyterLab. */
import "./page.css";
import { Widget } from "@lumino/widgets";
import { followTheme } from "./theme.ts";
import { openNotebook } from "./notebook.ts";

async function start(): Promise<void> {
  const path = location.pathname
    .replace(/^\/notebooks\//, "")
    .split("/")
    .map(decodeURIComponent)
    .join("/");
  document.title = `${path} - tnlab`;
  followTheme();
  const { panel, context } = openNotebook(path);
  Widget.attach(panel, document.body);
  window.addEventListener("resize", () => {
    panel.update();
  });
  await context.initialize(false);
  await context.ready;
  document.getElementById("loading")?.remove();
  panel.content.activate();
}

start().catch((error: unknown) => {
  const place = document.getElementById("loading") ?? document.body;
  place.textContent = `The notebook could not be opened: ${error instanceof Error ? error.message : String(error)}`;
  console.error(error);
});
