import { describe } from "vitest";
import { torchEngine } from "../../../kernel/engine/torch.ts";
import { engineSuite } from "./suite.ts";
import { because, hasTorch } from "./torch/python.ts";

describe.skipIf(!hasTorch)(`on gloo${because}`, () => {
  engineSuite(torchEngine(undefined, { device: "cpu" }));
});
