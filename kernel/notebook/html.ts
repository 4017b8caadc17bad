/** An executed notebook as one self-contained page: nothing is fetched, with or without a network. */
import { PLOTLY_MIME } from "../figure/figure.ts";
import type { MimeBundle } from "../protocol/message.ts";
import { highlight } from "./highlight.ts";
import type { CellOutput, Notebook, NotebookCell } from "./nbformat.ts";
import { PAGE_STYLE } from "./style.ts";
import { ansiToHtml, escapeHtml, markdownToHtml, scriptJson } from "./text.ts";

export interface HtmlOptions {
  readonly title: string;
  /** JavaScript that sets `window.Plotly`; written into the page once, and only if there is a figure. */
  readonly plotlySource: string;
}

/** Blocks every request, should a text smuggle one in. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:";

export function notebookToHtml(notebook: Notebook, options: HtmlOptions): string {
  const body = notebook.cells.map(cellHtml).join("\n");
  const scripts = notebook.cells.some(hasFigure)
    ? `<script>${safeScript(options.plotlySource)}</script>\n<script>${DRAW}</script>`
    : "";
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escapeHtml(options.title)}</title>
<style>${PAGE_STYLE}</style>
<noscript><style>.plot { display: none; }</style></noscript>
</head>
<body>
<main>
${body}
</main>
${scripts}
</body>
</html>
`;
}

/** Draws every figure in the colours of the page, again when these change. */
const DRAW = `
(function () {
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function draw() {
    document.querySelectorAll("figure").forEach(function (figure) {
      var json = JSON.parse(figure.querySelector("script").textContent);
      var text = dark.matches ? "#e6edf3" : "#1f2328", line = dark.matches ? "#3d444d" : "#d1d9e0";
      var layout = Object.assign({}, json.layout, { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" });
      layout.font = Object.assign({}, layout.font, { color: text });
      Object.keys(layout).concat(["xaxis", "yaxis"]).forEach(function (name) {
        if (/^[xy]axis\\d*$/.test(name)) {
          layout[name] = Object.assign({ automargin: true }, layout[name], { gridcolor: line, zerolinecolor: line });
        }
      });
      var config = Object.assign({}, json.config, { responsive: true, displaylogo: false });
      var drawn = { data: json.data, layout: layout, config: config, frames: json.frames };
      window.Plotly.react(figure.querySelector(".plot"), drawn);
    });
  }
  dark.addEventListener("change", draw);
  draw();
})();
`;

function hasFigure(cell: NotebookCell): boolean {
  return (
    cell.cell_type === "code" && cell.outputs.some((output) => "data" in output && PLOTLY_MIME in output.data)
  );
}

function cellHtml(cell: NotebookCell): string {
  switch (cell.cell_type) {
    case "markdown":
      return `<section class="markdown">${markdownToHtml(cell.source)}</section>`;
    case "raw":
      return `<section class="raw"><pre>${escapeHtml(cell.source)}</pre></section>`;
    case "code": {
      const count = cell.execution_count === null ? " " : String(cell.execution_count);
      const outputs = cell.outputs
        .map((output) => `<div class="output">${outputHtml(output)}</div>`)
        .join("\n");
      const source = `<pre class="source"><code>${highlight(cell.source)}</code></pre>`;
      return `<section class="code"><div class="count">[${count}]</div>${source}\n${outputs}</section>`;
    }
    default:
      return cell satisfies never;
  }
}

function outputHtml(output: CellOutput): string {
  switch (output.output_type) {
    case "stream":
      return `<pre class="${output.name}">${ansiToHtml(output.text)}</pre>`;
    case "error": {
      const text =
        output.traceback.length === 0 ? `${output.ename}: ${output.evalue}` : output.traceback.join("\n");
      return `<pre class="failure">${ansiToHtml(text)}</pre>`;
    }
    case "display_data":
    case "execute_result":
      return bundleHtml(output.data);
    default:
      return output satisfies never;
  }
}

/** The richest safe representation. HTML and script of an output are left out; text always stands for them. */
function bundleHtml(data: MimeBundle): string {
  const text = typeof data["text/plain"] === "string" ? data["text/plain"] : "";
  if (PLOTLY_MIME in data) return figureHtml(data, text);
  const picture = pictureHtml(data, text);
  if (picture !== undefined) return picture;
  const svg = data["image/svg+xml"];
  if (typeof svg === "string") {
    return `<img alt="${escapeHtml(text)}" src="data:image/svg+xml,${encodeURIComponent(svg)}">`;
  }
  const markdown = data["text/markdown"];
  return typeof markdown === "string" ? markdownToHtml(markdown) : `<pre>${ansiToHtml(text)}</pre>`;
}

function pictureHtml(data: MimeBundle, text: string): string | undefined {
  for (const mime of ["image/png", "image/jpeg"]) {
    const picture = data[mime];
    if (typeof picture === "string")
      return `<img alt="${escapeHtml(text)}" src="data:${mime};base64,${picture.replace(/[^\w+/=]/g, "")}">`;
  }
  return undefined;
}

/** The caption says in words what the picture shows, drawn by script or not; in several lines it is a table. */
function figureHtml(data: MimeBundle, summary: string): string {
  const json = data[PLOTLY_MIME];
  const words = escapeHtml(summary);
  const caption = summary.trim().includes("\n") ? `<pre>${words}</pre>` : words;
  return `<figure>
<div class="plot" style="min-height: ${figureHeight(json)}px"></div>
<script type="application/json">${scriptJson(json)}</script>
<noscript>${pictureHtml(data, summary) ?? ""}</noscript>
<figcaption>${caption}</figcaption>
</figure>`;
}

/** Pixels, so that nothing moves when the figure is drawn; plotly.js's own default where the figure names none. */
function figureHeight(json: unknown): number {
  const { layout } = json as { readonly layout?: { readonly height?: unknown } | null };
  return typeof layout?.height === "number" ? layout.height : 450;
}

/** A library may hold `</script` and `<!--` in strings and expressions, where `<\/` and `<\!` mean the same. */
function safeScript(source: string): string {
  return source.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "<\\!--");
}
