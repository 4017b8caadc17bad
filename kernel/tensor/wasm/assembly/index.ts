/** What the module offers; see kernels.ts. All addresses are byte offsets into the imported memory, of which it owns nothing. */
export { multiplyFloat32, multiplyFloat64, multiplyComplex64, multiplyComplex128 } from "./multiply";
export { copyParts } from "./copy";
export { scaleFloat32, scaleFloat64 } from "./scale";
export { sumAxisFloat32, sumAxisFloat64, addIntoFloat32, addIntoFloat64 } from "./sums";
