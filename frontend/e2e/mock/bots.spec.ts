import { expect, test } from "@playwright/test";

import { MockApi, problem } from "./mockApi";

const START = "Start RSI dip on Bitcoin";

test("the list tells what each bot trades and whether it runs", async ({ page }) => {
  const api = await MockApi.install(page);
  api.startRun();
  await page.goto("/factory/bots");
  const row = page.getByRole("listitem").filter({ hasText: "RSI dip on Bitcoin" });
  await expect(row).toContainText("BTCUSDT · 1m · RSI dip, version 1");
  await expect(row).toContainText("DEMO");
  await expect(row).toContainText("Running");
  await row.getByRole("link", { name: "Watch the run of RSI dip on Bitcoin" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /RSI dip on Bitcoin/ })).toBeVisible();
});

test("no bot yet says why and what a bot is", async ({ page }) => {
  const api = await MockApi.install(page);
  api.bots = [];
  await page.goto("/factory/bots");
  await expect(page.getByText("There is no bot yet")).toBeVisible();
});

test("the start dialog shows what will happen before it happens", async ({ page }) => {
  await MockApi.install(page);
  await page.goto("/factory/bots");
  await page.getByRole("button", { name: START }).click();
  const dialog = page.getByRole("dialog", { name: "Start RSI dip on Bitcoin" });
  await expect(dialog).toContainText("2 × ATR(14) from the entry price");
  await expect(dialog).toContainText("1.5 % from the entry price");
  await expect(dialog).toContainText("loss per run up to 20 USD");
  await expect(dialog).toContainText("Close the position at market");
  await dialog.getByRole("button", { name: "3 min", exact: true }).click();
  await expect(dialog.getByRole("button", { name: "Start for 3 minutes" })).toBeVisible();
  await dialog.getByLabel("How long").fill("1441");
  await expect(dialog.getByText("Enter a whole number from 1 to 1440")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: START })).toBeFocused();
});

test("nothing is started before it is shown what will happen", async ({ page }) => {
  const api = await MockApi.install(page);
  api.answering("GET", /\/strategies\//, problem(404, "strategy.unknown", "gone"), 1);
  await page.goto("/factory/bots");
  await page.getByRole("button", { name: START }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Try again" }).waitFor();
  const go = dialog.getByRole("button", { name: "Start for 60 minutes" });
  await expect(go).toBeDisabled();
  await page.keyboard.press("Control+Enter");
  await page.waitForTimeout(200);
  expect(starts(api)).toHaveLength(0);

  await dialog.getByRole("button", { name: "Try again" }).click();
  await expect(dialog).toContainText("2 × ATR(14) from the entry price");
  await go.click();
  await expect(page).toHaveURL(/\/factory\/runs\/01KASM3Z/);
  expect(starts(api)).toHaveLength(1);
});

test("Ctrl+Enter starts once, Enter in the field does not start", async ({ page }) => {
  const api = await MockApi.install(page);
  await page.goto("/factory/bots");
  await page.getByRole("button", { name: START }).click();
  await expect(page.getByRole("button", { name: "Start for 60 minutes" })).toBeEnabled();
  const minutes = page.getByLabel("How long");
  await minutes.fill("3");
  await minutes.press("Enter");
  await page.waitForTimeout(200);
  expect(starts(api)).toHaveLength(0);
  await page.keyboard.press("Control+Enter");
  await page.keyboard.press("Control+Enter");
  await expect(page).toHaveURL(/\/factory\/runs\/01KASM3Z/);
  expect(starts(api)).toHaveLength(1);
  expect(starts(api)[0]!.body).toEqual({ durationMinutes: 3 });
});

test("after silence the same key is sent again, after a refusal another one", async ({ page }) => {
  const api = await MockApi.install(page);
  api.answering("POST", /\/bots\/.*\/runs$/, "abort", 1);
  api.answering("POST", /\/bots\/.*\/runs$/, problem(409, "run.quota", "quota"), 1);
  await page.goto("/factory/bots");
  await page.getByRole("button", { name: START }).click();
  const go = page.getByRole("button", { name: "Start for 60 minutes" });
  await go.click();
  await expect(page.getByText("It is not known whether the run was started.", { exact: false })).toBeVisible();
  await go.click();
  await expect(page.getByText("As many runs as allowed are active already", { exact: false })).toBeVisible();
  await expect(page.getByText("Nothing was started.")).toBeVisible();
  await go.click();
  await expect(page).toHaveURL(/\/factory\/runs\/01KASM3Z/);
  const keys = starts(api).map((request) => request.headers["idempotency-key"]);
  expect(keys).toHaveLength(3);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[1]);
});

function starts(api: MockApi) {
  return api.requests.filter((request) => request.method === "POST" && /^\/bots\/.*\/runs$/.test(request.path));
}
