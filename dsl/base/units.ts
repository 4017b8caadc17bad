/** Quantities in words: bytes, seconds, rates and counts as a person reads them. */

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** Three significant digits without trailing zeros. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** 1536 -> "1.5 KiB". */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < BINARY.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${formatNumber(value)} ${BINARY[unit] ?? "B"}`;
}

/** 0.00123 -> "1.23 ms"; from a minute on in minutes, hours, days, years. */
export function formatSeconds(seconds: number): string {
  const scales: readonly [number, string][] = [
    [31557600, "years"],
    [86400, "days"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
    [1e-3, "ms"],
    [1e-6, "µs"],
  ];
  const [size, unit] = scales.find(([scale]) => seconds >= scale) ?? [1e-9, "ns"];
  return `${formatNumber(seconds / size)} ${unit}`;
}
