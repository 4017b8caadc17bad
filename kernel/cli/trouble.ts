/** Failures of the file system in words. */

export { fileTrouble } from "../session/trouble.ts";

/** The file that such an error is about. */
export function troubledFile(error: unknown): string {
  return error instanceof Error && "path" in error ? `${String(error.path)}: ` : "";
}
