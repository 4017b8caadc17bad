import { expect, test } from "vitest";
import { bundle, DISPLAY, exceptionContent, mistakesContent } from "../../../kernel/session/display.ts";

test.each([
  [42, "42"],
  [{ a: [1, 2] }, "{ a: [ 1, 2 ] }"],
  ["text", "'text'"],
])("the value %j is shown as text", async (value, text) => {
  expect(await bundle(value)).toEqual({ "text/plain": text });
});

test("a value draws itself, and its text stands in where that is not understood", async () => {
  const value = { [DISPLAY]: () => Promise.resolve({ "text/html": "<b>x</b>" }) };
  const shown = await bundle(value);
  expect(shown["text/html"]).toBe("<b>x</b>");
  expect(typeof shown["text/plain"]).toBe("string");
});

test("a value that draws itself at once is drawn at once", () => {
  expect(bundle({ [DISPLAY]: () => ({ "text/plain": "now" }) })).toEqual({ "text/plain": "now" });
});

test("values with methods of Python's convention draw themselves by them, pictures as base64", () => {
  const value = {
    name: "n",
    _repr_html_() {
      return `<i>${this.name}</i>`;
    },
    _repr_png_: () => Uint8Array.of(137, 80),
    _repr_latex_: () => null,
    _repr_mimebundle_: () => ({ "application/x": 1 }),
  };
  expect(bundle(value)).toEqual({
    "text/html": "<i>n</i>",
    "image/png": "iVA=",
    "application/x": 1,
    "text/plain": expect.stringContaining("name: 'n'") as string,
  });
});

test("a figure becomes a Plotly bundle of plain JSON", async () => {
  const figure = { data: [{ y: [1, Number.NaN] }], layout: {}, summary: "2 modelled steps" };
  expect(await bundle(figure)).toMatchObject({
    "application/vnd.plotly.v1+json": { data: [{ y: [1, null] }] },
    "text/plain": "2 modelled steps",
  });
});

test.each([
  [new RangeError("far"), "RangeError", "far"],
  ["bare", "Thrown", "'bare'"],
  [undefined, "Thrown", "undefined"],
])("the thrown %o", (thrown, ename, evalue) => {
  expect(exceptionContent(thrown)).toMatchObject({ ename, evalue });
});

test("a mistake is drawn under its word", () => {
  const mistake = { file: undefined, line: 2, column: 3, text: "unknown name" };
  const { evalue, traceback } = mistakesContent("one\n  two three", [mistake]);
  expect(evalue).toBe("unknown name");
  expect(traceback).toEqual(["line 2:3: unknown name\n2 |   two three\n      ^^^"]);
});
