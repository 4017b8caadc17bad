/** Texts as Plotly writes them: a little HTML, drawn as SVG. */

/** A run of letters of one look. */
interface Run {
  readonly text: string;
  readonly bold: boolean;
  readonly raised: boolean;
  /** Pixels, where it differs from the text around it. */
  readonly size?: number;
}

export type Line = readonly Run[];

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', nbsp: " " };

/** Lines of `a<sup>b</sup><br><b>c</b>`; tags of other names are left out. */
export function linesOf(html: string): Line[] {
  const lines: Run[][] = [[]];
  const open: { readonly tag: string; readonly size?: number }[] = [];
  for (const [, closing, tag, attributes = "", text = ""] of html.matchAll(
    /<(\/?)(\w+)([^>]*)>|([^<]+|<)/g,
  )) {
    if (tag === "br") lines.push([]);
    else if (tag !== undefined && closing === "/") open.pop();
    else if (tag !== undefined) {
      const size = /font-size:\s*(\d+)px/.exec(attributes)?.[1];
      open.push(size === undefined ? { tag } : { tag, size: Number(size) });
    } else {
      const size = open.reduce<number | undefined>((last, one) => one.size ?? last, undefined);
      lines.at(-1)?.push({
        text: text.replace(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole),
        bold: open.some((one) => one.tag === "b"),
        raised: open.some((one) => one.tag === "sup"),
        ...(size !== undefined && { size }),
      });
    }
  }
  return lines;
}

/** Of a letter, as parts of the size of the font: a little more than common fonts take. */
function letterWidth(letter: string): number {
  if (/[ijl.,:;'|!()[\]{}It fr]/.test(letter)) return 0.34;
  if (/[mwMW@%—]/.test(letter)) return 0.86;
  return /[A-Z]/.test(letter) ? 0.66 : 0.57;
}

const RAISED_SIZE = 0.72;

/** Pixels, about. */
export function widthOf(line: Line, size: number): number {
  return line.reduce((width, run) => {
    const own = (run.size ?? size) * (run.raised ? RAISED_SIZE : 1);
    return width + own * [...run.text].reduce((sum, letter) => sum + letterWidth(letter), 0);
  }, 0);
}

export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** One line of text; `y` is its base line. */
export function textElement(
  line: Line,
  [x, y]: readonly [number, number],
  size: number,
  anchor: "start" | "middle" | "end" = "start",
  turned = false,
): string {
  let sunk = "";
  const spans = line.map((run) => {
    const own = (run.size ?? size) * (run.raised ? RAISED_SIZE : 1);
    const lift = run.raised ? ` dy="${short(-0.38 * size)}"` : sunk;
    sunk = run.raised ? ` dy="${short(0.38 * size)}"` : "";
    const weight = run.bold ? ' font-weight="bold"' : "";
    const look = `${own === size ? "" : ` font-size="${short(own)}"`}${weight}${lift}`;
    const text = escaped(run.text);
    return look === "" ? text : `<tspan${look}>${text}</tspan>`;
  });
  const turn = turned ? ` transform="rotate(-90 ${short(x)} ${short(y)})"` : "";
  const at = `x="${short(x)}" y="${short(y)}" font-size="${size}" text-anchor="${anchor}"`;
  return `<text ${at}${turn}>${spans.join("")}</text>`;
}

/** Pixels with as many digits as an eye can tell. */
export function short(pixels: number): string {
  return String(Number(pixels.toFixed(2)));
}
