import { fileURLToPath } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Connect, Plugin } from "vite";
import { defineConfig } from "vitest/config";

import securityHeaders from "./security-headers.json" with { type: "json" };

/** `API_PROXY=http://127.0.0.1:8080 npm run dev` develops against a running stack. */
const apiProxy = process.env.API_PROXY;

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** `/docs/` is `/docs` for `npm run dev` and the preview too. */
function docsAddress(): Plugin {
  const middleware: Connect.NextHandleFunction = (request, _, next) => {
    if (/^\/docs\/?(\?|$)/.test(request.url ?? "")) request.url = "/docs.html";
    next();
  };
  return {
    name: "docs-address",
    configureServer: (server) => void server.middlewares.use(middleware),
    configurePreviewServer: (server) => void server.middlewares.use(middleware),
  };
}

export default defineConfig({
  plugins: [react(), tailwindcss(), docsAddress()],
  resolve: {
    alias: [
      { find: /^@\//, replacement: source("") },
      { find: "react-style-singleton", replacement: source("ui/styleSingleton.ts") },
      // The API reference goes without what would send something elsewhere.
      { find: /^@scalar\/agent-chat$/, replacement: source("docs/without/agentChat.ts") },
      { find: /^@scalar\/agent-chat\/style\.css$/, replacement: source("docs/without/agentChat.css") },
      { find: /^@scalar\/api-client\/(components|v2\/features\/modal)$/, replacement: source("docs/without/apiClient.ts") },
      { find: /^@scalar\/use-toasts$/, replacement: source("docs/without/toasts.ts") },
    ],
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
    // One document for all files: making one for each took three quarters of the time.
    isolate: false,
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    css: false,
  },
});
