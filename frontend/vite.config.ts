import { fileURLToPath } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** `API_PROXY=http://127.0.0.1:8080 npm run dev` develops against a running stack. */
const apiProxy = process.env.API_PROXY;

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: { target: "es2022", manifest: true, sourcemap: false },
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
