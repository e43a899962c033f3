import { readFileSync } from "node:fs";

import { expect, test, type Page } from "@playwright/test";

import { CODE, session } from "./facts";
import { MockApi } from "./mockApi";
import { RECOVERY_CODES, SECRET } from "./settingsFacts";

const sent = (api: MockApi, method: string, path: string) => api.requests.filter((request) => request.method === method && request.path === path);

async function confirmWithCode(page: Page) {
  const dialog = page.getByRole("dialog", { name: "Confirm that it is you" });
  await dialog.getByLabel("One-time code").fill(CODE);
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await expect(dialog).toBeHidden();
}

test("one's own name is changed in the profile, and is at once what the menu and the team show", async ({ page }) => {
  const api = await MockApi.install(page);
  await page.goto("/settings");
  await expect(page).toHaveURL(/\/settings\/profile$/);
  const name = page.getByLabel("Name", { exact: true });
  await expect(name).toHaveValue("Demo");
  await expect(page.getByLabel("E-mail")).toHaveValue(session.user.email);
  await expect(page.getByLabel("E-mail")).not.toBeEditable();
  await name.fill("  Ada of the desk ");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await expect(name).toHaveValue("Ada of the desk");
  await expect(name).toBeFocused();
  expect(sent(api, "PATCH", "/me").map(({ body }) => body)).toEqual([{ name: "Ada of the desk" }]);
  await page.getByRole("button", { name: "Account and appearance" }).click();
  await expect(page.getByRole("menu")).toContainText("Ada of the desk");
  await page.keyboard.press("Escape");
  await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Team" }).click();
  await expect(page.getByRole("region", { name: "Members" }).getByRole("listitem").first()).toContainText("Ada of the desk");
});

test("a name that the API refuses is said at its field, and the old one stays", async ({ page }) => {
  const api = await MockApi.install(page);
  await page.goto("/settings/profile");
  const name = page.getByLabel("Name", { exact: true });
  await name.fill("a\u202eb");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText("Saved", { exact: true })).toHaveCount(0);
  expect(api.settings.name).toBe("Demo");
});

test("one-time codes are set up by picture or by hand, and the recovery codes are kept", async ({ page }) => {
  const api = await MockApi.install(page);
  api.settings.totpEnabled = false;
  await page.goto("/settings/security");
  await page.getByRole("button", { name: "Set up one-time codes" }).click();
  // Without a second factor the password is the proof.
  const proof = page.getByRole("dialog", { name: "Confirm that it is you" });
  await proof.getByLabel("Password").fill("a password of mine");
  await proof.getByRole("button", { name: "Confirm" }).click();
  const dialog = page.getByRole("dialog", { name: "Set up one-time codes" });
  await expect(dialog.getByRole("img", { name: /QR code/ })).toHaveAttribute("src", /^data:image\/svg\+xml,/);
  await expect(dialog.getByTestId("totp-secret")).toHaveText(SECRET.match(/.{4}/g)!.join(" "));
  await dialog.getByLabel("Code of the app").fill("000000");
  await dialog.getByRole("button", { name: "Switch on" }).click();
  await expect(dialog.getByText("The one-time code is wrong or has expired.", { exact: false })).toBeVisible();
  await dialog.getByLabel("Code of the app").fill(CODE);
  await dialog.getByRole("button", { name: "Switch on" }).click();
  const codes = page.getByRole("dialog", { name: "Recovery codes" });
  await expect(codes.getByRole("list").getByRole("listitem")).toHaveText(RECOVERY_CODES);
  const [download] = await Promise.all([page.waitForEvent("download"), codes.getByRole("button", { name: "Save as a file" }).click()]);
  const file = readFileSync(await download.path(), "utf8");
  for (const code of RECOVERY_CODES) expect(file).toContain(code);
  await expect(codes.getByRole("button", { name: "Done" })).toBeDisabled();
  await page.keyboard.press("Escape");
  await expect(codes).toBeVisible();
  await codes.getByRole("checkbox").check();
  await codes.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("button", { name: "New recovery codes" })).toBeVisible();
  expect(sent(api, "POST", "/me/totp")).toHaveLength(2);
});

