/** The supervisor with a real child process, without sockets. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { JupyterMessage, KernelProcess } from "../../../kernel/session/channel.ts";
import { startKernel } from "../../../kernel/session/process.ts";
import { answersTo } from "./messages.ts";

let kernel: KernelProcess;
beforeAll(async () => {
  kernel = await startKernel({ folder: process.cwd() });
});
afterAll(() => kernel.close());

function run(code: string): Promise<readonly JupyterMessage[]> {
  return answersTo(kernel, "execute_request", { code });
}

function contentOf(messages: readonly JupyterMessage[], type: string): JupyterMessage["content"] | undefined {
  return messages.find((message) => message.header.msg_type === type)?.content;
}

test("a process that does not start is told with what it says", async () => {
  vi.stubEnv("NODE_OPTIONS", "--import=data:text/javascript,throw%20new%20RangeError(`no%20room`)");
  const before = process.listenerCount("exit");
  await expect(startKernel({ folder: process.cwd() })).rejects.toThrow(
    /^the kernel's process ended with exit code 1 before it was ready \(RangeError: no room\): is tnlab installed whole/,
  );
  expect(process.listenerCount("exit")).toBe(before);
  vi.unstubAllEnvs();
});

test("a kernel whose process does not start again answers each cell with the reason, and runs once it starts", async () => {
  vi.stubEnv("NODE_OPTIONS", "--import=data:text/javascript,throw%20new%20RangeError(`no%20room`)");
  const evalue = expect.stringContaining("(RangeError: no room)") as string;
  const reason = { status: "error", ename: "KernelGone", evalue };
  expect(contentOf(await run("process.exit(3)"), "execute_reply")).toMatchObject({
    evalue: "the kernel's process ended with exit code 3",
  });
  const [first, second] = await Promise.all([run("1"), run("2")]);
  expect(contentOf(first, "execute_reply")).toMatchObject(reason);
  expect(contentOf(second, "execute_reply")).toMatchObject(reason);
  const texts = [...first, ...second].map(({ content }) => String(content["text"]));
  expect(texts.join("")).not.toContain("kernel restarted");
  await expect(kernel.restart()).rejects.toThrow(
    /^the kernel did not start again, and the next cell tries once more: .*\(RangeError: no room\)/,
  );
  expect(contentOf(await run("3"), "execute_reply")).toMatchObject(reason);
  vi.unstubAllEnvs();
  expect(contentOf(await run("4"), "execute_result")).toMatchObject({ data: { "text/plain": "4" } });
});

test("a restart forgets the variables and is ready for the next cell", async () => {
  await run("const forgotten = 1");
  await kernel.restart();
  expect(contentOf(await run("forgotten"), "execute_reply")).toMatchObject({ ename: "CompileError" });
  expect(contentOf(await run("3"), "execute_result")).toMatchObject({ data: { "text/plain": "3" } });
});

test("a restart while the process of another starts is one more", async () => {
  const first = kernel.restart();
  await new Promise((resolve) => setTimeout(resolve, 200));
  await Promise.all([first, kernel.restart()]);
  expect(contentOf(await run("6"), "execute_result")).toMatchObject({ data: { "text/plain": "6" } });
});

test("a restart in the middle of a cell answers it", async () => {
  const running = run("await new Promise(() => undefined)");
  await kernel.restart();
  expect(contentOf(await running, "execute_reply")).toMatchObject({
    status: "error",
    ename: "KernelRestarted",
  });
});

test("an interrupt of an idle kernel changes nothing", async () => {
  await run("const still = 4");
  await kernel.interrupt();
  expect(contentOf(await run("still"), "execute_result")).toMatchObject({ data: { "text/plain": "4" } });
});

test("what a cell throws after its end is printed and does no harm", async () => {
  const printed = new Promise<string>((resolve) => {
    const end = kernel.subscribe((message) => {
      if (message.header.msg_type !== "stream") return;
      end();
      resolve(String(message.content["text"]));
    });
  });
  await run('setTimeout(() => { throw new TypeError("late") }, 1)');
  expect(await printed).toContain("TypeError: late");
  expect(contentOf(await run("5"), "execute_result")).toMatchObject({ data: { "text/plain": "5" } });
});

test("a search that lasts shows one figure, whose last state is final", async () => {
  const cell = `%%tn
index s_{*}: 2
tensor W[a: 2, b: 2] = exp(0.44 * (1 - 2*(a != b)))
network Z = product {
  W[s_{x,y}, s_{x+1,y}] for x in 1..7, y in 1..8
  W[s_{x,y}, s_{x,y+1}] for x in 1..8, y in 1..7
}
order Z = search within 1 s
run Z on threads(1)`;
  const heard = await run(cell);
  const transients = heard.flatMap(({ content: { transient } }) => transient ?? []);
  expect(transients.length).toBeGreaterThan(0);
  expect(new Set(transients.map((one) => JSON.stringify(one))).size).toBe(1);
  const shown = heard.filter(({ content }) => content["transient"] !== undefined);
  const kinds = shown.map(({ header }) => header.msg_type);
  expect(kinds).toEqual(kinds.map((_, k) => (k === 0 ? "display_data" : "update_display_data")));
  const { data } = shown.at(-1)?.content as { data: Record<string, unknown> };
  expect(data["text/plain"]).toMatch(
    /^Z: 10\^[\d.]+ multiply-adds after .* of search \(measured\); .* lower bound: at least 10\^[\d.]+/,
  );
});

/** Slices of a second or so in all for each `count`; every entry is 1. */
function slicedProgram(name: string, count: number): string {
  const vectors = Array.from({ length: count }, (_, k) => `v_${k}`);
  const factors = vectors.map((vector, k) => `${vector}[s_${k},k]`);
  return `index s_{*}: 48, i: 800, j: 800, k: 800
tensor A[i,k], B[k,j], C[j,i], ${factors.join(", ")} = 1
network ${name} = A ${vectors.join(" ")} B C
order ${name} = (${"(".repeat(count)}A ${vectors.map((vector) => `${vector})`).join(" ")} B) C
slice ${name} over ${vectors.map((_, k) => `s_${k}`).join(", ")}`;
}

