import { fileURLToPath } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import securityHeaders from "./security-headers.json" with { type: "json" };

/** `API_PROXY=http://127.0.0.1:8080 npm run dev` develops against a running stack. */
const apiProxy = process.env.API_PROXY;

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: {
    alias: {
      "@": fileURLToPath(new URL("./src", import.meta.url)),
      "react-style-singleton": fileURLToPath(new URL("./src/ui/styleSingleton.ts", import.meta.url)),
    },
  },
  // The built page is tried with the headers that it is served with.
  preview: { headers: securityHeaders },
  build: {
    target: "es2022",
    manifest: true,
    sourcemap: false,
    rolldownOptions: {
      output: {
        // What the shell needs anyway stays in one file: split by who else imports it, it compresses 6 kB worse.
        codeSplitting: { groups: [{ name: "shell", test: /node_modules\/(react|react-dom|scheduler|react-i18next|i18next|zustand|@tanstack|@radix-ui|radix-ui|react-remove-scroll|react-style-singleton|react-remove-scroll-bar|aria-hidden|@floating-ui|use-sidecar|use-callback-ref)\/|src\/(api|format)\// }] },
      },
    },
  },
  server: apiProxy
    ? { proxy: { "/api": { target: apiProxy, changeOrigin: true }, "/ws": { target: apiProxy, ws: true } } }
    : {},
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    css: false,
  },
});
