import { existsSync } from "node:fs";

import { defineConfig } from "@playwright/test";

/** A Chromium already on the machine: named by CHROMIUM_PATH, or Debian's. Nothing is downloaded. */
const chromium = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path && existsSync(path));
if (!chromium) throw new Error("No Chromium found. Install one (apt-get install chromium-headless-shell) or set CHROMIUM_PATH.");

const PORT = Number(process.env.MOCK_PORT ?? 4173);
const BUILD = "node_modules/.cache/e2e-page";
const live = process.argv.some((argument) => argument.includes("live"));

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  workers: 1,
  reporter: [["list"]],
  timeout: 60_000,
  expect: { timeout: 7_000 },
  use: {
    viewport: { width: 1366, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/Moscow",
    colorScheme: "dark",
    // A film of each test costs a quarter of the whole: the last picture and the steps with the page at each are enough.
    trace: { mode: "retain-on-failure", screenshots: false },
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
    { name: "live", testMatch: /live\/.*\.spec\.ts/, timeout: 300_000, expect: { timeout: 45_000 }, use: { baseURL: process.env.BASE_URL ?? "http://127.0.0.1:8080" } },
  ],
  ...(live
    ? {}
    : {
        webServer: {
          // A build of its own: nobody who builds dist/ meanwhile pulls the page from under a test.
          command: `npx vite build --logLevel error --outDir ${BUILD} && npx vite build --config docs.vite.config.ts --logLevel error --outDir ${BUILD} && npx vite preview --outDir ${BUILD} --host 127.0.0.1 --port ${PORT} --strictPort`,
          url: `http://127.0.0.1:${PORT}`,
          reuseExistingServer: false,
        },
      }),
});
