import { defineConfig, type Plugin } from "vite";

import app from "./vite.config.ts";

/** The highlighter writes its line counts into style attributes, which the policy forbids; docs.css has what they are for. */
function withoutLineCounts(): Plugin {
  return {
    name: "without-line-counts",
    transform(code, id) {
      if (!id.endsWith("/@scalar/code-highlight/dist/code/line-numbers.js")) return null;
      const changed = code.replace(/node\.properties\.style = .*;/, "");
      if (changed === code) this.error("The highlighter no longer writes line counts as it did: see whether this is still needed.");
      return changed;
    },
  };
}

/** The API reference at /docs, built after the app and beside it: the two share no file, and the app does not grow by it. */
export default defineConfig({
  plugins: [withoutLineCounts()],
  resolve: app.resolve,
  publicDir: false,
  build: {
    target: app.build?.target,
    sourcemap: false,
    emptyOutDir: false,
    manifest: ".vite/docs-manifest.json",
    // One library that is needed as a whole.
    chunkSizeWarningLimit: 2600,
    rolldownOptions: { input: "docs.html" },
  },
});
