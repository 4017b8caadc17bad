/** Names of `%%tn` cells in TypeScript cells and back, in a real kernel. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JupyterMessage, KernelProcess } from "../../../kernel/session/channel.ts";
import { startKernel } from "../../../kernel/session/process.ts";
import { answersTo } from "./messages.ts";

let kernel: KernelProcess;
beforeAll(async () => {
  kernel = await startKernel({ folder: process.cwd() });
});
afterAll(() => kernel.close());

function request(type: string, content: JupyterMessage["content"]): Promise<readonly JupyterMessage[]> {
  return answersTo(kernel, type, content);
}

/** What a cell prints, shows and complains of, as text. */
async function run(code: string): Promise<string> {
  const texts = (await request("execute_request", { code })).flatMap(({ header, content }) => {
    const data = content["data"] as Readonly<Record<string, string>> | undefined;
    if (header.msg_type === "stream") return [String(content["text"]).trimEnd()];
    if (header.msg_type === "error") return [(content["traceback"] as string[]).join("\n")];
    return data === undefined ? [] : [String(data["text/plain"])];
  });
  return texts.join("\n");
}

const DEFINITIONS = `%%tn
let L = 8, beta = 0.5, z = 1 + 2i, w = [1, 2], yes = true, room = 16 GiB
index j: 3
tensor V[j] = [1, 2, 3]
tensor H[a: 2, j: 3] = [[1, 0, 0], [0, 1, 1]]
network R[a] = H V
machine two = threads(2)`;

test("names are typed variables, and what is not one is told", async () => {
  expect(await run("const L = 5;")).toBe("");
  expect(await run(DEFINITIONS)).toBe(
    'L is a TypeScript variable of yours, which is left as it is: in TypeScript it is tn.session.value("L")',
  );
  expect(await run("const n: number = beta + w[1]! + z.im + L; yes ? n : 0")).toBe("9.5");
  expect(await run('room.toNumber("MiB")')).toBe("16384");
  expect(await run("[H.shape.join(), V.re[2], two.node.count, R.labels.join()].join(' ')")).toBe(
    "'2,3 3 2 a'",
  );
  expect(await run("R")).toMatch(/^network R\[a: 2\]/);
  expect(await run("R.nothing")).toMatch(/Property 'nothing' does not exist on type 'Network'/);
  expect(await run("const text: string = beta;")).toMatch(/Type 'number' is not assignable to type 'string'/);
});

test("plans, schedules and reports of the last run are there", async () => {
  expect(await run("R.report.value")).toMatch(/R has not been run: write run R on threads\(2\)/);
  expect(await run("%%tn\nrun R on two")).toMatch(/R\[a: 2\].* = \[1, 5\]/);
  expect(await run("[...R.report.value.re].join() + R.schedule.devices + R.plan.path()")).toBe("'1,520,1'");
  const report = await request("execute_request", {
    code: 'R.report.show("timeline"); R.report.steps.length > 0',
  });
  expect(report.filter(({ header }) => header.msg_type === "display_data")).toHaveLength(1);
  const last = await request("execute_request", { code: 'R.report.show("timeline")' });
  const shown = last.filter(({ content }) => content["data"] !== undefined);
  expect(shown.map(({ header }) => header.msg_type)).toEqual(["display_data"]);
});

test("templates and cells share their names", async () => {
  expect(
    await run('import { tn } from "tnlab"; tn`network Q[a] = ${[[1, 1, 1], [0, 0, 2]]}[a,j] V`'),
  ).toMatch(/^network Q\[a: 2\]/);
  expect(await run("%%tn\nrun Q on two")).toMatch(/= \[6, 6\]/);
  expect(await run("tn`network P = Nothing`")).toMatch(/no tensor Nothing[^]*network P = Nothing\n {14}\^/);
  expect(await run("tn.session.value('L')")).toBe("8");
});

