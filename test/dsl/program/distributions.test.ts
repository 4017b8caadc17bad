/** `machine` blocks, `distribute`, `require` and `compare`: what they mean to the stages after the check. */
import { expect, test } from "vitest";
import { presetNamed } from "../../../dsl/distribute/presets.ts";
import { compiled, definition, mistakes } from "./language.ts";

const EOS = `machine eos {
  device { peak 60 TFLOP/s  memory 80 GB at 3.35 TB/s }
  node 8 devices over 450 GB/s latency 3 us
  cluster 128 nodes over 50 GB/s latency 8 us
}
`;

const ALL = ["float32", "float64", "complex64", "complex128"];
const sixty = Object.fromEntries(ALL.map((dtype) => [dtype, 60e12]));

const eos = {
  name: "eos",
  source: "figures of the program",
  device: {
    flopsPerSecond: sixty,
    memoryBytes: 80e9,
    memoryBytesPerSecond: 3.35e12,
    launchSeconds: 5e-6,
  },
  node: { count: 8, bytesPerSecond: 450e9, latencySeconds: 3e-6 },
  cluster: { count: 128, bytesPerSecond: 50e9, latencySeconds: 8e-6 },
  engine: "dry",
};

test.each<readonly [string, string, object]>([
  [EOS, "eos", eos],
  [
    `${EOS}machine hurt = eos with link(node 3, device 5) at 50 %, link(node 127, device 0) at 0.1`,
    "hurt",
    {
      ...eos,
      name: "hurt",
      degraded: [
        { node: 3, device: 5, share: 0.5 },
        { node: 127, device: 0, share: 0.1 },
      ],
    },
  ],
  [
    "machine m { node 4 devices over 25 GB/s; device { peak { complex64: 20 TFLOP/s, float64: 10 TFLOP/s }; memory 16 GiB at 1 TB/s; launch 10 us } }",
    "m",
    {
      name: "m",
      source: "figures of the program",
      device: {
        flopsPerSecond: { float32: 10e12, float64: 10e12, complex64: 20e12, complex128: 10e12 },
        memoryBytes: 2 ** 34,
        memoryBytesPerSecond: 1e12,
        launchSeconds: 1e-5,
      },
      node: { count: 4, bytesPerSecond: 25e9, latencySeconds: 3e-6 },
      engine: "dry",
    },
  ],
  ['machine d = preset "dgx-h100"', "d", presetNamed("dgx-h100")],
])("a machine's figures: %#", (source, name, machine) => {
  expect(definition(source, name)).toEqual({ kind: "machine", spec: { kind: "model", machine } });
});

const Z = `${EOS}tensor W[a: 2, b: 2] = 1
network Z = product { W[s_{x}, s_{x+1}] for x in 1..60 }
`;

test.each<readonly [string, object]>([
  ["on eos", { machine: "eos" }],
  ["on threads(4)", { machine: { kind: "threads", workers: 4 } }],
  ["on eos devices 2^10 groups of 8", { machine: "eos", devices: 1024, groupSize: 8 }],
  ["on eos by joint within 2 min", { machine: "eos", method: "joint", seconds: 120 }],
  ["on eos over s_1, s_{1+1}", { machine: "eos", over: [{ labels: ["s_1", "s_2"], step: 0 }] }],
  [
    "on eos over s_1, s_2 then s_5, s_2 at step 40 then s_7, s_8 at step 50",
    {
      machine: "eos",
      over: [
        { labels: ["s_1", "s_2"], step: 0 },
        { labels: ["s_5", "s_2"], step: 40 },
        { labels: ["s_7", "s_8"], step: 50 },
      ],
    },
  ],
])("distribute Z %s", (text, spec) => {
  expect(definition(`${Z}distribute Z ${text}`, "distribute Z")).toEqual({
    kind: "distribution",
    network: "Z",
    spec,
  });
});

