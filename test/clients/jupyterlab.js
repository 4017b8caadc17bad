/**
 * A notebook in a real JupyterLab, as a person opens it and, where DO is "run", runs it. Usage: node jupyterlab.js URL CELLS PICTURE
 * DO. Prints JSON: of each code cell its prompt, what its outputs say, how many pictures are seen, and whether one is an error.
 * Writes a picture of the page.
 */
import { argv, env, stdout } from "node:process";
import { chromium } from "playwright-core";

const [url, cells, picture, what] = argv.slice(2);
const count = Number(cells);
const browser = await chromium.launch({ executablePath: env.CHROMIUM ?? "/usr/bin/chromium" });
try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
  await page.goto(url);
  await page.locator(".jp-Notebook .jp-CodeCell").first().waitFor({ state: "attached", timeout: 60_000 });
  if (what === "run") await runAll(page);
  const seen = [];
  for (let at = 0; at < count; at += 1) {
    const cell = page.locator(".jp-Notebook .jp-CodeCell").nth(at);
    await cell.waitFor({ state: "attached", timeout: 60_000 });
    await cell.evaluate((node) => node.scrollIntoView({ block: "center" }));
    await cell.locator(".jp-InputPrompt", { hasText: /\[\d+\]/ }).waitFor({ timeout: 60_000 });
    if (what !== "run") await cell.locator(".jp-OutputArea-output").first().waitFor();
    seen.push(
      await cell.evaluate((node) => ({
        prompt: node.querySelector(".jp-InputPrompt").textContent,
        text: node.querySelector(".jp-OutputArea")?.textContent ?? "",
        pictures: [...node.querySelectorAll(".jp-OutputArea img")].filter((image) => image.naturalWidth > 0)
          .length,
        failed: node.querySelector('[data-mime-type="application/vnd.jupyter.error"]') !== null,
      })),
    );
    if (at === Math.min(3, count - 1)) await page.screenshot({ path: picture });
  }
  stdout.write(JSON.stringify(seen));
} finally {
  await browser.close();
}

/** The menu does nothing while the notebook is not yet the current one, so a run that did not begin is asked for again. */
async function runAll(page) {
  await page
    .locator(".jp-Toolbar-kernelStatus[title*=Idle], .jp-NotebookPanel-toolbar [data-status=idle]")
    .first()
    .waitFor({ timeout: 60_000 });
  const begun = page.locator(".jp-Notebook .jp-InputPrompt", { hasText: /\[[\d*]+\]/ }).first();
  for (let left = 3; left > 0; left -= 1) {
    await page.locator(".jp-mod-active, .jp-Notebook").first().click();
    await page.getByRole("menuitem", { name: "Run", exact: true }).click();
    await page.getByRole("menuitem", { name: "Run All Cells", exact: true }).click();
    try {
      return await begun.waitFor({ timeout: 15_000 });
    } catch (error) {
      if (left === 1) throw error;
    }
  }
}
