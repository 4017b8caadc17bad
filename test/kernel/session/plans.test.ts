import { expect, test } from "vitest";
import { evaluated } from "./evaluate.ts";

const ISING = `tensor W[a: 2, b: 2] = exp(0.44 * (1 - 2*(a != b)))
network Z = product {
  W[s_{x,y}, s_{x+1,y}] for x in 1..4, y in 1..5
  W[s_{x,y}, s_{x,y+1}] for x in 1..5, y in 1..4
}
order Z = greedy
machine eos {
  device { peak 60 TFLOP/s memory 80 GB at 3.35 TB/s }
  node 8 devices over 450 GB/s latency 3 us
  cluster 4 nodes over 50 GB/s latency 8 us
}
`;

/** The value column by column: the weights of all states of five spins, carried from one to the next. */
function bySweeping(): number {
  const bond = (equal: boolean): number => Math.exp(0.44 * (equal ? 1 : -1));
  const spin = (state: number, y: number): number => (state >> y) & 1;
  const states = Array.from({ length: 32 }, (_, state) => state);
  const product = (terms: readonly boolean[]): number => terms.reduce((all, equal) => all * bond(equal), 1);
  const within = (state: number): number =>
    product([0, 1, 2, 3].map((y) => spin(state, y) === spin(state, y + 1)));
  const between = (a: number, b: number): number =>
    product([0, 1, 2, 3, 4].map((y) => spin(a, y) === spin(b, y)));
  let weights = states.map(within);
  for (let x = 1; x < 5; x += 1)
    weights = states.map(
      (to) => within(to) * weights.reduce((sum, weight, from) => sum + weight * between(from, to), 0),
    );
  return weights.reduce((sum, weight) => sum + weight, 0);
}

test("every way to distribute gives the value of the sum over all spins", async () => {
  const expected = bySweeping();
  for (const how of [
    "on threads(4) by slicing",
    "on threads(4) by greedy",
    "on threads(4) over s_{1,1}, s_{1,2}",
    "on threads(4) groups of 2",
    "on threads(2)",
  ]) {
    const machine = /threads\(\d\)/.exec(how)?.[0] ?? "";
    const { told, texts } = await evaluated(`${ISING}distribute Z ${how}\nrun Z on ${machine}`);
    expect(told).toEqual([]);
    const value = Number(/^Z = (\S+)/.exec(texts[0] ?? "")?.[1]);
    expect(Math.abs(value / expected - 1)).toBeLessThan(1e-11);
  }
});

test.each([
  ["distribute Z on eos devices 16\nrun Z dry", /^Z on eos, 16 devices/],
  ["distribute Z on eos devices 16\nrun Z on eos dry", /^Z on eos, 16 devices/],
  ["distribute Z on eos devices 16\nrun Z on threads(2) dry", /^Z on threads\(2\), 2 devices/],
  ["run Z on eos dry", /^Z on eos, 32 devices/],
])("a run follows `distribute` on its machine, and takes all devices elsewhere: %s", async (text, line) => {
  const { told, texts } = await evaluated(ISING + text);
  expect(told).toEqual([]);
  expect(texts[0]).toMatch(line);
});

test("an index that is contracted before its step is left out of a written distribution, and the run says so", async () => {
  const written = "over s_{1,1} then s_{1,1}, s_{3,3} at step 10";
  const { told, texts } = await evaluated(`${ISING}distribute Z on eos devices 2 ${written}\nrun Z dry`);
  expect(told).toEqual([]);
  expect(texts[0]).toMatch(
    /^warning: Z is not split over s_\{1,1\} from step 10 on: .*\nZ on eos, 2 devices/,
  );
});

test("a model runs dry only", async () => {
  const { ok, told } = await evaluated(`${ISING}run Z on eos`);
  expect(ok).toBe(false);
  expect(told[0]).toContain("eos is a model: run Z on it dry");
});

test("the figures of a schedule say modelled or measured, and on which machine", async () => {
  const { told, texts } = await evaluated(
    `${ISING}show communication, traffic, timeline, memory, roofline of Z on eos\nrun Z on threads(2)\nshow timeline, roofline of Z\nshow speedup of Z on eos for devices 1..32\nshow speedup of Z on eos for devices [4, 8] search within 0.1 s seed 2`,
  );
  expect(told).toEqual([]);
  expect(texts).toHaveLength(10);
  for (const text of texts.slice(0, 5)) expect(text).toMatch(/^Z on eos: .*modelled/);
  for (const text of texts.slice(6, 8)) expect(text).toMatch(/^Z on threads\(2\): .*measured/);
  for (const text of texts.slice(8)) expect(text).toMatch(/^Z on eos: distribution .*\(modelled\)/);
});

