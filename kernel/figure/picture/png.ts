/** SVG as PNG, by resvg, with fonts of its own: the same on every machine. */
import { createRequire } from "node:module";

/** Dots a pixel. */
const ZOOM = 1.5;
const FAMILY = "DejaVu Sans Condensed";
const FACES = ["DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf"];

const require = createRequire(import.meta.url);

/** Loads the renderer with the first picture: a kernel that draws none starts without it. */
export function pngOf(svg: string): Buffer {
  const { Resvg } = require("@resvg/resvg-js") as typeof import("@resvg/resvg-js");
  const fontFiles = FACES.map((face) => require.resolve(`dejavu-fonts-ttf/ttf/${face}`));
  const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: FAMILY };
  return new Resvg(svg, { fitTo: { mode: "zoom", value: ZOOM }, font }).render().asPng();
}
