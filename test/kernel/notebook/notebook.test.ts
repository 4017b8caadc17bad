import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PLOTLY_MIME } from "../../../kernel/figure/figure.ts";
import { executeNotebook } from "../../../kernel/notebook/execute.ts";
import { notebookToHtml } from "../../../kernel/notebook/html.ts";
import { formatNotebook } from "../../../kernel/notebook/nbformat.ts";
import type { CellOutput, Notebook } from "../../../kernel/notebook/nbformat.ts";
import { parseNotebook } from "../../../kernel/notebook/parse.ts";
import { markdownToHtml } from "../../../kernel/notebook/text.ts";
import { fakeKernel } from "./fake.ts";
import type { Script } from "./fake.ts";

function notebook(...sources: readonly string[]): Notebook {
  const cells = sources.map((source, at) => {
    return {
      cell_type: "code",
      id: `c${at}`,
      metadata: {},
      source,
      execution_count: null,
      outputs: [],
    } as const;
  });
  return { metadata: {}, cells };
}

function outputsOf(result: Notebook): readonly (readonly CellOutput[])[] {
  return result.cells.map((cell) => (cell.cell_type === "code" ? cell.outputs : []));
}

const base = { cells: [] as unknown[], metadata: {}, nbformat: 4, nbformat_minor: 5 };
const code = {
  cell_type: "code",
  id: "a",
  metadata: {},
  source: "1",
  execution_count: null,
  outputs: [] as unknown[],
};

describe("nbformat", () => {
  test("the quickstart survives reading and writing", () => {
    const text = readFileSync("notebooks/quickstart.ipynb", "utf8");
    const once = parseNotebook(text, "quickstart.ipynb");
    expect(parseNotebook(formatNotebook(once), "again")).toEqual(once);
  });

  test("writes lines as arrays and JSON mime types as they are", () => {
    const data = { "text/plain": "a\nb", "application/json": "a\nb", "application/vnd.x+json": { y: 1 } };
    const output = { output_type: "display_data", data, metadata: {} } as const;
    const written = formatNotebook({
      metadata: {},
      cells: [{ ...code, cell_type: "code", source: "x\ny\n", outputs: [output] }],
    });
    expect(JSON.parse(written)).toEqual({
      ...base,
      cells: [
        {
          ...code,
          source: ["x\n", "y\n"],
          outputs: [{ ...output, data: { ...data, "text/plain": ["a\n", "b"] } }],
        },
      ],
    });
    expect(written.endsWith("}\n")).toBe(true);
  });

  test.each<[string, unknown, RegExp]>([
    ["no JSON", "{\n\n x", /^f: .*not JSON/],
    ["a list", [], /expected an object/],
    ["version 3", { ...base, nbformat: 3 }, /nbformat: expected 4, got 3; open it in Jupyter/],
    ["no cells", { ...base, cells: undefined }, /cells: expected a list, got nothing/],
    ["unknown cell", { ...base, cells: [{ ...code, cell_type: "tn" }] }, /cells\[0\]\.cell_type: .*got "tn"/],
    ["no id", { ...base, cells: [{ ...code, id: undefined }] }, /cells\[0\]\.id/],
    ["id twice", { ...base, cells: [code, code] }, /"a" is used twice/],
    ["extra field", { ...base, cells: [{ ...code, colour: 1 }] }, /cells\[0\]: .*"colour"/],
    [
      "count as text",
      { ...base, cells: [{ ...code, execution_count: "1" }] },
      /execution_count: expected a whole/,
    ],
    [
      "unknown output",
      { ...base, cells: [{ ...code, outputs: [{ output_type: "x" }] }] },
      /outputs\[0\]\.output_type/,
    ],
    [
      "stream name",
      { ...base, cells: [{ ...code, outputs: [{ output_type: "stream", name: "log", text: "" }] }] },
      /"stdout" or "stderr"/,
    ],
  ])("refuses %s", (_, value, message) => {
    expect(() => parseNotebook(typeof value === "string" ? value : JSON.stringify(value), "f")).toThrow(
      message,
    );
  });

  test("gives cells of an older minor version ids", () => {
    const old = { ...base, nbformat_minor: 4, cells: [{ ...code, id: undefined }] };
    expect(parseNotebook(JSON.stringify(old), "f").cells[0]?.id).toBe("cell-0");
  });
});

