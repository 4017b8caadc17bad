/** The lab with its real kernel, as a person works in it. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLab } from "../../../kernel/lab/server.ts";
import type { RunningLab } from "../../../kernel/lab/server.ts";
import { parseNotebook } from "../../../kernel/notebook/parse.ts";
import { pageWriter } from "../../../kernel/cli/page.ts";
import { launch, press, reason, shot } from "./chromium.ts";

const PROGRAM = `%%tn
index i: 2, j: 3
tensor A[i,j] = [[1, 2, 3], [4, 5, 6]]
tensor B[j] = [1, 1, 1]
network R[i] = A B
run R on threads(1)
show network R, contraction R`;

type Output = Readonly<Record<string, unknown>>;

function cell(id: string, source: string, outputs: readonly Output[] = []): object {
  return { cell_type: "code", id, metadata: {}, source, outputs, execution_count: null };
}

function written(cells: readonly object[]): string {
  const metadata = { kernelspec: { name: "tnlab", display_name: "tnlab", language: "typescript" } };
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells });
}

/** Each tries to leave its mark on the page in a way of its own. */
const HOSTILE: readonly Output[] = [
  { "text/html": "<script>window.hit = 1</script><img src=x onerror='window.hit = 2'><b>kept</b>" },
  {
    "image/svg+xml":
      "<svg xmlns='http://www.w3.org/2000/svg' onload='window.hit = 3'><script>window.hit = 4</script></svg>",
  },
  { "application/javascript": "window.hit = 5" },
  { "text/markdown": "<img src=x onerror='window.hit = 6'> [link](javascript:window.hit=7)" },
].map((data) => ({ output_type: "display_data", data, metadata: {} }));

describe.skipIf(reason !== "")(`a person in the lab${reason}`, () => {
  let browser: Browser;
  let page: Page;
  let lab: RunningLab;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "tnlab-person-"));
    await writeFile(path.join(folder, "work.ipynb"), written([cell("one", PROGRAM), cell("two", "6 * 7")]));
    await writeFile(path.join(folder, "other.ipynb"), written([cell("one", "const here = 'other'; here")]));
    await writeFile(path.join(folder, "hostile.ipynb"), written([cell("one", "1", HOSTILE)]));
    lab = await startLab({ folder, port: 0, open: false });
    browser = await launch();
    page = await (await browser.newContext()).newPage();
    await page.goto(lab.url);
  });

  afterAll(async () => {
    await browser.close();
    await lab.close();
    await rm(folder, { recursive: true });
  });

  const open = async (name: string, on = page): Promise<void> => {
    await on.goto(new URL(`/notebooks/${name}`, lab.url).href);
    await on.waitForSelector(".jp-CodeCell .cm-content", { timeout: 60_000 });
  };

  /** What a cell's outputs say. */
  const said = (at: number, on = page) =>
    on.locator(".jp-CodeCell").nth(at).locator(".jp-OutputArea").first();

  const write = async (at: number, source: string): Promise<void> => {
    await page.locator(".jp-CodeCell .cm-content").nth(at).click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(source);
  };

  test("opens a notebook, runs it, and sees values and the figure", async () => {
    await open("work.ipynb");
    await press(page, "run-all");
    await expect
      .poll(() => said(0).textContent(), { timeout: 60_000 })
      .toContain("R[i: 2]: float64 = [6, 15]");
    await page.waitForSelector(".tn-Figure svg.main-svg");
    await expect.poll(() => said(1).textContent(), { timeout: 60_000 }).toContain("42");
    await shot(page, "person-run");
  });

  /** Drags the slider of a figure to its end; what its title then says. */
  const slidToEnd = async (figure: Locator): Promise<string | null> => {
    const rail = await figure.locator(".slider-rail-touch-rect").boundingBox();
    if (rail === null) return null;
    await figure.page().mouse.click(rail.x + rail.width - 4, rail.y + rail.height / 2);
    return figure.locator(".gtitle").textContent();
  };

  test("steps through a contraction with the slider", async () => {
    const figure = page.locator(".tn-Figure").nth(1);
    await figure.scrollIntoViewIfNeeded();
    expect(await figure.locator(".gtitle").textContent()).toContain("1 pair, 6 multiply-adds");
    await expect.poll(() => slidToEnd(figure)).toContain("1 of 1 pair done, 100 %");
    expect(await figure.locator(".scatterlayer .points path").count()).toBe(1);
    await shot(page, "person-steps");
  });

  test("interrupts a cell that runs for ever, and goes on with all names kept", async () => {
    await write(1, "while (true) {}");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".jp-InputPrompt >> text=[*]");
    await press(page, "interrupt");
    await expect.poll(() => said(1).textContent(), { timeout: 60_000 }).toContain("Interrupted");
    await write(1, "[...R.report.value.re].join()");
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => said(1).textContent(), { timeout: 60_000 }).toContain("6,15");
  });

  test("edits, saves, and finds all of it after loading the page anew", async () => {
    await write(1, "'edited ' + 1");
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => said(1).textContent()).toContain("edited 1");
    await page.keyboard.press("Control+s");
    const file = path.join(folder, "work.ipynb");
    await expect.poll(() => readFile(file, "utf8"), { timeout: 60_000 }).toContain("edited 1");
    const [first] = parseNotebook(await readFile(file, "utf8"), file).cells;
    expect(JSON.stringify(first)).toContain('"image/png"');
    await open("work.ipynb");
    expect(await page.locator(".jp-CodeCell .cm-content").nth(1).innerText()).toBe("'edited ' + 1");
    await expect.poll(() => said(1).textContent()).toContain("edited 1");
    await page.waitForSelector(".tn-Figure svg.main-svg");
  });

  test("steps through it on the page that export writes, too", async () => {
    const notebook = parseNotebook(await readFile(path.join(folder, "work.ipynb"), "utf8"), "work.ipynb");
    const file = path.join(folder, "work.html");
    await writeFile(file, pageWriter("work")(notebook));
    const exported = await page.context().newPage();
    await exported.goto(`file://${file}`);
    const figure = exported.locator("figure").nth(1);
    await figure.scrollIntoViewIfNeeded();
    await expect.poll(() => slidToEnd(figure)).toContain("1 of 1 pair done, 100 %");
    await exported.close();
  });

  test("two notebooks have two kernels", async () => {
    const second = await page.context().newPage();
    await open("other.ipynb", second);
    await press(second, "run-all");
    await expect.poll(() => said(0, second).textContent(), { timeout: 60_000 }).toContain("other");
    await write(1, "typeof here");
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => said(1).textContent(), { timeout: 60_000 }).toMatch(/undefined|Cannot find name/);
    await second.close();
  });

  test("a notebook that brings scripts in its outputs runs none of them", async () => {
    await open("hostile.ipynb");
    await expect.poll(() => said(0).textContent()).toContain("kept");
    await page.waitForTimeout(500);
    expect(await page.evaluate(() => Reflect.get(window, "hit") as unknown)).toBeUndefined();
    await shot(page, "person-hostile");
  });
});
