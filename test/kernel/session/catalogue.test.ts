/** Mistakes that are found only when a program runs: their examples in the reference, run. */
import { expect, test } from "vitest";
import { CATALOGUE } from "../../../dsl/program/catalogue.ts";
import { CODES } from "../../../dsl/program/reference.ts";
import { evaluated } from "./evaluate.ts";

const codes = CODES.filter((code) => CATALOGUE[code].found === "run");

test("there are some", () => {
  expect(codes).toContain("cannot-run");
});

test.each(codes)("%s", async (code) => {
  const failing = await evaluated(CATALOGUE[code].failing);
  expect([failing.ok, failing.told.length]).toEqual([false, 1]);
  expect(failing.told[0]).toContain(`error[${code}]`);
  expect(await evaluated(CATALOGUE[code].mended)).toMatchObject({ ok: true, told: [] });
});
