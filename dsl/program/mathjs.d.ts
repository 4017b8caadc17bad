/** mathjs in one file: the same library as the package's many modules, loaded in a twentieth of the time. */
declare module "mathjs/lib/browser/math.js" {
  import type { ConfigOptions, MathJsInstance } from "mathjs";
  /** Unlike the package's own `create`, it has all functions already. */
  const mathjs: { readonly create: (config: ConfigOptions) => MathJsInstance };
  export default mathjs;
}
