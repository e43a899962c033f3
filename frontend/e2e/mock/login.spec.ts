import { expect, test } from "@playwright/test";

import { CODE, PASSWORD, session } from "./facts";
import { MockApi } from "./mockApi";

test("a user logs in with a one-time code and returns to the page asked for", async ({ page }) => {
  await MockApi.install(page, { loggedIn: false });
  await page.goto("/factory/runs");
  await expect(page).toHaveURL(/\/login\?next=/);
  await page.getByLabel("E-mail").fill(session.user.email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByText("Enter the one-time code from your authenticator app.")).toBeVisible();
  const code = page.getByLabel("One-time code");
  await expect(code).toBeFocused();
  await expect(code).toHaveAttribute("autocomplete", "one-time-code");
  await code.fill("000000");
  await page.keyboard.press("Enter");
  await expect(page.getByText("The one-time code is wrong or has expired.", { exact: false })).toBeVisible();
  await code.fill(`${CODE.slice(0, 3)} ${CODE.slice(3)}`);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Runs" })).toBeVisible();
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain("token-1");
});

test("a wrong password is said in the reader's language, with something to copy", async ({ page }) => {
  await MockApi.install(page, { loggedIn: false });
  await page.goto("/login");
  await page.getByRole("button", { name: "RU Русский" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "ru");
  await page.getByLabel("Эл. почта").fill(session.user.email);
  await page.getByLabel("Пароль").fill("wrong wrong wrong");
  await page.getByRole("button", { name: "Войти" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Неверная почта или пароль." })).toBeVisible();
});

test("a reload keeps the session by the refresh cookie", async ({ page }) => {
  const api = await MockApi.install(page);
  await page.goto("/factory/bots");
  await expect(page.getByRole("heading", { level: 1, name: "Bots" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Bots" })).toBeVisible();
  expect(api.requests.filter((request) => request.path === "/auth/refresh").length).toBeGreaterThanOrEqual(2);
});

test("a session that ends under an open page asks to log in again and keeps what was typed", async ({ page }) => {
  const api = await MockApi.install(page);
  await page.goto("/factory/bots");
  await page.getByRole("button", { name: "Start RSI dip on Bitcoin" }).click();
  await page.getByLabel("How long").fill("7");
  api.tokenValid = false;
  api.loggedIn = false;
  await page.getByRole("button", { name: "Start for 7 minutes" }).click();
  const again = page.getByRole("dialog", { name: "Please log in again" });
  await expect(again).toBeVisible();
  await again.getByLabel("Password").fill(PASSWORD);
  await again.getByLabel("One-time code").fill(CODE);
  await again.getByRole("button", { name: "Log in" }).click();
  await expect(again).toBeHidden();
  await expect(page.getByLabel("How long")).toHaveValue("7");
});

test("a link to another site is not followed after login", async ({ page }) => {
  await MockApi.install(page, { loggedIn: false });
  await page.goto("/login?next=//evil.example/");
  await page.getByLabel("E-mail").fill(session.user.email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByLabel("One-time code").fill(CODE);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(/\/factory\/bots$/);
});

test("a server that is away is said so, with another try", async ({ page }) => {
  const api = await MockApi.install(page);
  api.answering("POST", /auth\/refresh/, { status: 503, body: {} }, 1);
  await page.goto("/factory/bots");
  await expect(page.getByText("The server could not do this.")).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Bots" })).toBeVisible();
});