test("the limit in a figure of memory is that of the machine of the run, not of this computer", async () => {
  const { told, texts } = await evaluated(`${ISING}run Z on eos dry\nshow memory, roofline of Z`);
  expect(told).toEqual([]);
  // 80 GB of ISING's machine.
  expect(texts[1]).toMatch(/^Z on eos: .* of the 74\.5 GiB of a device\.$/);
  expect(texts[2]).toMatch(/^Z on eos: /);
});

test("a figure follows a distribution that is written anew, where nothing was measured", async () => {
  const distributed = "distribute Z on eos devices 2\nshow memory of Z\n";
  const first = await evaluated(ISING + distributed);
  const again = distributed.replace("2", "8").replace("memory", "communication");
  const second = await evaluated(again, first.environment);
  expect(second.texts[0]).toMatch(/each of 8 devices|no data moves/);
  const ran = await evaluated("run Z on threads(2)", second.environment);
  const { texts } = await evaluated(distributed.replace("2", "4"), ran.environment);
  expect(texts[0]).toMatch(/^Z on threads\(2\): /);
  const devices = second.environment.results.get("Z")?.report?.ranks;
  expect(devices).toBe(8);
});

test("a figure follows a machine that is defined anew", async () => {
  const eos = ISING.slice(ISING.indexOf("machine eos"));
  const shown = "show memory of Z on eos\n";
  const { texts, environment } = await evaluated(ISING + shown);
  const anew = await evaluated(eos.replace("80 GB", "40 GB") + shown, environment);
  expect(texts[0]).toMatch(/ of the 74\.5 GiB of a device/);
  expect(anew.texts.at(-1)).toMatch(/ of the 37\.3 GiB of a device/);
});

test("what slow links cost: those of the machine, or one of a machine without any; and what is planned for them costs no more", async () => {
  const { told, texts, outputs } =
    await evaluated(`${ISING}machine hurt = eos with link(node 0, device 1) at 10 %
distribute Z on eos devices 4 by greedy
show degradation of Z
show degradation of Z on hurt for devices [2, 4]`);
  expect(told).toEqual([]);
  expect(texts[0]).toMatch(/^Z on eos: a slow link costs .*\(modelled\)/);
  expect(texts[1]).toMatch(/^Z on hurt: a slow link costs .*\(modelled\)/);
  const [bars, lines] = outputs.map(({ data }) => data["application/vnd.plotly.v1+json"]) as {
    data: { x: number[]; y: number[] }[];
    layout: { title: { text: string } };
  }[];
  expect(bars?.layout.title.text).toContain("link(node 0, device 0) at 50 %");
  const [healthy = NaN, kept = NaN, replanned = NaN] = [0, 1, 2].map((k) =>
    (bars?.data ?? []).reduce((sum, { x }) => sum + (x[k] ?? NaN), 0),
  );
  expect(kept).toBeGreaterThan(healthy);
  expect(replanned).toBeLessThanOrEqual(kept);
  expect(lines?.layout.title.text).toContain("link(node 0, device 1) at 10 %");
  expect(lines?.data.map(({ x }) => x)).toEqual([[2, 4], [2, 4]]); // prettier-ignore
});

test("a comparison has a row for each method, in the order asked for", async () => {
  const { told, texts, outputs } = await evaluated(`${ISING}compare Z on eos devices 4: greedy, slicing`);
  expect(told).toEqual([]);
  expect(texts[0]?.split("\n").map((line) => line.split(" ")[0])).toEqual(["method", "greedy", "slicing"]);
  expect(Object.keys(outputs[0]?.data ?? {})).toContain("application/vnd.plotly.v1+json");
});

test("what does not fit says so, and a comparison goes on", async () => {
  const small = ISING.replace("memory 80 GB", "memory 300 B");
  const { told, texts } = await evaluated(`${small}compare Z on eos devices 2: slicing, greedy`);
  expect(told).toEqual([]);
  expect(texts[0]).toContain("does not fit: ");
});

test("an abort ends a search for order and distribution, long before its time is over", async () => {
  const begun = AbortSignal.timeout(300);
  const program = `${ISING}compare Z on eos within 10 min: joint`;
  await expect(evaluated(program, undefined, begun)).rejects.toMatchObject({ name: "TimeoutError" });
});

test("an abort ends an order by a method that hears of no time", async () => {
  const begun = AbortSignal.timeout(300);
  const program = `let L = 24
index s_{*}: 2
tensor W[a: 2, b: 2] = exp(0.4 * (1 - 2*(a != b)))
network Z = product {
  W[s_{x,y}, s_{x+1,y}] for x in 1..L-1, y in 1..L
  W[s_{x,y}, s_{x,y+1}] for x in 1..L, y in 1..L-1
}
order Z = anneal
show order of Z`;
  await expect(evaluated(program, undefined, begun)).rejects.toMatchObject({ name: "TimeoutError" });
});
