/**
 * A notebook in a real JupyterLab, as a person opens and runs it. Usage: node jupyterlab.js URL CELLS PICTURE. Prints JSON: of each
 * code cell its prompt, what its outputs say, and whether one is an error. Writes a picture of the page.
 */
import { argv, env, stdout } from "node:process";
import { chromium } from "playwright-core";

const [url, cells, picture] = argv.slice(2);
const count = Number(cells);
const browser = await chromium.launch({ executablePath: env.CHROMIUM ?? "/usr/bin/chromium" });
try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
  await page.goto(url);
  await page.locator(".jp-Notebook .jp-CodeCell").first().waitFor({ timeout: 60_000 });
  await page
    .locator(".jp-Toolbar-kernelStatus[title*=Idle], .jp-NotebookPanel-toolbar [data-status=idle]")
    .first()
    .waitFor();
  await page.locator(".jp-mod-active, .jp-Notebook").first().click();
  await page.getByRole("menuitem", { name: "Run", exact: true }).click();
  await page.getByRole("menuitem", { name: "Run All Cells", exact: true }).click();
  // Cells out of sight are not in the page, so each is scrolled to.
  const seen = [];
  for (let at = 0; at < count; at += 1) {
    const cell = page.locator(".jp-Notebook .jp-CodeCell").nth(at);
    await cell.scrollIntoViewIfNeeded({ timeout: 60_000 });
    await cell.locator(".jp-InputPrompt", { hasText: /\[\d+\]/ }).waitFor({ timeout: 60_000 });
    seen.push(
      await cell.evaluate((node) => ({
        prompt: node.querySelector(".jp-InputPrompt").textContent,
        text: node.querySelector(".jp-OutputArea")?.textContent ?? "",
        pictures: node.querySelectorAll(".jp-OutputArea svg, .jp-OutputArea img").length,
        failed: node.querySelector('[data-mime-type="application/vnd.jupyter.error"]') !== null,
      })),
    );
    if (at === Math.min(3, count - 1)) await page.screenshot({ path: picture });
  }
  stdout.write(JSON.stringify(seen));
} finally {
  await browser.close();
}
