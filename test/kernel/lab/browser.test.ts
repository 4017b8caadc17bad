import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PLOTLY_MIME } from "../../../kernel/figure/figure.ts";
import { startLab } from "../../../kernel/lab/server.ts";
import type { RunningLab } from "../../../kernel/lab/server.ts";
import { parseNotebook } from "../../../kernel/notebook/parse.ts";
import { fakeKernel } from "../notebook/fake.ts";
import type { FakeKernel } from "../notebook/fake.ts";
import { launch, press, reason, shot } from "./chromium.ts";

const FIGURE = {
  data: [{ type: "bar", x: ["a", "b"], y: [1, 2] }],
  layout: { title: { text: "flops" } },
};

/** What was run. */
const codes: string[] = [];

/** Every cell prints a value and draws a bar chart. */
const script = (code: string): ReturnType<Parameters<typeof fakeKernel>[0]> => {
  codes.push(code);
  return [
    ["execute_result", { data: { "text/plain": "R = 42.5" }, metadata: {} }],
    ["display_data", { data: { [PLOTLY_MIME]: FIGURE, "text/plain": "2 flops, modelled" }, metadata: {} }],
  ];
};

describe.skipIf(reason !== "")(`the notebook in a browser${reason}`, () => {
  let browser: Browser;
  let page: Page;
  let lab: RunningLab;
  let folder: string;
  let kernel: FakeKernel;
  let letKernelStart: () => void;
  const problems: string[] = [];
  const foreign: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "tnlab-browser-"));
    await cp("notebooks/quickstart.ipynb", path.join(folder, "quickstart.ipynb"));
    kernel = fakeKernel(script);
    const started = new Promise<void>((resolve) => {
      letKernelStart = resolve;
    });
    const startKernel = (): Promise<FakeKernel> => started.then(() => kernel);
    lab = await startLab({ folder, port: 0, open: false, startKernel });
    browser = await launch();
    page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("request", (request) => {
      if (!/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(request.url())) foreign.push(request.url());
    });
    await page.goto(lab.url);
    await page.waitForSelector(".jp-CodeCell", { timeout: 60_000 });
  });

  afterAll(async () => {
    await shot(page, "end");
    await browser.close();
    await lab.close();
    await rm(folder, { recursive: true });
  });

  test("opens the quickstart with its Markdown rendered and the token out of the address", async () => {
    expect(page.url()).toMatch(/\/notebooks\/quickstart\.ipynb$/);
    expect(await page.textContent(".jp-MarkdownCell h1")).toContain("tnlab in five minutes");
    await page.waitForSelector("mjx-container", { timeout: 60_000 });
    await shot(page, "open");
  });

  test("runs all cells, also before the kernel is there: values and plots appear", async () => {
    await press(page, "run-all");
    expect(codes).toEqual([]);
    letKernelStart();
    await page.waitForSelector(".tn-Figure svg.main-svg", { timeout: 60_000 });
    expect(await page.textContent(".jp-OutputArea-output pre")).toContain("R = 42.5");
    expect(await page.textContent(".tn-Figure-caption")).toBe("2 flops, modelled");
    const cells = (await quickstart(folder)).cells.filter((cell) => cell.cell_type === "code").length;
    await expect
      .poll(() => page.locator(".tn-Figure svg.main-svg .bars").count(), { timeout: 60_000 })
      .toBe(cells);
    await shot(page, "run");
  });

  test("a new cell is written, run and part of the document", async () => {
    await page.locator(".jp-Cell").last().click();
    for (const key of ["Escape", "b", "Enter"]) await page.keyboard.press(key);
    await page.keyboard.type("%%tn\nlet N = 3");
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => codes.at(-1), { timeout: 60_000 }).toBe("%%tn\nlet N = 3");
    // One token only in tnlab's own language.
    expect(await page.locator(".jp-CodeCell .cm-content").last().locator("span").allTextContents()).toContain(
      "%%tn",
    );
  });

  test("completes with Tab and Enter what the kernel proposes", async () => {
    for (const key of ["Escape", "b", "Enter"]) await page.keyboard.press(key);
    await page.keyboard.type("net");
    await page.keyboard.press("Tab");
    await page.waitForSelector(".jp-Completer-item");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator(".jp-CodeCell .cm-content").last().innerText()).toBe("network");
  });

  test("saves with Ctrl-S what was run", async () => {
    await page.keyboard.press("Control+s");
    await expect
      .poll(
        async () =>
          (await quickstart(folder)).cells.some(
            (cell) => cell.cell_type === "code" && cell.outputs.length === 2,
          ),
        {
          timeout: 60_000,
        },
      )
      .toBe(true);
  });

  test("follows the system into the dark", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(() => page.getAttribute("body", "data-jp-theme-light")).toBe("false");
    await page.evaluate(() => document.querySelector(".tn-Figure")?.scrollIntoView());
    await shot(page, "dark");
  });

  test("interrupts and asks nobody else for anything", async () => {
    await press(page, "interrupt");
    await expect.poll(() => kernel.log.includes("interrupt")).toBe(true);
    expect(foreign).toEqual([]);
    expect(problems).toEqual([]);
  });
});

async function quickstart(folder: string): Promise<ReturnType<typeof parseNotebook>> {
  return parseNotebook(await readFile(path.join(folder, "quickstart.ipynb"), "utf8"), "quickstart.ipynb");
}
