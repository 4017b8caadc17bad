import { expect, test } from "vitest";
import { formatBytes, formatNumber, formatSeconds } from "../../../dsl/base/units.ts";

test.each([
  [0, "0 B"],
  [1023, "1020 B"],
  [1024, "1 KiB"],
  [1536, "1.5 KiB"],
  [2 ** 34, "16 GiB"],
  [2 ** 70, "1020 EiB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, "0 ns"],
  [3e-9, "3 ns"],
  [4.5e-6, "4.5 µs"],
  [0.00123, "1.23 ms"],
  [1, "1 s"],
  [59.9, "59.9 s"],
  [90, "1.5 min"],
  [7200, "2 h"],
  [3 * 86400, "3 days"],
  [2 * 31557600, "2 years"],
])("%d seconds are %s", (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test.each([
  [1234.5, "1230"],
  [0.1 + 0.2, "0.3"],
  [1e21, "1e+21"],
])("%d is %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});
