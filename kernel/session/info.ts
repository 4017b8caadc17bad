/** What the kernel says about itself. */
import { createRequire } from "node:module";
import { PROTOCOL_VERSION } from "../protocol/message.ts";
import type { KernelInfoReply } from "../protocol/message.ts";

/** Answered alike by the kernel and, while it is busy, by the process that watches over it. */
export function kernelInfo(): KernelInfoReply {
  const version = packageVersion();
  return {
    status: "ok",
    protocol_version: PROTOCOL_VERSION,
    implementation: "tnlab",
    implementation_version: version,
    language_info: {
      name: "typescript",
      version: process.versions.node,
      mimetype: "text/x-typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: { name: "javascript", typescript: true },
      nbconvert_exporter: "script",
    },
    banner: `tnlab ${version}: TypeScript and tensor networks (Node.js ${process.versions.node}); start a cell with %%tn for tensor networks`,
    help_links: [],
  };
}

function packageVersion(): string {
  const require = createRequire(import.meta.url);
  // The sources lie two folders below the package's root, the compiled files four.
  for (const up of ["../../package.json", "../../../../package.json"]) {
    try {
      return (require(up) as { readonly version: string }).version;
    } catch {
      continue;
    }
  }
  return "unknown";
}
