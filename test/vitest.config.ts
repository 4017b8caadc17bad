import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Tests start kernels, workers and browsers of their own on what may be two cores.
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Also on a computer with GPUs: tests of theirs say so.
    env: { TNLAB_TORCH_DEVICE: "cpu" },
    projects: [
      // Pure modules have no state that one file could leave to the next, so they are loaded once.
      { extends: true, test: { name: "dsl", include: ["test/dsl/**/*.test.ts"], isolate: false } },
      {
        extends: true,
        test: { name: "kernel", include: ["test/**/*.test.ts"], exclude: ["test/dsl/**"] },
      },
    ],
  },
});
