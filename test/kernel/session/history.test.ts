import { expect, test } from "vitest";
import { queryHistory } from "../../../kernel/session/history.ts";

const INPUTS = ["a = 1", "b = 2", "a = 1", "c.d(3)"];

test.each([
  [{ hist_access_type: "tail", n: 2 }, [3, 4]],
  [{ hist_access_type: "tail", n: 0 }, []],
  [{ hist_access_type: "range", start: 2, stop: 4 }, [2, 3]],
  [{ hist_access_type: "search", pattern: "a*" }, [1, 3]],
  [{ hist_access_type: "search", pattern: "a*", n: 1 }, [3]],
  [{ hist_access_type: "search", pattern: "? = *", unique: true }, [3, 2]],
  [{ hist_access_type: "search", pattern: "c.d(*" }, [4]],
])("%j selects lines %j", (content, lines) => {
  const found = queryHistory(INPUTS, content).history.map(([, line]) => line);
  expect(found.sort()).toEqual([...lines].sort());
});

test("outputs are null where they are asked for, because none are kept", () => {
  expect(queryHistory(["x"], { output: true }).history).toEqual([[0, 1, ["x", null]]]);
});