test("leaving the proof does nothing and says no error; giving it goes on with what was asked", async ({ page }) => {
  const api = await MockApi.install(page);
  await page.goto("/settings/security");
  await page.getByRole("button", { name: "Switch one-time codes off" }).click();
  const ask = page.getByRole("dialog", { name: "Switch one-time codes off" });
  await expect(ask.getByRole("button", { name: "Cancel" })).toBeFocused();
  await ask.getByRole("button", { name: "Switch off" }).click();
  await page.getByRole("dialog", { name: "Confirm that it is you" }).getByRole("button", { name: "Cancel" }).click();
  await expect(ask).toBeVisible();
  await expect(ask.getByRole("alert")).toHaveCount(0);
  expect(api.settings.totpEnabled).toBe(true);
  await ask.getByRole("button", { name: "Switch off" }).click();
  const proof = page.getByRole("dialog", { name: "Confirm that it is you" });
  await expect(proof.getByLabel("One-time code")).toBeFocused();
  await proof.getByLabel("One-time code").fill("000000");
  await page.keyboard.press("Enter");
  await expect(proof.getByText("The one-time code is wrong or has expired.", { exact: false })).toBeVisible();
  await confirmWithCode(page);
  await expect(page.getByRole("button", { name: "Set up one-time codes" })).toBeVisible();
  expect(api.requests.filter(({ path }) => path === "/auth/step-up")).toHaveLength(2);
});

