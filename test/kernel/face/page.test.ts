import { expect, test } from "vitest";
import { apiPage } from "./page.ts";

const page = apiPage();

test("the page is up to date", async () => {
  await expect(page).toMatchFileSnapshot("../../../kernel/face/API.md");
});

test("the page explains every export, and shows nothing internal", () => {
  const sections = page.split("\n## ").slice(1);
  expect(sections.length).toBeGreaterThan(10);
  for (const section of sections) expect(section).toMatch(/^\w+\n\n```ts\n\/\*\*\s/);
  expect(page).not.toMatch(/@internal|#handle/);
});
