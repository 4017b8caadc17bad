/** What is known of the BLAS that a run may use: plain data, so that worker threads can be given it. */
import type { Dtype } from "../../../dsl/core.ts";
import type { Choices } from "./choice.ts";

export interface Native {
  /** Name or path by which the system's loader finds it. */
  readonly file: string;
  /** Such as "OpenBLAS 0.3.21 SkylakeX". */
  readonly description: string;
  /** Variables that it reads while it is loaded. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of one thread, measured on large products. */
  readonly flopsPerSecond: Readonly<Record<Dtype, number>>;
  /** Of one thread, measured in complex64 where a long tensor meets a small one. */
  readonly thinFlopsPerSecond: number;
  /** Products that it is faster at; absent where it is to do all. */
  readonly choices?: Choices | undefined;
}