/** What stood in the one place whose outputs took each other's place. */
function onePlace(heard: readonly JupyterMessage[]): readonly Record<string, unknown>[] {
  const shown = heard.filter(({ content }) => content["transient"] !== undefined);
  expect(new Set(shown.map(({ content }) => JSON.stringify(content["transient"]))).size).toBe(1);
  const kinds = shown.map(({ header }) => header.msg_type);
  expect(kinds).toEqual(kinds.map((_, k) => (k === 0 ? "display_data" : "update_display_data")));
  return shown.map(({ content }) => content["data"] as Record<string, unknown>);
}

const SLICE = /^Z: slice \d+ of 48, [\d.]+ [KMG]?i?B of [\d.]+ GiB touched, .* s, about .* left$/;

test("a run that lasts shows how far it is, and then in that place what it found", async () => {
  const heard = await run(`%%tn\n${slicedProgram("Z", 1)}\nrun Z on threads(1)`);
  const shown = onePlace(heard);
  expect(shown.some(({ "text/plain": text }) => SLICE.test(String(text)))).toBe(true);
  expect(Object.keys(shown.at(-1) ?? {})).toEqual(["text/plain"]);
  expect(shown.at(-1)?.["text/plain"]).toMatch(/^Z = 24576000000\n.* measured, /);
  expect(heard.filter(({ header }) => header.msg_type === "display_data").length).toBe(1);
});

const starts: readonly [string, string][] = [
  ["a %%tn cell", `%%tn\n${slicedProgram("Y", 3)}\nrun Y on threads(2)`],
  ["TypeScript", `import { tn } from "tnlab"\nawait tn\`${slicedProgram("Y", 3)}\`.run({ workers: 2 })`],
];

test.each(starts)(
  "a long run of %s that is interrupted says where, and the session lives",
  async (_, cell) => {
    await run("const kept = 17");
    await run("%%tn\nlet held = 18");
    const end = kernel.subscribe(({ header }) => {
      if (header.msg_type !== "display_data") return;
      end();
      void kernel.interrupt();
    });
    const heard = await run(cell);
    expect(contentOf(heard, "execute_reply")).toMatchObject({ status: "error", ename: "Interrupted" });
    const last = onePlace(heard).at(-1) ?? {};
    expect(Object.keys(last)).toEqual(["text/plain"]);
    expect(last["text/plain"]).toMatch(/^Y: ended at slice \d+ of \d+, after [\d.]+ s$/);
    expect(contentOf(await run("[kept, held]"), "execute_result")).toMatchObject({
      data: { "text/plain": "[ 17, 18 ]" },
    });
  },
  60_000,
);

test("packages of @types give their types to those that import them, and globals to nobody", async () => {
  const imported = await run(
    'import moo from "moo"\nconst rules: moo.Rules = { word: /a/ }\nObject.keys(rules)',
  );
  expect(contentOf(imported, "execute_result")).toMatchObject({ data: { "text/plain": "[ 'word' ]" } });
  const wrong = await run('import moo from "moo"\nconst rule: moo.Rules = 3');
  expect(contentOf(wrong, "execute_reply")).toMatchObject({ ename: "CompileError" });
  const unasked = await run("let claim: Chai.Assertion | undefined");
  expect(contentOf(unasked, "execute_reply")?.["evalue"]).toMatch(/Cannot find namespace 'Chai'/);
});

test("arrays of every kind have what they have since Node 20", async () => {
  const cells = [
    ["[3, 1, 2].toSorted().with(0, 5).toSpliced(1, 1).toReversed().join()", "'3,5'"],
    ["Float64Array.of(3, 1, 2).toSorted((a, b) => b - a).toReversed().findLast((x) => x < 3)", "2"],
    ["([1, 2, 3] as readonly number[]).findLastIndex((x: number) => x < 3)", "1"],
    ["BigInt64Array.of(1n).with(0, 4n)[0]", "4n"],
  ] as const;
  for (const [cell, text] of cells)
    expect(contentOf(await run(cell), "execute_result"), cell).toMatchObject({
      data: { "text/plain": text },
    });
  const wrong = await run('[3, 1, 2].toSorted().with(0, "a")');
  expect(contentOf(wrong, "execute_reply")).toMatchObject({ ename: "CompileError" });
});

test("a name of an earlier cell stands in an object in the short form, too", async () => {
  await run("const held = [1, 2], other = 3");
  const text = async (code: string): Promise<unknown> =>
    (contentOf(await run(code), "execute_result")?.["data"] as Record<string, unknown> | undefined)?.[
      "text/plain"
    ];
  expect(await text("const own = 4; ({ held, own, f: (other: number) => ({ other }) }).held")).toBe(
    "[ 1, 2 ]",
  );
  expect(await text("[{ held, other }].map(({ other }) => ({ other }))")).toBe("[ { other: 3 } ]");
  // Mistakes and frames are told in terms of the cell as it was written.
  const wrong = contentOf(await run("const pair = { held, other }, x: string = other"), "error");
  expect(String(wrong?.["traceback"])).toMatch(/1:31: Type 'number'/);
  const thrown = contentOf(
    await run("const kept = { held };\nthrow Object.assign(new Error(), { held });"),
    "error",
  );
  expect(String(thrown?.["traceback"])).toMatch(/line 2: throw Object\.assign\(new Error\(\), \{ held \}\);/);
});
