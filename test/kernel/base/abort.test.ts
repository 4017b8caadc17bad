import { expect, test } from "vitest";
import { untilAborted } from "../../../kernel/base/abort.ts";

const forever = new Promise<never>(() => undefined);

test("work that ends gives its result, with a signal or without", async () => {
  const { signal } = new AbortController();
  await expect(untilAborted(Promise.resolve(3), undefined)).resolves.toBe(3);
  await expect(untilAborted(Promise.resolve(3), signal)).resolves.toBe(3);
  await expect(untilAborted(Promise.reject(new RangeError("failed")), signal)).rejects.toThrow("failed");
});

test("an abort ends the wait, with its reason", async () => {
  const controller = new AbortController();
  const waiting = untilAborted(forever, controller.signal);
  controller.abort(new RangeError("stopped here"));
  await expect(waiting).rejects.toThrow("stopped here");
});
