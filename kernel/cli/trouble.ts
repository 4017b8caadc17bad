/** Failures of the file system in words. */

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is a file",
  EISDIR: "it is a folder",
  EEXIST: "it exists already",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
};

/** Why a file cannot be used; undefined for any other error. */
export function fileTrouble(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return undefined;
  return REASONS[String(error.code)] ?? error.message;
}

/** The file that such an error is about. */
export function troubledFile(error: unknown): string {
  return error instanceof Error && "path" in error ? `${String(error.path)}: ` : "";
}
