import { expect, test, type Page } from "@playwright/test";

import { PASSWORD, session } from "./facts";
import { MockApi, problem } from "./mockApi";
import { LINK_TOKEN, RECOVERY_CODES } from "./settingsFacts";

const sent = (api: MockApi, path: string) => api.requests.filter((request) => request.path === path);
const rule = (page: Page, text: string) => page.getByRole("listitem").filter({ hasText: text });

test("a newcomer registers, sees what the password still needs, and is sent to the mailbox", async ({ page }) => {
  const api = await MockApi.install(page, { loggedIn: false });
  await page.goto("/login");
  await page.getByRole("link", { name: "Register" }).click();
  await expect(page.getByRole("heading", { name: "Register" })).toBeVisible();
  await page.getByLabel("E-mail").fill("newcomer@example.com");
  const password = page.getByLabel("Password", { exact: true });
  await password.fill("newcomer");
  await expect(rule(page, "At least 12 characters")).toContainText("not yet");
  await expect(rule(page, "Not made of your e-mail address")).toContainText("not yet");
  await password.fill("four words make one");
  for (const text of ["At least 12 characters", "At least five different", "Not made of your"]) await expect(rule(page, text)).toContainText("met");
  await page.getByRole("button", { name: "Show what is typed" }).click();
  await expect(password).toHaveAttribute("type", "text");
  await page.getByRole("button", { name: "Register" }).click();
  await expect(page.getByText("Check your mail")).toBeFocused();
  await expect(page.getByText("newcomer@example.com")).toBeVisible();
  expect(sent(api, "/auth/register")[0]!.body).toEqual({ email: "newcomer@example.com", password: "four words make one", name: "", locale: "en" });
  await page.getByRole("button", { name: "Send again" }).click();
  await expect.poll(() => sent(api, "/auth/verify-email/resend").length).toBe(1);
});

test("what the server finds wrong stands at its field, in the reader's language", async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem("bm.language", "ru"));
  await MockApi.install(page, { loggedIn: false });
  await page.goto("/register");
  await page.getByLabel("Эл. почта").fill("newcomer@example.com");
  const password = page.getByLabel("Пароль", { exact: true });
  await password.fill("aaaaaaaaaaaaaa");
  await page.getByRole("button", { name: "Зарегистрироваться" }).click();
  await expect(password).toHaveAttribute("aria-invalid", "true");
  await expect(password).toHaveAccessibleDescription(/Слишком легко угадать/);
});

test("an installation by invitation says so, and an invitation's link lets one in", async ({ page }) => {
  const api = await MockApi.install(page, { loggedIn: false });
  api.answering("POST", /auth\/register$/, problem(403, "auth.invitation_required", "needs an invitation"), 1);
  await page.goto("/register");
  await page.getByLabel("E-mail").fill("newcomer@example.com");
  await page.getByLabel("Password", { exact: true }).fill("four words make one");
  await page.getByRole("button", { name: "Register" }).click();
  await expect(page.getByText("You need an invitation to register here.")).toBeVisible();
  await page.goto(`/invitation#token=${LINK_TOKEN}`);
  await expect(page).toHaveURL(/\/invitation$/);
  await page.getByRole("link", { name: "Register with the invitation" }).click();
  await expect(page.getByText("You have an invitation")).toBeVisible();
  await page.getByLabel("E-mail").fill("newcomer@example.com");
  await page.getByLabel("Password", { exact: true }).fill("four words make one");
  await page.getByRole("button", { name: "Register" }).click();
  await expect(page.getByText("Check your mail")).toBeVisible();
  expect(sent(api, "/auth/register").at(-1)!.body).toMatchObject({ invitation: LINK_TOKEN });
});

