/** Draws `application/vnd.plotly.v1+json` with the copy of plotly.js that the lab serves. */
import type { IRenderMime } from "@jupyterlab/rendermime";
import { Widget } from "@lumino/widgets";
import type * as PlotlyModule from "plotly.js";
import { isDark, onThemeChange } from "./theme.ts";

const MIME = "application/vnd.plotly.v1+json";

interface Plotly extends Pick<typeof PlotlyModule, "purge" | "Plots"> {
  /** As plotly.js has it and its types have not: a figure in one piece, frames and all. */
  readonly react: (root: HTMLElement, figure: FigureJson) => Promise<unknown>;
}

interface FigureJson {
  readonly data: PlotlyModule.Data[];
  readonly layout?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly frames?: readonly Readonly<Record<string, unknown>>[];
}

export const plotlyFactory: IRenderMime.IRendererFactory = {
  safe: true,
  mimeTypes: [MIME],
  defaultRank: 40,
  createRenderer: () => new FigureWidget(),
};

let loading: Promise<Plotly> | undefined;

/** Loaded when the first figure appears, for it is as large as the rest of the page. */
function plotly(): Promise<Plotly> {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "/static/plotly.js";
    script.onload = () => {
      resolve((window as unknown as { readonly Plotly: Plotly }).Plotly);
    };
    script.onerror = () => {
      reject(new TypeError("plotly.js could not be loaded from the lab's server"));
    };
    document.head.append(script);
  });
  return loading;
}

class FigureWidget extends Widget implements IRenderMime.IRenderer {
  private readonly plot = document.createElement("div");
  private readonly caption = document.createElement("div");
  private readonly unsubscribe: () => void;
  private figure: FigureJson | undefined;

  constructor() {
    super();
    this.plot.className = "tn-Figure";
    this.caption.className = "tn-Figure-caption";
    this.node.append(this.plot, this.caption);
    this.unsubscribe = onThemeChange(() => void this.draw());
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.figure = model.data[MIME] as unknown as FigureJson;
    const summary = model.data["text/plain"];
    // Kept free while the library loads, so that nothing moves when the figure is drawn.
    this.plot.style.minHeight = `${Number(this.figure.layout?.height ?? 450)}px`;
    this.caption.textContent = typeof summary === "string" ? summary : "";
    await this.draw();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.unsubscribe();
    void loading?.then((library) => {
      library.purge(this.plot);
    });
    super.dispose();
  }

  protected override onResize(): void {
    if (this.figure) void loading?.then((library) => this.isVisible && library.Plots.resize(this.plot));
  }

  protected override onAfterShow(): void {
    void this.draw();
  }

  private async draw(): Promise<void> {
    if (!this.figure) return;
    const library = await plotly();
    if (this.isDisposed) return;
    const config = { ...this.figure.config, responsive: true, displaylogo: false };
    await library.react(this.plot, { ...this.figure, layout: themed(this.figure.layout ?? {}), config });
  }
}

/** The figure's layout in the colours of the page. */
function themed(layout: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const [text, line] = isDark() ? ["#e6edf3", "#3d444d"] : ["#1f2328", "#d1d9e0"];
  const axes = new Set([
    ...Object.keys(layout).filter((name) => /^[xy]axis\d*$/.test(name)),
    "xaxis",
    "yaxis",
  ]);
  const colours = [...axes].map((name): [string, unknown] => [
    name,
    { automargin: true, ...record(layout[name]), gridcolor: line, zerolinecolor: line },
  ]);
  const clear = { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
  const font = { ...record(layout.font), color: text };
  return { ...layout, ...clear, font, ...Object.fromEntries(colours) };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
