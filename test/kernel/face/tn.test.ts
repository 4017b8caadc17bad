import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { matrix, sparse } from "mathjs";
import { expect, test } from "vitest";
import * as face from "../../../kernel/face/index.ts";
import { openSession, UserError, type Interpolated, type Tn } from "../../../kernel/face/index.ts";

/** C[i][l] = sum over j, k of a[i][j] b[j][k] c[k][l]. */
function product(...factors: readonly (readonly (readonly number[])[])[]): number[][] {
  const [first = [], ...rest] = factors;
  return rest.reduce<number[][]>(
    (left, right) =>
      left.map((row) =>
        (right[0] ?? []).map((_, l) => row.reduce((sum, x, k) => sum + x * (right[k]?.[l] ?? 0), 0)),
      ),
    first.map((row) => [...row]),
  );
}

const a = [
  [1, 2, 3],
  [4, 5, 6],
];
const b = [
  [1, 0],
  [2, 1],
  [0, 3],
];
const c = [
  [2, 1, 1],
  [1, 1, 0],
];

test("at most 20 names are exported", () => {
  const text = readFileSync("kernel/face/index.ts", "utf8").replace(/\/\*[^]*?\*\//, "");
  const names = [...text.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = ""]) => inside.split(","));
  expect(names.filter((name) => name.trim() !== "").length).toBeLessThanOrEqual(20);
  const values = ["Network", "Plan", "Report", "Schedule", "UserError", "openSession", "tn"];
  expect(Object.keys(face).sort()).toEqual(values);
});

/** A session that knows B and C. */
function session(): Tn {
  const tn = openSession();
  tn`tensor B[j: 3, k: 2] = ${b}
     tensor C[k: 2, l: 3] = ${c}`;
  return tn;
}

