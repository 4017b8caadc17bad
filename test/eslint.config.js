import js from "@eslint/js";
import tseslint from "typescript-eslint";

const bareError = {
  selector: "NewExpression[callee.name='Error']",
  message: "Name the mistake: a diagnostic or UserError for the user's, InvariantError for a bug.",
};

export default tseslint.config(
  { ignores: [".build/", "node_modules/", "dsl/syntax/grammar.ts", "kernel/tensor/wasm/assembly/"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ["./test/tsconfig.json", "./kernel/lab/page/tsconfig.json"],
        tsconfigRootDir: `${import.meta.dirname ?? "."}/..`,
      },
    },
    rules: {
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 60 }],
      "max-params": ["error", { max: 6 }],
      "max-depth": ["error", 4],
      "no-restricted-syntax": ["error", bareError],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Spreading a string is how code points are counted.
      "@typescript-eslint/no-misused-spread": ["error", { allow: ["string"] }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // A template that defines is a statement of its own.
      "@typescript-eslint/no-unused-expressions": ["error", { allowTaggedTemplates: true }],
      // The reason of an abort signal is the caller's own.
      "@typescript-eslint/prefer-promise-reject-errors": ["error", { allowThrowingUnknown: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
    },
  },
  {
    files: ["test/**"],
    rules: { "max-lines-per-function": "off", "no-restricted-syntax": "off" },
  },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
);
