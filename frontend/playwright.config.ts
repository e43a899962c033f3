import { existsSync } from "node:fs";

import { defineConfig } from "@playwright/test";

/** A Chromium already on the machine: named by CHROMIUM_PATH, or Debian's. Nothing is downloaded. */
const chromium = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);
if (!chromium) throw new Error("No Chromium found. Install one (apt-get install chromium) or set CHROMIUM_PATH.");

const PORT = Number(process.env.MOCK_PORT ?? 4173);
// The workers, which read this too, have other arguments than the command that starts them.
if (process.argv.some((argument) => argument.includes("live"))) process.env.PAGE_LIVE = "yes";
const live = Boolean(process.env.PAGE_LIVE);
// A build of its own, so that nobody who builds dist/ meanwhile pulls the page from under a test; PAGE_BUILT says that dist/
// is there and stays.
const built = Boolean(process.env.PAGE_BUILT);
const BUILD = built ? "dist" : "node_modules/.cache/e2e-page";
const build = `npx vite build --logLevel error --outDir ${BUILD} && npx vite build --config docs.vite.config.ts --logLevel error --outDir ${BUILD} && `;

export default defineConfig({
  testDir: "e2e",
  // Each run empties its folder when it begins, also while the other one is under way.
  outputDir: `test-results/${live ? "live" : "mock"}`,
  workers: 1,
  reporter: [["list"]],
  timeout: 60_000,
  expect: { timeout: 7_000 },
  use: {
    viewport: { width: 1366, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/Moscow",
    colorScheme: "dark",
    // A trace of each test costs a quarter of the whole; `--trace on` makes one. A failure leaves its picture and the page in words.
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: chromium,
      args: [
        "--no-sandbox",
        "--headless",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "mock", testMatch: /mock\/.*\.spec\.ts/, use: { baseURL: `http://127.0.0.1:${PORT}` } },
    { name: "live", testMatch: /live\/.*\.spec\.ts/, timeout: 300_000, expect: { timeout: 45_000 }, use: { baseURL: process.env.BASE_URL ?? "http://localhost:8080" } },
  ],
  ...(live
    ? {}
    : {
        webServer: {
          command: `${built ? "" : build}npx vite preview --outDir ${BUILD} --host 127.0.0.1 --port ${PORT} --strictPort`,
          url: `http://127.0.0.1:${PORT}`,
          reuseExistingServer: false,
        },
      }),
});