/** The mistake that a part of a test makes, in words. */
async function complaint(part: () => unknown): Promise<string> {
  try {
    await part();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  throw new Error("expected a mistake");
}

test("the example of the language: a network, its order, its schedule, its run", async () => {
  const tn = session();
  const net = tn`network R[i,l] = ${a} B C`;
  expect([net.name, net.labels, net.shape, net.dtype]).toEqual(["R", ["i", "l"], [2, 3], "float64"]);
  const plan = await net.order({ within: "0.2 s", seed: 7 });
  const schedule = plan.distribute("dgx-h100");
  expect([schedule.machine, schedule.devices]).toEqual(["dgx-h100", 8]);
  const report = await schedule.run({ engine: "threads", workers: 2 });
  expect(report.value).toMatchObject({ shape: [2, 3], labels: ["i", "l"], dtype: "float64" });
  expect([...report.value.re]).toEqual(product(a, b, c).flat());
  expect(report.data.machine).toBe("threads(2)");
  expect(report.steps.every((step) => step.measuredSeconds?.length === 2)).toBe(true);
  const figure = report.show("timeline");
  expect(figure.data.length).toBeGreaterThan(0);
  expect(figure.summary).toContain("measured");
  expect(String(report)).toMatch(/^R\[i: 2, l: 3\]: float64 = \[.*\]\n.* measured, .* modelled/);
});

/** The same matrix a in every form, alone or with its indices. */
test.each<[string, Interpolated]>([
  ["nested arrays", a],
  ["nested arrays, the innermost typed", a.map((row) => Float32Array.from(row))],
  ["a matrix of mathjs", matrix(a)],
  ["a sparse matrix of mathjs", sparse(a)],
  ["row-major data with a shape", { data: Int32Array.from(a.flat()), shape: [2, 3] }],
  [
    "a value as reports have it",
    { re: Float64Array.from(a.flat()), shape: [2, 3], labels: ["i", "j"], dtype: "float64" },
  ],
])("%s become a tensor", async (_, matrix) => {
  const tn = session();
  for (const net of [tn`network R[i,l] = ${matrix} B C`, tn`network R[i,l] = B ${matrix}[i,j] C`]) {
    const { value } = await net.run({ engine: "reference" });
    expect([...value.re]).toEqual(product(a, b, c).flat());
  }
});

test.each<[string, ArrayBufferView]>([
  ["Float32Array", Float32Array.of(1, 2, 3)],
  ["Uint8Array", Uint8Array.of(1, 2, 3)],
  ["BigInt64Array", BigInt64Array.of(1n, 2n, 3n)],
  ["SharedArrayBuffer", new Float64Array(new SharedArrayBuffer(24)).fill(0).map((_, at) => at + 1)],
])("a vector as %s", async (_, vector) => {
  const net = openSession()`network S = ${vector}[i] ${vector}[i]`;
  const { value } = await net.run({ engine: "reference" });
  expect([value.shape, [...value.re]]).toEqual([[], [14]]);
});

test("complex entries, numbers, strings and lists stand where they are", async () => {
  const tn = openSession();
  const spins = [
    { re: 0, im: 1 },
    { re: 2, im: 0 },
  ];
  tn`let n = ${3}, m = ${-2}, z = ${{ re: 1, im: 1 }}, t = ${true}, u = ${"2 * n"}, v = ${[1, [2][0] ?? 0]}`;
  const { value } = tn.session;
  expect(["n", "m", "t", "u", "v"].map(value)).toEqual([3, -2, true, 6, [1, 2]]);
  expect(value("z")).toMatchObject({ re: 1, im: 1 });
  tn`tensor X[q: 2] = ${spins}
     tensor Y[q: 2] = ${[10, 20]} * ${0.5}`;
  expect([...tn.session.tensor("Y").re]).toEqual([5, 10]);
  const net = tn`network D = X Y`;
  const got = (await net.run({ engine: "reference" })).value;
  // i * 5 + 2 * 10
  expect([got.dtype, [...got.re], [...(got.im ?? [])]]).toEqual(["complex128", [20], [5]]);
});

test("a value of one run is a tensor of the next, with its indices", async () => {
  const tn = session();
  const first = await tn`network R[i,l] = ${a} B C`.run({ engine: "reference" });
  const second = tn`network N[i,m] = ${first} ${first.value}[m,l]`;
  const ac = product(a, b, c);
  const wanted = product(ac, ac[0]?.map((_, l) => ac.map((row) => row[l] ?? 0)) ?? []);
  expect([...(await second.run({ engine: "reference" })).value.re]).toEqual(wanted.flat());
});

test("a network stands for its name, a machine for itself", async () => {
  const tn = session();
  const net = tn`network R[i,l] = ${a} B C`;
  tn`machine small = threads(2)`;
  tn`distribute ${net} on ${tn.session.machine("small")}
     order ${net} = (B C)`;
  expect(tn.session.names).toEqual(["B", "C", "R", "small", "threads_2"]);
  const again = tn.session.network("R");
  const schedule = (await again.order({ method: "greedy" })).distribute();
  expect([schedule.machine, schedule.devices]).toEqual(["threads(2)", 2]);
});

test("a machine that the session has got after the network is known by its name, and one that it had stays", async () => {
  const tn = session();
  tn`machine early = threads(2)`;
  const plan = await tn`network R[i,l] = ${a} B C`.order({ method: "greedy" });
  tn`machine early = threads(3)
     machine late = threads(4)`;
  expect(plan.distribute("late").devices).toBe(4);
  expect(plan.distribute("early").devices).toBe(2);
  expect(() => plan.distribute("lat")).toThrow(/there is no machine lat; did you mean late\?/);
});

test("flat data takes the shape that its tensor has", () => {
  const tn = openSession();
  tn`tensor M[i: 2, j: 3] = ${Float64Array.from(a.flat())}`;
  expect(tn.session.tensor("M")).toMatchObject({ shape: [2, 3], labels: ["i", "j"], dtype: "float64" });
});

test.each([
  [
    (tn: Tn) => tn`network R[i,l] = ${[1, 2]} B C`,
    /value 1 of the template has 1 axis, and i, j are left .*\$\{a\}\[i,j\]/,
  ],
  [
    (tn: Tn) => tn`network R[i,l] = ${a}[i,j,k] B C`,
    /1:18 error\[index-count\][^]*network R\[i,l\] = \$\{1\}\[i,j,k\] B C\n {19}\^/,
  ],
  [(tn: Tn) => tn`network R[i,l] = ${[[1, 2]]}[i,j] B C`, /index j has two extents/],
  [(tn: Tn) => tn`let x = ${3} )`, /1:11 error\[stray-bracket\]/],
  [(tn: Tn) => tn`let x = ${3} + yy, z = ww`, /no value yy[^]*no value ww/],
  [(tn: Tn) => tn`network R = B[j,k]\nrun R`, /2:1 error.*a template defines, and run acts: use net.run\(\)/],
  [
    (tn: Tn) => tn`tensor T[i: 2] = ${[[1, 2], [3]]}`,
    /value 1 of the template cannot stand there: its lists have different lengths/,
  ],
  [(tn: Tn) => tn`tensor T[i: 2] = ${[1, 2, 3]}`, /tensor T has the shape \[2\], but its value has \[3\]/],
  [(tn: Tn) => tn`tensor T[i: 2] = ${["a", "b"] as never}`, /it holds a where a number is needed/],
  [(tn: Tn) => tn`tensor T[i: 2] = data(v)`, /no variable v/],
  [(tn: Tn) => tn`index q: 2`.order(), /this template defines no network/],
  [(tn: Tn) => tn`index q: 2`.name, /this template defines no network/],
  [(tn: Tn) => tn.session.network("Q"), /there is no network Q/],
  [(tn: Tn) => tn.session.network("B"), /there is no network B: it is of the kind tensor/],
])("mistake %#", async (part, says) => {
  const tn = session();
  expect(await complaint(() => part(tn))).toMatch(says);
  // Nothing of it took effect.
  expect(tn.session.names).toEqual(["B", "C"]);
});

test("a program without a network can be shown, as the last value of a cell is", () => {
  expect(String(session()`index q: 2`)).toBe("a program without a network");
});

test("methods complain as programs do", async () => {
  const net = session()`network R[i,l] = ${a} B C`;
  const plan = await net.order({ method: "greedy" });
  const rows: [() => unknown, RegExp][] = [
    [() => net.order({ within: "5 kg" }), /order R = search within 5 kg\n {26}\^/],
    [() => net.order({ method: "greedy", seed: 1 }), /either written, a path, one method or a search/],
    [() => net.order({ written: "(B Q)" }), /network R has no factor Q/],
    [
      () =>
        net.order({
          path: [
            [0, 7],
            [0, 1],
          ],
        }),
      /step 1 is \[0, 7\]/,
    ],
    [() => net.order({ slice: ["q"] }), /network R has no index q to slice over/],
    [() => plan.distribute("dgx-h10"), /there is no machine dgx-h10; did you mean dgx-h100\?/],
    [() => plan.distribute({ threads: 0 }), /the number of threads is 0/],
    [() => plan.distribute("dgx-h100", { devices: 9 }), /9/],
    [() => plan.distribute("dgx-h100").run(), /dgx-h100 is a model: say \{ engine: "dry" \}/],
    [() => plan.distribute("threads(2)").run({ workers: 0 }), /workers is 0/],
    [() => plan.distribute("threads(2)").run({ overlap: true }), /overlap is of the torch engine/],
    [() => net.loadPlan("absent.json"), /cannot read "absent.json"/],
    [
      () =>
        net.loadPlan([
          [0, 5],
          [0, 1],
        ]),
      /step 1 is \[0, 5\]/,
    ],
    [() => net.loadSchedule({ version: 2 } as never), /its version is 2, expected 1/],
    [() => net.plan, /R has not been ordered/],
    [() => net.report, /R has not been run/],
  ];
  for (const [part, says] of rows) expect(await complaint(part)).toMatch(says);
});

test("orders, schedules and their files", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tnlab-face-"));
  try {
    const tn = openSession({ folder });
    tn`tensor B[j: 3, k: 2] = ${b}
       tensor C[k: 2, l: 3] = ${c}`;
    const net = tn`network R[i,l] = ${a} B C`;
    const plan = await net.order({ written: "1 (B C)", slice: ["k"] });
    expect(plan.path()).toEqual([
      [1, 2],
      [0, 1],
    ]);
    expect(plan.json()).toEqual({
      network: "R",
      ssa_path: [
        [1, 2],
        [0, 3],
      ],
      sliced: ["k"],
    });
    // 3*3 and 2*3*3 products for each of two slices.
    expect(10 ** plan.cost.log10Flops).toBeCloseTo(2 * (9 + 18), 6);
    plan.save(path.join(folder, "plan.json"));
    for (const from of ["plan.json", plan.json(), plan.path()] as const) {
      const loaded = await net.loadPlan(from);
      expect(loaded.path()).toEqual(plan.path());
    }
    expect((await net.loadPlan("plan.json")).tree).toEqual(plan.tree);
    const schedule = plan.distribute({ threads: 2 });
    schedule.save(path.join(folder, "schedule.json"));
    const loaded = net.loadSchedule("schedule.json");
    expect(loaded.json()).toEqual(JSON.parse(JSON.stringify(schedule.json())));
    expect([...(await loaded.run({ engine: "reference" })).value.re]).toEqual(product(a, b, c).flat());
    const other = tn`network Q[i] = ${a}[i,j]`;
    expect(await complaint(() => other.loadSchedule("schedule.json"))).toMatch(
      /no schedule of Q: its tensors/,
    );
    writeFileSync(path.join(folder, "bad.json"), '{"version": 1}');
    expect(await complaint(() => net.loadSchedule("bad.json"))).toMatch(/no schedule of R/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("an order is drawn as a tree or step by step, a schedule by who sends to whom", async () => {
  const plan = await session()`network R[i,l] = ${a} B C`.order({ method: "greedy" });
  expect(plan.show().summary).toContain("order of R");
  // Before the first of two pairs, and after each.
  expect(plan.show("contraction").frames?.map(({ name }) => name)).toEqual(["0", "1", "2"]);
  expect(() => plan.show("leaves" as "order")).toThrow(/no figure leaves; known: order, contraction/);
  const two = plan.distribute("dgx-h100", { devices: 2, over: ["i"] });
  expect(two.show().summary).toMatch(/^R on dgx-h100: .* between 2 devices.*modelled/);
});

test("a dry run has no value, and says so", async () => {
  const plan = await session()`network R[i,l] = ${a} B C`.order({ method: "greedy" });
  const report = await plan.distribute("dgx-h100", { devices: 4, method: "slicing" }).run({ engine: "dry" });
  expect([report.data.ranks, report.measuredSeconds]).toEqual([4, undefined]);
  expect(await complaint(() => report.value)).toMatch(/R has no value here: dgx-h100 was only modelled/);
  expect(report.show("memory").summary).toContain("modelled");
});

test("a budget of the program holds for a run too", async () => {
  const tn = session();
  tn`network R[i,l] = ${a} B C
     require R: memory <= 8 B`;
  const plan = await tn.session.network("R").order({ method: "greedy" });
  expect(await complaint(() => plan.distribute({ threads: 1 }).run())).toMatch(/memory <= 8 B/);
});

test("a handle stays what it was; the session tells what was defined anew", async () => {
  const tn = session();
  const old = tn`network R[i,l] = ${a} B C
                 order R = ((1 2) 3)`;
  const anew = tn`network R = B[j,k]`;
  expect(anew.notices.join("; ")).toMatch(/R is defined anew; order R is dropped/);
  expect([old.shape, anew.shape]).toEqual([[2, 3], []]);
  expect([...(await old.run({ engine: "reference" })).value.re]).toEqual(product(a, b, c).flat());
  expect((await old.order()).path()).toEqual([
    [0, 1],
    [1, 0],
  ]);
});

test("sessions do not see each other", async () => {
  const [one, other] = [session(), openSession()];
  expect(await complaint(() => other`network R = B`)).toMatch(/no tensor B/);
  const net = one`network R = B[j,k]`;
  expect(await complaint(() => other`order ${net} = greedy`)).toMatch(/R belongs to another session/);
});

test("an aborted run rejects with its reason", async () => {
  const plan = await session()`network R[i,l] = ${a} B C`.order({ method: "greedy" });
  const reason = new Error("enough");
  await expect(plan.distribute({ threads: 2 }).run({ signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );
});
