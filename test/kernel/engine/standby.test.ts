import { execFile } from "node:child_process";
import { totalmem } from "node:os";
import { promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { runTeam, Standby, type Team } from "../../../kernel/engine/standby.ts";

/** Workers that answer what they are told, with the number of their thread; where that is "fail", they throw. */
const echo = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, threadId } from "node:worker_threads";
    parentPort.on("message", (task) => {
      parentPort.postMessage({ kind: "ready" });
      if (task === "fail") throw new RangeError("no such thing");
      if (task !== "hang") parentPort.postMessage({ kind: "done", result: [task, threadId] });
    });
  `)}`,
);

type Told = [task: string, thread: number];

function run(team: Team, tasks: readonly string[], signal?: AbortSignal): Promise<Told[]> {
  return runTeam<string, Told>(team, { file: echo, tasks, go: () => undefined, signal });
}

function pages(count: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: count, maximum: count, shared: true });
}

/** Bytes that a run may take and leave its workers. */
const SMALL = 2 ** 16;

/** A thread that has ended has the number -1. */
function running(workers: readonly Worker[]): boolean[] {
  return workers.map(({ threadId }) => threadId !== -1);
}

test("the workers of a run do the next one, and new ones what is more", async () => {
  const standby = new Standby();
  const memory = pages(1);
  const team = standby.take();
  const first = await run(team, ["a", "b"]);
  await standby.leave({ ...team, memory }, SMALL);
  const next = standby.take();
  expect(next.memory).toBe(memory);
  const second = await run(next, ["c"]);
  const third = await run(next, ["d", "e", "f"]);
  expect([...first, ...second, ...third].map(([task]) => task)).toEqual(["a", "b", "c", "d", "e", "f"]);
  const threads = [first, second, third].map((told) => told.map(([, thread]) => thread));
  expect(threads[1]).toEqual(threads[0]?.slice(0, 1));
  expect(threads[2]?.slice(0, 2)).toEqual(threads[0]);
  await standby.leave(next, SMALL);
});

test("a team is had by one run only", async () => {
  const standby = new Standby();
  await standby.leave({ workers: (await started(standby)).workers, memory: pages(1) }, SMALL);
  const [one, other] = [standby.take(), standby.take()];
  expect([one.workers.length, other.workers.length]).toEqual([1, 0]);
  expect(other.memory).toBeUndefined();
  await standby.leave(one, SMALL);
});

async function started(standby: Standby): Promise<Team> {
  const team = standby.take();
  await run(team, ["a"]);
  return team;
}

test("of two teams the last to come stays", async () => {
  const standby = new Standby();
  const [one, other] = [await started(standby), await started(standby)];
  await standby.leave({ ...one, memory: pages(1) }, SMALL);
  await standby.leave({ ...other, memory: pages(1) }, SMALL);
  expect([running(one.workers), running(other.workers)]).toEqual([[false], [true]]);
  expect(standby.take().workers).toEqual(other.workers);
});

test.each([pages(1), undefined])(
  "where much memory was taken, nothing stays (of one: %o)",
  async (memory) => {
    const standby = new Standby();
    const team = await started(standby);
    await standby.leave({ ...team, memory }, totalmem() / 4);
    expect(running(team.workers)).toEqual([false]);
    expect(standby.take().workers).toEqual([]);
  },
);

test("where little was taken, and not in one memory, the workers stay without it", async () => {
  const standby = new Standby();
  const team = await started(standby);
  await standby.leave(team, SMALL);
  expect(running(team.workers)).toEqual([true]);
  expect(standby.take()).toEqual({ workers: team.workers });
  await standby.leave(team, SMALL);
});

test("a run that fails ends all of its team", async () => {
  const team = await started(new Standby());
  const workers = [...team.workers];
  await expect(run(team, ["hang", "fail"])).rejects.toThrow("expected worker 1 to finish, got no such thing");
  expect([team.workers, running(workers)]).toEqual([[], [false]]);
});

test("a run that is stopped ends all of its team", async () => {
  const team = await started(new Standby());
  const workers = [...team.workers];
  const controller = new AbortController();
  const stopped = run(team, ["hang", "a"], controller.signal);
  controller.abort(new RangeError("enough"));
  await expect(stopped).rejects.toThrow("enough");
  expect([team.workers, running(workers)]).toEqual([[], [false]]);
});

test("a worker that is ended while it waits is not given to a run", async () => {
  const standby = new Standby();
  const team = await started(standby);
  await standby.leave({ ...team, memory: pages(1) }, SMALL);
  await team.workers[0]?.terminate();
  expect(standby.take().workers).toEqual([]);
});

test("a process ends while workers wait", async () => {
  const program = `
    import { runTeam, Standby } from "tnlab/kernel/engine/standby.js";
    const standby = new Standby();
    const team = standby.take();
    await runTeam(team, { file: new URL(${JSON.stringify(echo.href)}), tasks: ["a"], go: () => undefined });
    await standby.leave({ ...team, memory: new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }) }, 1);
    process.on("beforeExit", () => console.log(team.workers[0].threadId === -1 ? "ended" : "waiting"));
  `;
  const node = promisify(execFile);
  const { stdout } = await node(process.execPath, ["--input-type=module", "--eval", program]);
  expect(stdout).toBe("waiting\n");
});
