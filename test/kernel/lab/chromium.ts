/** A real browser for the tests of the lab's pages. */
import { existsSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { assetsFolder } from "../../../kernel/lab/server.ts";

const BROWSER = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const built = existsSync(path.join(assetsFolder(), "page.js"));

/** Why tests in a browser are left out; empty where they run. */
export const reason =
  BROWSER === undefined ? " (left out: no chromium)" : built ? "" : " (left out: run npm run build first)";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: BROWSER ?? "", args: FLAGS });
}

/** Screenshots for a person to look at, where a folder is named for them. */
export async function shot(page: Page, name: string): Promise<void> {
  const { SHOTS } = process.env;
  if (SHOTS !== undefined) await page.screenshot({ path: path.join(SHOTS, `${name}.png`) });
}

export async function press(page: Page, button: string): Promise<void> {
  await page.click(`[data-jp-item-name="${button}"] jp-button, [data-jp-item-name="${button}"] button`);
}