test.each([
  ["memory <= 80 GB", { quantity: "memory", relation: "<=", limit: 80e9 }],
  ["time < 1 hour", { quantity: "time", relation: "<", limit: 3600 }],
  ["communication <= 20 %", { quantity: "communication", relation: "<=", limit: 0.2 }],
  ["extra speedup >= 7", { quantity: "extra speedup", relation: ">=", limit: 7 }],
  ["slices > 2^3", { quantity: "slices", relation: ">", limit: 8 }],
])("require Z: %s", (text, budget) => {
  const { actions } = compiled(`${Z}require Z: ${text}`);
  expect(actions).toMatchObject([{ kind: "require", network: "Z", budget: { ...budget, text } }]);
});

test("compare without methods takes all, and names each once", () => {
  const methods = (text: string): unknown => compiled(Z + text).actions[0];
  expect(methods("compare Z on eos")).toMatchObject({
    methods: ["slicing", "greedy", "prefix", "tree", "joint"],
  });
  expect(methods("compare Z on eos devices 64 within 3 s: tree, slicing, tree")).toMatchObject({
    distribution: { machine: "eos", devices: 64, seconds: 3 },
    methods: ["tree", "slicing"],
  });
});

test.each<readonly [string, readonly string[]]>([
  [
    "machine m { device { peak 6 TFLOP memory 80 GB at 3 TB } node 0 devices over 4 GB/s node 3 devices over 1 GB/s }",
    [
      'not-a-number at "6 TFLOP", line 8',
      'not-a-number at "3 TB", line 8',
      'bad-amount at "0", line 8',
      'machine-twice at "node", line 8',
    ],
  ],
  ["machine m { }", ['unexpected at "}", line 8']],
  ["machine m { device { launch 1 us } }", ['machine-lacks at "{ device { launch 1 us } }", line 8']],
  ["machine m = eos with link(node 128, device 5) at 50 %", ['bad-amount at "128", line 8']],
  ["machine m = eos with link(node 3, device 8) at 50 %", ['bad-amount at "8", line 8']],
  ["machine m = eos with link(node 3, device 5) at 150 %", ['not-a-number at "150 %", line 8']],
  ["machine m = nope with link(node 3, device 5) at 50 %", ['unknown-name at "nope", line 8']],
  ["distribute Z on eos devices 1025", ['bad-amount at "devices", line 8']],
  ["distribute Z on eos groups of 3", ['bad-amount at "groups", line 8']],
  ["distribute Y on nope", ['unknown-name at "Y", line 8', 'unknown-name at "nope", line 8']],
  ["distribute Z on eos devices 2 devices 4", ['wish-twice at "devices", line 8']],
  ["distribute Z on eos over s_1, s_99", ['no-such-index at "s_99", line 8']],
  ["distribute Z on eos over s_1 then s_2 at step 59", ['bad-amount at "59", line 8']],
  ["distribute Z on eos by magic", ['bad-choice at "magic", line 8']],
  [
    "require Z: memory <= 1 hour, tme <= 1 s",
    ['not-a-number at "1 hour", line 8', 'bad-choice at "tme", line 8'],
  ],
  ["require Z: time == 1 s", ['bad-choice at "==", line 8']],
  ["compare Z on eos: gredy, trees", ['bad-choice at "gredy", line 8', 'bad-choice at "trees", line 8']],
  ["show memory of Z on eos for devices 1..8", ['bad-choice at "memory", line 8']],
  ["show speedup of Z on eos for devices 8..1", ['bad-amount at "8", line 8']],
  ["show speedup of Z on eos for devices [1, 0]", ['bad-amount at "[1, 0]", line 8']],
  ["run Z on torch(processes 0)", ['bad-amount at "0", line 8']],
  ["run Z on torch()", ['bad-arguments at "torch", line 8']],
  ["run Z on torch(, overlap)", ['bad-arguments at "torch", line 8']],
  ["run Z on threads(2, overlap)", ['no-overlap at "overlap", line 8']],
])("%s", (text, expected) => {
  expect([...mistakes(Z + text)].sort()).toEqual([...expected].sort());
});
