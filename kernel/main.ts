#!/usr/bin/env node
/** The `tnlab` program: the only place where the parts are put together. */
import { createRequire } from "node:module";
import { dispatch, type Loaders } from "./cli/dispatch.ts";
import { allowClosedPipes } from "./cli/print.ts";

const loaders: Loaders = {
  check: () => import("./cli/check.ts"),
  fmt: () => import("./cli/fmt.ts"),
  order: () => import("./cli/order.ts"),
  schedule: () => import("./cli/schedule.ts"),
  run: () => import("./cli/run.ts"),
  export: () => import("./cli/export.ts"),
  "export-job": () => import("./cli/export-job.ts"),
  "import-report": () => import("./cli/import-report.ts"),
  lab: () => import("./cli/lab.ts"),
  install: () => import("./cli/install.ts"),
  doctor: () => import("./cli/doctor.ts"),
  kernel: () => import("./cli/kernel.ts"),
};

/** That of package.json, two folders above the compiled file or one above the source. */
function version(): string {
  const require = createRequire(import.meta.url);
  const file = import.meta.url.includes("/.build/") ? "../../../package.json" : "../package.json";
  return (require(file) as { readonly version: string }).version;
}

allowClosedPipes();
// Not `process.exit`: what was printed into a pipe must get through first.
process.exitCode = await dispatch(process.argv.slice(2), loaders, version());
