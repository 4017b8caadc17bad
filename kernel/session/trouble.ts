/** Failures of the file system in words. Loads next to nothing: the command line needs it for the shortest of its answers. */
import { isRefusal } from "../base/refusal.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is a file",
  EISDIR: "it is a folder",
  EEXIST: "it exists already",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  ERR_STRING_TOO_LONG: "it is larger than a text may be, 512 MiB",
  ERR_FS_FILE_TOO_LARGE: "it is larger than 2 GiB",
};

/** Why a file cannot be used, in words; undefined for any error that is not of the file system. */
export function fileTrouble(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return REASONS[String(error.code)] ?? (isRefusal(error) ? error.message : undefined);
}
