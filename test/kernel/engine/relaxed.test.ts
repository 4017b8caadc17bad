import { expect, test, vi } from "vitest";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import type { Entries } from "../../../dsl/index.ts";
import { multiplierFor } from "../../../kernel/engine/choose.ts";
import { referenceEngine } from "../../../kernel/engine/reference.ts";
import { threadsEngine } from "../../../kernel/engine/threads.ts";
import { allowRelaxedSimd } from "../../support/relaxed.ts";

allowRelaxedSimd();

const never = (): never => {
  throw new RangeError("expected no warning");
};

test("a run with relaxed SIMD has a reference's value, the same bits each time, and its report says what multiplied", async () => {
  const tensors = [
    { name: "A", labels: ["i", "j"] },
    { name: "B", labels: ["j", "k"] },
    { name: "C", labels: ["k", "l"] },
  ];
  const extents = { i: 8, j: 64, k: 32, l: 4 };
  const network = { name: "N", dtype: "float64", tensors, open: ["i", "l"], extents } as const;
  const tree = {
    leaves: 3,
    pairs: [
      [0, 1],
      [3, 2],
    ] as const,
    sliced: [],
  };
  const schedule = distribute(network, tree, threadsMachine(2, 2 ** 20), 2);
  const entries = [8 * 64, 64 * 32, 32 * 4].map(
    (size, which): Entries => ({
      re: Float64Array.from({ length: size }, (_, at) => Math.sin(at + which) / 3),
    }),
  );
  const multiplier = await multiplierFor("wasm-relaxed", never);
  const first = await threadsEngine.run(schedule, entries, { multiplier });
  const again = await threadsEngine.run(schedule, entries, { multiplier });
  const { value } = await referenceEngine.run(schedule, entries);
  expect(first.arithmetic).toBe("WebAssembly with relaxed SIMD");
  expect(again.value).toEqual(first.value);
  value?.re.forEach((x, at) => {
    expect(first.value?.re[at]).toBeCloseTo(x, 12);
  });
});

test("a runtime without relaxed SIMD says so", async () => {
  const { multiplierFor } = await import("../../../kernel/engine/choose.ts");
  const warnings: string[] = [];
  const warn = (sentence: string): unknown => warnings.push(sentence);
  expect(await multiplierFor("wasm-relaxed", warn)).toEqual({
    relaxed: true,
    description: "WebAssembly with relaxed SIMD",
  });
  const validate = vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
  await expect(multiplierFor("wasm-relaxed", warn)).rejects.toThrow(
    /^there is no arithmetic wasm-relaxed here: the WebAssembly of this Node .* has no relaxed SIMD.*; choose wasm$/,
  );
  validate.mockRestore();
  expect(warnings).toEqual([]);
});