test("sessions are listed; one is ended, then all others", async ({ page }) => {
  const api = await MockApi.install(page);
  await page.goto("/settings/security");
  const sessions = page.getByRole("region", { name: "Sessions" });
  await expect(sessions.getByRole("listitem")).toHaveCount(3);
  await expect(sessions.getByRole("listitem").first()).toContainText("Chrome · Linux");
  await sessions.getByRole("button", { name: "End the session: Safari · iOS" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End", exact: true }).click();
  await expect(sessions.getByRole("listitem")).toHaveCount(2);
  await sessions.getByRole("button", { name: "End all others" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End 1 session" }).click();
  await expect(sessions.getByRole("listitem")).toHaveCount(1);
  expect(api.settings.devices).toHaveLength(1);
});

test("a new password needs the old one, and says when that is wrong", async ({ page }) => {
  await MockApi.install(page);
  await page.goto("/settings/security");
  const current = page.getByLabel("Current password");
  await current.fill("wrong");
  await page.getByLabel("New password").fill("four other words now");
  await page.getByRole("button", { name: "Change the password" }).click();
  await confirmWithCode(page);
  await expect(current).toHaveAccessibleDescription("The password is wrong.");
  await current.fill("the right one");
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByText("All other sessions were ended.", { exact: false })).toBeVisible();
  await expect(current).toHaveValue("");
});

test("without a key the page says how to make one; a key that may withdraw is refused at its field", async ({ page }) => {
  const api = await MockApi.install(page);
  api.settings.connections = [];
  await page.goto("/settings/exchanges");
  await expect(page.getByText("No exchange is connected yet")).toBeVisible();
  await expect(page.getByRole("region", { name: "How to make the key" })).toContainText("Demo Trading");
  await page.getByRole("button", { name: "Add a key" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a key" });
  await dialog.getByLabel("Name").fill("My demo account");
  await dialog.getByLabel("API key").fill("withdraws");
  await dialog.getByLabel("Secret").fill("very-secret");
  await dialog.getByRole("button", { name: "Test and add" }).click();
  await confirmWithCode(page);
  await expect(dialog.getByLabel("API key")).toHaveAccessibleDescription(/\S/);
  await dialog.getByLabel("API key").fill("tradesOnly");
  await dialog.getByRole("button", { name: "Test and add" }).click();
  await expect(page.getByRole("region", { name: "My demo account" })).toContainText("Works");
  expect(sent(api, "POST", "/exchanges").at(-1)!.body).toEqual({ exchange: "bybit", env: "demo", name: "My demo account", apiKey: "tradesOnly", secret: "very-secret" });
});

test("the secret's way is called encrypted only where it is", async ({ page, baseURL }) => {
  const secure = "https://app.botmarketplace.example";
  await page.route(`${secure}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    await route.fulfill({ response: await page.request.get(baseURL + pathname) });
  });
  await MockApi.install(page);
  for (const [origin, hint] of [
    [baseURL, /opened over plain http: the secret travels unencrypted/],
    [secure, /^It travels to the server encrypted/],
  ] as const) {
    await page.goto(`${origin}/settings/exchanges`);
    await page.getByRole("button", { name: "Add a key" }).click();
    await expect(page.getByRole("dialog").getByLabel("Secret")).toHaveAccessibleDescription(hint);
  }
});

test("keys show what they may do and what to put right; a real one is deleted by typing its name", async ({ page }) => {
  const api = await MockApi.install(page);
  await page.goto("/settings/exchanges");
  const demo = page.getByRole("region", { name: "Demo account of the team" });
  await expect(demo).toContainText("xQ3•••9fK");
  await expect(demo).toContainText("cannot move money out");
  await expect(demo).toContainText("works from any address");
  const name = api.settings.connections[1]!.name;
  const real = page.getByRole("region", { name });
  await expect(real).toContainText("REAL");
  await real.getByRole("button", { name: "Test", exact: true }).click();
  await expect(real).toContainText("Works");
  await real.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Delete the key" })).toBeDisabled();
  await dialog.getByRole("textbox").fill(name);
  await dialog.getByRole("button", { name: "Delete the key" }).click();
  await expect(real).toBeHidden();
});

test("an account without one-time codes is told to set them up before it fills in a key", async ({ page }) => {
  const api = await MockApi.install(page);
  api.settings.totpEnabled = false;
  await page.goto("/settings/exchanges");
  await expect(page.getByText("One-time codes come first")).toBeVisible();
  await expect(page.getByRole("button", { name: "Add a key" })).toHaveCount(0);
});

test("an admin invites, changes a role after a proof, and cannot leave the workspace without an admin", async ({ page }) => {
  const api = await MockApi.install(page);
  await page.goto("/settings/team");
  await page.getByRole("button", { name: "Invite" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite" });
  await dialog.getByLabel("E-mail").fill("new@example.com");
  await dialog.getByLabel("Role").selectOption("viewer");
  await dialog.getByRole("button", { name: "Send the invitation" }).click();
  await confirmWithCode(page);
  await expect(page.getByRole("region", { name: "Open invitations" })).toContainText("new@example.com");
  await page.getByLabel("Role of intern@botmarketplace.example").selectOption("trader");
  await expect.poll(() => api.settings.members[2]!.role).toBe("trader");
  await page.getByLabel("Role of Demo").selectOption("viewer");
  await expect(page.getByText("The workspace needs an admin.", { exact: false })).toBeVisible();
  await expect(page.getByLabel("Role of Demo")).toHaveValue("admin");
});

test("roles stand under each other, whatever the buttons beside them say", async ({ page }) => {
  await MockApi.install(page);
  for (const width of [390, 820, 1366]) {
    await page.setViewportSize({ width, height: 844 });
    await page.goto("/settings/team");
    const roles = page.getByLabel(/^Role of/);
    await expect(roles).toHaveCount(3);
    const lefts = await roles.evaluateAll((all) => all.map((role) => role.getBoundingClientRect().left));
    expect(new Set(lefts).size, `${width} px: ${lefts.join(", ")}`).toBe(1);
  }
});

test("who is no admin sees the team, but neither invitations nor the audit trail", async ({ page }) => {
  const api = await MockApi.install(page);
  api.settings.role = "viewer";
  await page.goto("/settings/team");
  await expect(page.getByRole("region", { name: "Members" }).getByRole("listitem")).toHaveCount(3);
  await expect(page.getByRole("button", { name: "Invite" })).toHaveCount(0);
  await expect(page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Audit" })).toHaveCount(0);
  await page.goto("/settings/audit");
  await expect(page.getByText("The audit trail is for administrators.")).toBeVisible();
  expect(sent(api, "GET", "/audit")).toHaveLength(0);
});

test("limits stay within what the platform allows, and say so at their field", async ({ page }) => {
  const api = await MockApi.install(page);
  await page.goto("/settings/workspace");
  await expect(page.getByRole("listitem").filter({ hasText: "Exchange keys" })).toContainText("2 of 2 · full");
  const runs = page.getByLabel("Active runs at most");
  await runs.fill("9");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(runs).toHaveAccessibleDescription("Choose a value from 1 to 5.");
  await runs.fill("3");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  expect(sent(api, "PATCH", "/workspace").at(-1)!.body).toEqual({ limits: { maxActiveRuns: 3 } });
});

test("the workspace is switched in the menu, and nothing of the other one stays", async ({ page }) => {
  const api = await MockApi.install(page);
  await page.goto("/settings/team");
  await page.getByRole("button", { name: "Account and appearance" }).click();
  await page.getByRole("menuitemradio", { name: /Вторая команда/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Bots" })).toBeVisible();
  await page.getByRole("button", { name: "Account and appearance" }).click();
  await expect(page.getByRole("menu")).toContainText("Вторая команда · viewer");
  expect(sent(api, "POST", "/auth/switch")).toHaveLength(1);
});

test("the audit trail is read, filtered, proved and kept", async ({ page }) => {
  const api = await MockApi.install(page);
  await page.goto("/settings/audit");
  const rows = page.getByRole("table").locator("tbody tr");
  await expect(rows).toHaveCount(50);
  await expect(rows.first()).toContainText("Logged in");
  await expect(page.getByText("newer.action").first()).toBeVisible();
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(rows).toHaveCount(73);
  await page.getByLabel("Kind").selectOption("member");
  await expect(rows).toHaveCount(9);
  await page.getByLabel("From (UTC)").fill("2027-01-01");
  await expect(page.getByText("No row fits the filters")).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(rows).toHaveCount(73);
  await expect(page.getByText("Intact")).toBeVisible();
  await expect(page.getByText("1 row not sealed yet")).toBeVisible();
  Object.assign(api.settings.verdict, { verdict: "broken", brokenAt: 41, reason: "row_changed" });
  await page.getByRole("button", { name: "Check again" }).click();
  await expect(page.getByText("Broken at 41")).toBeVisible();
  await expect(page.getByText("A sealed row was changed.", { exact: false })).toBeVisible();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save as a file" }).click()]);
  expect(readFileSync(await download.path(), "utf8").trim().split("\n")).toHaveLength(73);
});

test("one's data is taken along after a proof, and the account is erased by typing its address", async ({ page }) => {
  const api = await MockApi.install(page);
  await page.goto("/settings/data");
  const downloaded = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save my data" }).click();
  await confirmWithCode(page);
  expect((await downloaded).suggestedFilename()).toBe("botmarketplace-my-data.json");
  await page.getByRole("button", { name: "Erase my account" }).click();
  const dialog = page.getByRole("dialog", { name: "Have it forgotten" });
  await expect(dialog.getByRole("button", { name: "Erase for good" })).toBeDisabled();
  await dialog.getByRole("textbox").fill(session.user.email);
  await dialog.getByRole("button", { name: "Erase for good" }).click();
  await expect(page).toHaveURL(/\/login/);
  expect(sent(api, "POST", "/me/erase")).toHaveLength(1);
});
