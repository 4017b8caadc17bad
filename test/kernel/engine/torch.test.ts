import { describe } from "vitest";
import { torchEngine } from "../../../kernel/engine/torch.ts";
import { engineSuite } from "./suite.ts";
import { because, becauseOfGpu, gpus, hasGpu, hasTorch } from "./torch/python.ts";

describe.skipIf(!hasTorch)(`on gloo${because}`, () => {
  engineSuite(torchEngine(undefined, { device: "cpu" }));
});

describe.skipIf(!hasGpu)(`a GPU a rank, over NCCL${becauseOfGpu}`, () => {
  engineSuite(torchEngine(undefined, { device: "cuda" }), gpus);
});

describe.skipIf(!hasGpu)(`ranks that share a GPU, over gloo${becauseOfGpu}`, () => {
  engineSuite(torchEngine(undefined, { device: "cuda-shared" }));
});
