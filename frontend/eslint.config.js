import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "test-results", "playwright-report", "src/api/generated.ts"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  jsxA11y.flatConfigs.recommended,
  reactHooks.configs.flat["recommended-latest"],
  {
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-invalid-void-type": "off",
      // Scrolling regions take the focus so that the keyboard can scroll them.
      "jsx-a11y/no-noninteractive-tabindex": ["error", { roles: ["log", "region", "tabpanel"], tags: ["pre"], allowExpressionValues: true }],
      "jsx-a11y/label-has-associated-control": ["error", { assert: "either", depth: 4 }],
      // Colours come from tokens only.
      "no-restricted-syntax": [
        "error",
        { selector: "Literal[value=/\\[#[0-9a-fA-F]{3,8}\\]/]", message: "Use a colour token, not a hex value." },
      ],
    },
  },
  { files: ["scripts/**", "*.config.*", "e2e/**"], languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } } },
);