test("TypeScript variables of every kind reach tensors", async () => {
  const declared = [
    "const flat = Float32Array.of(1, 2, 3), nested = [[1, 0, 0], [0, 1, 1]], big = BigInt64Array.of(1n, 2n, 3n);",
    'import { matrix } from "mathjs"; const own = matrix(nested), parts = { data: Int8Array.of(1, 2, 3), shape: [3] };',
  ];
  expect(await run(declared.join("\n"))).toBe("");
  for (const vector of ["flat", "big", "parts", "V"])
    expect(await run(`%%tn\ntensor X[j] = data(${vector})\nnetwork S = X V\nrun S on two`)).toMatch(/S = 14/);
  for (const matrix of ["nested", "own", "H"])
    expect(
      await run(`%%tn\ntensor Y[a: 2, j: 3] = data(${matrix})\nnetwork U[a] = Y V\nrun U on two`),
    ).toMatch(/= \[1, 5\]/);
});

test("a name that the user takes is the user's", async () => {
  expect(await run("const R = 7; R")).toBe("7");
  expect(await run("%%tn\nnetwork R[a] = H V V")).toMatch(
    /R is defined anew[^]*R: order, schedule and report are dropped, since the network changed\nR is a TypeScript variable of yours/,
  );
  expect(await run("R")).toBe("7");
  expect(await run('tn.session.network("R").name')).toBe("'R'");
  expect(await run("%%tn\nlet Map = 1, class = 2")).toMatch(
    /Map is a global name[^]*class is a word of TypeScript/,
  );
  expect(await run("new Map([[1, 2]]).size")).toBe("1");
});

test("a name inside a loop or a function of TypeScript is not the user's variable; one in a pattern is", async () => {
  expect(await run("%%tn\nlet inner = 1, outer = 2, mine = 3")).toBe("");
  expect(
    await run(
      "for (const inner of [1]) { const outer = inner; }\nfunction f() { let mine = 1; return mine }",
    ),
  ).toBe("");
  expect(await run("%%tn\nlet inner = 4, outer = 5, mine = 6")).not.toMatch(
    /is a TypeScript variable of yours/,
  );
  expect(await run("[inner, outer, mine].join()")).toBe("'4,5,6'");
  expect(await run("const unlike = 0, { a: [mine] } = { a: [7] };")).toBe("");
  expect(await run("%%tn\nlet mine = 8")).toMatch(/mine is a TypeScript variable of yours/);
  expect(await run("mine")).toBe("7");
});

test("what uses a name that changed is made anew, and the cell says so", async () => {
  expect(await run("%%tn\ntensor V[j] = [2, 2, 2]")).toMatch(
    /V is defined anew[^]*R is made anew, since V changed/,
  );
  expect(await run("%%tn\nrun R on two")).toMatch(/= \[4, 8\]/);
});

test("a failing cell changes nothing", async () => {
  const names = await run("tn.session.names");
  for (const mistake of ["run R on nowhere", "let b = ", "run R on dgx"])
    expect(await run(`%%tn\nlet changed = 1\nmachine dgx = preset "dgx-h100"\n${mistake}`)).toMatch(
      /error\[/,
    );
  expect(await run("tn.session.names")).toBe(names);
});

test("completion and hover in cells of the language, with offsets in code points", async () => {
  const code: string = "%%tn\n# 😀\nnetwork N[a] = H ";
  const asked = { code: `${code}V`, cursor_pos: [...code].length };
  const [completed] = (await request("complete_request", asked)).filter(
    ({ header }) => header.msg_type === "complete_reply",
  );
  expect(completed?.content["matches"]).toEqual(expect.arrayContaining(["V", "H", "product"]));
  expect(completed?.content["cursor_start"]).toBe(asked.cursor_pos);
  const [hover] = (
    await request("inspect_request", { code: `${code}V`, cursor_pos: asked.cursor_pos + 1 })
  ).filter(({ header }) => header.msg_type === "inspect_reply");
  expect(hover?.content).toMatchObject({ found: true, data: { "text/plain": "tensor V[j: 3]: float64" } });
  const typed = await request("complete_request", { code: "U.rep", cursor_pos: 5 });
  expect(typed.flatMap(({ content }) => content["matches"] ?? [])).toContain("report");
});