describe("execute", () => {
  const stream = (text: string, name = "stdout"): readonly [string, Record<string, unknown>] => [
    "stream",
    { name, text },
  ];
  const show = (text: string, id?: string): readonly [string, Record<string, unknown>] => [
    "display_data",
    {
      data: { "text/plain": text },
      metadata: {},
      ...(id === undefined ? {} : { transient: { display_id: id } }),
    },
  ];
  const text = (output: CellOutput): string =>
    "data" in output
      ? String(output.data["text/plain"])
      : output.output_type === "stream"
        ? output.text
        : output.ename;

  test.each<[string, ReturnType<Script>, readonly string[]]>([
    ["merges a stream", [stream("a"), stream("b\n")], ["ab\n"]],
    ["keeps streams apart", [stream("a"), stream("b", "stderr"), stream("c")], ["a", "b", "c"]],
    ["starts a line anew", [stream("10 %"), stream("\r20 %\n")], ["20 %\n"]],
    ["keeps line ends of Windows", [stream("a\r"), stream("\nb")], ["a\r\nb"]],
    ["clears at once", [stream("a"), ["clear_output", { wait: false }]], []],
    ["clears when the next comes", [stream("a"), ["clear_output", { wait: true }], stream("b")], ["b"]],
    ["keeps what is never replaced", [stream("a"), ["clear_output", { wait: true }]], ["a"]],
  ])("%s", async (_, answers, expected) => {
    const { notebook: result } = await executeNotebook(
      notebook("x"),
      fakeKernel(() => answers),
    );
    expect(outputsOf(result)[0]?.map(text)).toEqual(expected);
  });

  test("updates a display of an earlier cell by its id", async () => {
    const script: Script = (source) =>
      source === "1" ? [show("old", "d"), show("other")] : [["update_display_data", show("new", "d")[1]]];
    const { notebook: result } = await executeNotebook(notebook("1", "2"), fakeKernel(script));
    expect(outputsOf(result).map((outputs) => outputs.map(text))).toEqual([["new", "other"], []]);
  });

  test("counts executions, skips empty cells", async () => {
    const kernel = fakeKernel(() => [["execute_result", { data: { "text/plain": "v" }, metadata: {} }]]);
    const { notebook: result, ok } = await executeNotebook(notebook("1", " ", "2"), kernel);
    expect(result.cells.map((cell) => cell.cell_type === "code" && cell.execution_count)).toEqual([
      1,
      null,
      2,
    ]);
    expect(ok).toBe(true);
  });

  const failing: Script = (source) =>
    source === "bad" ? [["error", { ename: "Oops", evalue: "", traceback: ["t"] }]] : [stream("ran")];

  test("stops at an error, or goes on when asked to", async () => {
    const stopped = await executeNotebook(notebook("bad", "next"), fakeKernel(failing));
    expect([stopped.ok, outputsOf(stopped.notebook).map((o) => o.map(text))]).toEqual([
      false,
      [["Oops"], []],
    ]);
    const on = await executeNotebook(notebook("bad", "next"), fakeKernel(failing), { allowErrors: true });
    expect([on.ok, outputsOf(on.notebook).map((o) => o.map(text))]).toEqual([false, [["Oops"], ["ran"]]]);
  });

  test("interrupts a cell that takes too long and says so", async () => {
    const kernel = fakeKernel(() => "hang");
    const { notebook: result, ok } = await executeNotebook(notebook("x", "y"), kernel, {
      timeoutSeconds: 0.05,
    });
    expect([ok, kernel.log]).toEqual([false, ["execute_request", "interrupt"]]);
    expect(outputsOf(result).map((outputs) => outputs.map(text))).toEqual([["Interrupted", "Timeout"], []]);
  });

  test("a signal ends the run", async () => {
    const abort = new AbortController();
    const kernel = fakeKernel(() => {
      setTimeout(() => {
        abort.abort();
      });
      return "hang";
    });
    const { ok } = await executeNotebook(notebook("x", "y"), kernel, {
      signal: abort.signal,
      allowErrors: true,
    });
    expect([ok, kernel.log]).toEqual([false, ["execute_request", "interrupt"]]);
  });
});

