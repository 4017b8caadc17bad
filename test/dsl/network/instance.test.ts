import { describe, expect, it } from "vitest";
import { parseInstance } from "../../../dsl/network/instance.ts";

function complaint(text: string): string {
  const outcome = parseInstance(text);
  return outcome.ok ? "none" : (outcome.diagnostics[0]?.message ?? "");
}

describe("parseInstance", () => {
  it("reads inputs, output, sizes and the name", () => {
    const outcome = parseInstance(
      '{"name":"n","inputs":[["i","j"],["j","k"]],"output":["k","i"],"sizes":{"i":2,"j":3,"k":4}}',
    );
    expect(outcome).toEqual({
      ok: true,
      notices: [],
      value: {
        name: "n",
        dtype: "float64",
        tensors: [
          { name: "T0", labels: ["i", "j"] },
          { name: "T1", labels: ["j", "k"] },
        ],
        open: ["k", "i"],
        extents: { i: 2, j: 3, k: 4 },
      },
    });
  });

  it.each([
    ["[]", "document: expected an object, got a list"],
    ["{}", "sizes: expected an object, got nothing"],
    ['{"sizes":{"i":0}}', "sizes.i: expected a positive integer, got 0"],
    ['{"sizes":{},"inputs":3}', "inputs: expected a list, got a number"],
    ['{"sizes":{},"inputs":[],"output":[]}', "inputs: a network has at least one tensor"],
    ['{"sizes":{"i":2},"inputs":[["i"],"i"],"output":[]}', "inputs[1]: expected a list, got a string"],
    ['{"sizes":{"i":2},"inputs":[["i","k"]],"output":[]}', "inputs[0][1]: index k has no extent in sizes"],
    [
      '{"sizes":{"i":2},"inputs":[[0.5]],"output":[]}',
      "inputs[0][0]: expected the name of an index, got 0.5",
    ],
    ['{"sizes":{"i":2},"inputs":[[7]],"output":[]}', "inputs[0][0]: index 7 has no extent in sizes"],
    [
      '{"sizes":{"i":2,"k":2},"inputs":[["i"]],"output":["k"]}',
      "output[0]: index k occurs in no tensor of inputs",
    ],
    ['{"sizes":{"i":2},"inputs":[["i"]],"output":["i","i"]}', "output[1]: index i is named twice"],
    ['{"sizes":{"i":2},"inputs":[["i"]]}', "output: expected a list, got nothing"],
    [
      '{"sizes":{"i":2},"inputs":[["i"]],"output":[],"dtype":"complex"}',
      'dtype: expected one of float32, float64, complex64, complex128, got "complex"',
    ],
    [
      '{"sizes":{"i":2},"inputs":[["i"]],"output":[],"dtype":8}',
      "dtype: expected one of float32, float64, complex64, complex128, got 8",
    ],
  ])("refuses %s", (text, message) => {
    expect(complaint(text)).toBe(message);
  });

  it("names the line of a mistake in the JSON", () => {
    expect(complaint('{\n"sizes": {},\n"inputs": [[}\n')).toMatch(/^line 3: not valid JSON/);
    expect(complaint('{\n"sizes": {')).toMatch(/^line 2: not valid JSON/);
  });
});
