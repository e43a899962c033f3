import { readFileSync } from "node:fs";

import { expect, test, type Page } from "@playwright/test";

import { accessibilityDefects, inBothThemes } from "./axe";
import { MockApi } from "./mockApi";
import { expectIntruderRefused, watchPolicy } from "./policy";

const CONTRACT = readFileSync("../docs/openapi.json", "utf8");
// The library draws for seconds on a busy machine.
test.setTimeout(90_000);
const STOP = "Tells a run to stop; it ends when it is proven flat (or protected) without open orders.";

/** The contract as the API serves it. */
async function serveContract(page: Page) {
  await page.route("**/api/v1/openapi.json", (route) => route.fulfill({ body: CONTRACT, contentType: "application/json" }));
}

/** Opens the search, looks for `words` and follows the first hit, by keyboard alone. */
async function find(page: Page, words: string) {
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox").or(dialog.locator("input")).first().fill(words);
  await expect(dialog.getByText("/runs/{run_id}/stop")).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
}

for (const address of ["/docs", "/docs/"]) {
  test(`${address} shows the operations of the API behind the page`, async ({ page }) => {
    await serveContract(page);
    await page.goto(address);

    await expect(page).toHaveTitle("API reference · BotMarketplace");
    await expect(page.getByRole("main").getByRole("heading", { name: "BotMarketplace", level: 1 })).toBeVisible();
    const contents = page.getByRole("navigation", { name: /Sidebar/ });
    for (const { name } of JSON.parse(CONTRACT).tags as { name: string }[]) {
      await expect(contents.getByRole("button", { name, exact: false }).first()).toBeVisible();
    }
    await expect(page.getByRole("main").getByText("/healthz").first()).toBeVisible();
  });
}

test("an operation is found by search and has an address that opens it again", async ({ page }) => {
  await serveContract(page);
  await page.goto("/docs");
  await page.getByRole("heading", { level: 1 }).waitFor();

  await find(page, "stop run flat");
  const operation = page.getByRole("main").getByRole("heading", { name: STOP });
  await expect(operation).toBeInViewport();
  await expect(page).toHaveURL(/\/docs#tag\/runs\/POST\/runs\/\{run_id\}\/stop$/);

  await page.reload();
  await expect(operation).toBeInViewport({ timeout: 15_000 });
});

test("nothing is asked for elsewhere, nothing breaks the policy, no script of the page's is refused", async ({ page, baseURL }) => {
  const violations = await watchPolicy(page);
  const elsewhere: string[] = [];
  const errors: string[] = [];
  page.on("request", (request) => !request.url().startsWith(`${baseURL}/`) && elsewhere.push(request.url()));
  page.on("pageerror", (error) => errors.push(error.message));
  await serveContract(page);

  const answer = await page.goto("/docs");
  expect(answer!.headers()["content-security-policy"]).not.toContain("unsafe");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await find(page, "stop run flat");
  await expect(page.getByRole("main").getByRole("heading", { name: STOP })).toBeInViewport();
  await page.getByRole("main").getByRole("button", { name: "Copy" }).first().click();
  await page.mouse.wheel(0, 3000);
  await page.waitForTimeout(1000);

  expect({ violations, elsewhere, errors }).toEqual({ violations: [], elsewhere: [], errors: [] });
});

test("a script that gets into the reference is not run", async ({ page }) => {
  const violations = await watchPolicy(page);
  await serveContract(page);
  await page.goto("/docs");
  await page.getByRole("heading", { level: 1 }).waitFor();

  await expectIntruderRefused(page, violations);
});

test("there is nothing that sends requests to the API, no place for a token, and no assistant", async ({ page }) => {
  await serveContract(page);
  await page.goto("/docs");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await expect(page.getByRole("main").getByText("/healthz").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Auth Type" })).toHaveCount(0);
  await find(page, "stop run flat");
  await expect(page.getByRole("main").getByRole("heading", { name: STOP })).toBeInViewport();

  await expect(page.getByRole("main").getByRole("textbox")).toHaveCount(0);
  await expect(page.getByRole("button", { name: /test request|send|ask ai|open api client/i })).toHaveCount(0);
});

test("the keyboard skips to the contents, and the way back leads to the app", async ({ page }) => {
  await MockApi.install(page, { loggedIn: false });
  await serveContract(page);
  await page.goto("/docs");
  await page.getByRole("heading", { level: 1 }).waitFor();

  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the contents" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  await page.getByRole("link", { name: "To the app" }).click();
  await expect(page).toHaveURL(/\/login/);
});

test("while the API does not answer the page says so, and tries again when asked", async ({ page }) => {
  await page.route("**/api/v1/openapi.json", (route) => route.fulfill({ status: 502, body: "" }));
  await page.goto("/docs");
  await expect(page.getByRole("status").filter({ hasText: "The API answered 502" })).toBeVisible();

  await page.unroute("**/api/v1/openapi.json");
  await serveContract(page);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: "BotMarketplace", level: 1 })).toBeVisible();
});

test("the page follows the language and the theme that were chosen in the app", async ({ page }) => {
  await page.addInitScript(() => {
    localStorage.setItem("bm.language", "ru");
    localStorage.setItem("bm.theme", "light");
  });
  await serveContract(page);
  await page.goto("/docs");

  await expect(page).toHaveTitle("Справочник API · BotMarketplace");
  await expect(page.getByRole("link", { name: "К приложению" })).toBeVisible();
  expect(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme])).toEqual(["ru", "light"]);
});

test("the app links to it from the user's menu", async ({ page }) => {
  await MockApi.install(page);
  await serveContract(page);
  await page.goto("/factory/bots");
  await page.getByRole("button", { name: "Account and appearance" }).click();
  await page.getByRole("menuitem", { name: "API reference" }).click();

  await expect(page).toHaveURL(/\/docs$/);
  await expect(page).toHaveTitle("API reference · BotMarketplace");
});

for (const width of [1366, 390]) {
  test(`accessible in either theme and within its width: ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await serveContract(page);
    await page.goto("/docs#tag/runs/POST/runs/{run_id}/stop");
    await expect(page.getByRole("main").getByRole("heading", { name: STOP })).toBeInViewport({ timeout: 15_000 });

    await inBothThemes(page, async (scheme) => expect(await accessibilityDefects(page), scheme).toEqual([]));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}