describe("html", () => {
  const PLOTLY = 'window.Plotly = "THE LIBRARY </script> <!--";';
  const options = { title: "a < b", plotlySource: PLOTLY };
  const figure = { data: [{ name: "</script><script>alert(1)</script>" }], layout: {} };
  const plot: CellOutput = {
    output_type: "display_data",
    data: { [PLOTLY_MIME]: figure, "text/plain": "the <summary>" },
    metadata: {},
  };
  const page = (cell: Record<string, unknown>): string =>
    notebookToHtml(parseNotebook(JSON.stringify({ ...base, cells: [{ ...code, ...cell }] }), "f"), options);

  test("holds plotly once however many figures there are, and not at all for none", () => {
    expect(page({ outputs: [plot, plot, plot] }).split("THE LIBRARY").length - 1).toBe(1);
    expect(page({})).not.toContain("THE LIBRARY");
  });

  test("a figure cannot end its script, and its JSON survives", () => {
    const html = page({ outputs: [plot] });
    expect(html).not.toContain("<script>alert");
    const json = /<script type="application\/json">(.*?)<\/script>/.exec(html)?.[1] ?? "";
    expect(JSON.parse(json)).toEqual(figure);
    expect(html.match(/<script/g)?.length).toBe(html.match(/<\/script>/g)?.length);
  });

  test("the summary stands under the figure, and a still picture where scripts do not run", () => {
    const withPicture = {
      ...plot,
      data: { ...plot.data, "image/png": "iVBORw0KGgo=", "text/html": "<b>own</b>" },
    };
    const html = page({ outputs: [withPicture] });
    expect(html).toContain("<figcaption>the &lt;summary&gt;</figcaption>");
    const still = '<img alt="the &lt;summary&gt;" src="data:image/png;base64,iVBORw0KGgo=">';
    expect(html).toContain(`<noscript>${still}</noscript>`);
    expect(html).not.toContain("<b>own</b>");
    expect(page({ outputs: [plot] })).toContain("<figcaption>the &lt;summary&gt;</figcaption>");
  });

  test("a summary of several lines is a table, whose columns stay", () => {
    const table = { ...plot, data: { ...plot.data, "text/plain": "method  time\n<tree>  1 s" } };
    const html = page({ outputs: [table] });
    expect(html).toContain("<figcaption><pre>method  time\n&lt;tree&gt;  1 s</pre></figcaption>");
  });

  test("nothing is fetched: no address outside the page in any attribute", () => {
    const text = {
      cell_type: "markdown",
      id: "m",
      metadata: {},
      source: "![far](https://example.org/a.png) <img src=//x>",
    };
    const html = notebookToHtml(
      parseNotebook(JSON.stringify({ ...base, cells: [text, { ...code, outputs: [plot] }] }), "f"),
      options,
    );
    expect(html).not.toMatch(/<[^>]*(?:src|srcset|action)\s*=\s*"?(?:https?:)?\/\//);
    expect(html).not.toMatch(/<link|@import|url\(/);
    expect(html).toContain("default-src 'none'");
  });

  test("terminal colours become classes or go, text is escaped", () => {
    const traceback = ["\u001b[1;31mOops\u001b[0m: <b>", "\u001b[2Kplain"];
    const html = page({ outputs: [{ output_type: "error", ename: "E", evalue: "e", traceback }] });
    expect(html).toContain('<span class="ansi1 bold">Oops</span>: &lt;b&gt;\nplain');
    expect(html).not.toContain("\u001b");
  });

  test("formulas are drawn without fonts or scripts, and one that is none stays readable", () => {
    const html = markdownToHtml(
      "$E = \\frac{T_1}{P\\,T_P}$ costs \\$5, or $10\n\n$$\\sum_k a_k$$\n\n$\\frac{1$ $\\href{javascript:x}{y}$",
    );
    expect(html).toContain("<mfrac><msub><mi>T</mi><mn>1</mn></msub>");
    expect(html).toContain("costs $5, or $10");
    expect(html).toMatch(/<math[^>]* display="block">.*<mo>∑<\/mo>/);
    expect(html).toContain("\\frac{1</span>");
    expect(html).not.toMatch(/href=|<script|style="(?!color)/);
  });

  test("code is coloured by its language", () => {
    expect(page({ source: "%%tn x\nrun Z # <go>" })).toContain(
      '<span class="magic">%%tn x</span>\n<span class="keyword">run</span> Z <span class="comment"># &lt;go&gt;</span>',
    );
    expect(page({ source: 'const a = "</b>"' })).toContain(
      '<span class="keyword">const</span> a = <span class="string">&quot;&lt;/b&gt;&quot;</span>',
    );
  });
});
