/** `npm run bench NAME -- [options]`: slow measurements, side by side in one run, apart from the tests. */
import { arithmetic } from "./arithmetic.ts";
import { distribution } from "./distribution.ts";
import { kernel } from "./kernel.ts";
import { language } from "./language.ts";
import { order } from "./order.ts";
import { orders } from "./orders.ts";
import { planning } from "./planning.ts";
import { runs } from "./runs.ts";
import { threads } from "./threads.ts";
import { torch } from "./torch.ts";

const benches: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  arithmetic,
  distribution,
  kernel,
  language,
  order,
  orders,
  planning,
  runs,
  threads,
  torch,
};

const [name = "", ...rest] = process.argv.slice(2);
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench === undefined) {
  console.error(
    `usage: npm run bench NAME -- [options], with NAME one of ${Object.keys(benches).join(", ")}`,
  );
  process.exit(2);
}
try {
  await bench(rest);
} catch (error) {
  if (!(error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")))
    throw error;
  console.error(`${error.message}\nThe options of ${name} stand at the head of test/bench/${name}.ts.`);
  process.exit(2);
}
