/** True of what Node throws where the system refuses a call; its message names the call and the reason. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}