test("a member of another workspace accepts an invitation and goes on there", async ({ page }) => {
  const api = await MockApi.install(page);
  await page.goto(`/invitation#token=${LINK_TOKEN}`);
  await expect(page.getByText(`You are logged in as ${session.user.email}`, { exact: false })).toBeVisible();
  await page.getByRole("button", { name: "Join the workspace" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Bots" })).toBeVisible();
  expect(sent(api, "/invitations/accept")[0]!.body).toEqual({ token: LINK_TOKEN });
  expect(sent(api, "/auth/switch")[0]!.headers["x-csrf-token"]).toBe("csrf-1");
});

test("the link of the letter confirms the address once, and its token leaves the address bar", async ({ page }) => {
  const api = await MockApi.install(page, { loggedIn: false });
  await page.goto(`/verify-email#token=${LINK_TOKEN}`);
  await expect(page.getByText("The address is confirmed")).toBeVisible();
  await expect(page).toHaveURL(/\/verify-email$/);
  expect(sent(api, "/auth/verify-email")).toHaveLength(1);
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(LINK_TOKEN);
  await page.getByRole("link", { name: "Go to the login page" }).click();
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
});

test("a link that is not good any more leads to another one", async ({ page }) => {
  const api = await MockApi.install(page, { loggedIn: false });
  await page.goto("/verify-email#token=worn-out");
  await expect(page.getByText("The link is not valid any more.", { exact: false })).toBeVisible();
  await page.getByLabel("E-mail").fill("newcomer@example.com");
  await page.getByRole("button", { name: "Send a new link" }).click();
  await expect(page.getByText("Check your mail")).toBeVisible();
  expect(sent(api, "/auth/verify-email/resend")).toHaveLength(1);
});

test("a forgotten password is set anew by the letter's link", async ({ page }) => {
  const api = await MockApi.install(page, { loggedIn: false });
  await page.goto("/login");
  await page.getByRole("link", { name: "Forgot the password?" }).click();
  await expect(page.getByRole("heading", { name: "Forgot the password" })).toBeVisible();
  await page.getByLabel("E-mail").fill(session.user.email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByText("If there is an account with this address", { exact: false })).toBeVisible();
  await page.goto(`/reset-password#token=${LINK_TOKEN}`);
  await expect(page).toHaveURL(/\/reset-password$/);
  await page.getByLabel("New password").fill("another four words");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page.getByText("All sessions were ended.", { exact: false })).toBeVisible();
  expect(sent(api, "/auth/password/reset")[0]!.body).toEqual({ token: LINK_TOKEN, password: "another four words" });
  await page.reload();
  await expect(page.getByText("This page needs the link of the letter")).toBeVisible();
});

test("a recovery code logs in when the app is lost", async ({ page }) => {
  await MockApi.install(page, { loggedIn: false });
  await page.goto("/login");
  await page.getByLabel("E-mail").fill(session.user.email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Lost the app?", exact: false }).click();
  const code = page.getByLabel("Recovery code");
  await code.fill("ZZZZ-ZZZZ-ZZZZ-ZZZZ");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByText("The recovery code is wrong or has been used.")).toBeVisible();
  await expect(code).toBeFocused();
  await code.fill(RECOVERY_CODES[0]!.toLowerCase());
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Bots" })).toBeVisible();
});

test("too many tries are said in words, with the seconds to wait", async ({ page }) => {
  const api = await MockApi.install(page, { loggedIn: false });
  api.answering("POST", /auth\/login$/, { ...problem(429, "rate.limited", "too many"), headers: { "Retry-After": "7" } }, 1);
  await page.goto("/login");
  await page.getByLabel("E-mail").fill(session.user.email);
  await page.getByLabel("Password").fill("wrong wrong wrong");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByText("Too soon. Try again in 7 seconds.")).toBeVisible();
  await expect(page.getByRole("button", { name: /Wait \d seconds?/ })).toBeDisabled();
  await page.clock.runFor(8000);
  await expect(page.getByRole("button", { name: "Log in" })).toBeEnabled();
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByText("After twenty wrong tries an address is locked for 15 minutes.")).toBeVisible();
});
