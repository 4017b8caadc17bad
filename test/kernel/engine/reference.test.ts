import { referenceEngine } from "../../../kernel/engine/reference.ts";
import { engineSuite } from "./suite.ts";

engineSuite(referenceEngine);
