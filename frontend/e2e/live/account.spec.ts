import { expect, test, type Page } from "@playwright/test";

import { logIn, newcomer, registerAndConfirm } from "./newcomer";
import { endpoints } from "./stack";
import { Authenticator } from "./totp";

const stack = endpoints();
test.skip(stack === null, "no stack is running: start it with `make run`");

const PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1";

const bots = (page: Page) => page.getByRole("heading", { level: 1, name: "Bots" });
const stepUp = (page: Page) => page.getByRole("dialog", { name: "Confirm that it is you" });

async function signOut(page: Page) {
  await page.getByRole("button", { name: "Account and appearance" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Log in" })).toBeVisible();
}

/** Sets one-time codes up by the secret that the page shows; answers the app and the recovery codes. */
async function setUpCodes(page: Page, password: string) {
  await page.getByRole("button", { name: "Set up one-time codes" }).click();
  await stepUp(page).getByLabel("Password", { exact: true }).fill(password);
  await stepUp(page).getByRole("button", { name: "Confirm" }).click();
  const dialog = page.getByRole("dialog", { name: "Set up one-time codes" });
  await expect.poll(() => dialog.getByRole("img", { name: /QR code/ }).evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  const app = new Authenticator(await dialog.getByTestId("totp-secret").innerText());
  await dialog.getByLabel("Code of the app").fill(await app.code());
  await dialog.getByRole("button", { name: "Switch on" }).click();
  const recovery = await recoveryCodes(page);
  await expect(page.getByRole("button", { name: "New recovery codes" })).toBeVisible();
  return { app, recovery };
}

/** Reads the recovery codes that are shown, and says that they are kept. */
async function recoveryCodes(page: Page): Promise<string[]> {
  const dialog = page.getByRole("dialog", { name: "Recovery codes" });
  await expect(dialog.getByRole("listitem")).toHaveCount(10);
  const codes = await dialog.getByRole("listitem").allInnerTexts();
  await dialog.getByRole("checkbox").check();
  await dialog.getByRole("button", { name: "Done" }).click();
  return codes;
}

test("a newcomer confirms the address, sets one-time codes up, logs in with them, and ends a session elsewhere", async ({ page, browser }) => {
  const defects: string[] = [];
  page.on("pageerror", (error) => defects.push(String(error)));
  const web = process.env.BASE_URL ?? stack!.web;
  const person = newcomer();

  await registerAndConfirm(page, web, person);
  await page.getByRole("link", { name: "Go to the login page" }).click();
  await logIn(page, person);
  await expect(bots(page)).toBeVisible();
  await page.goto(`${web}/settings/profile`);
  await page.getByLabel("Name", { exact: true }).fill("A newcomer");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("A newcomer");

  await page.goto(`${web}/settings/security`);
  const { app, recovery } = await setUpCodes(page, person.password);

  await signOut(page);
  await logIn(page, person);
  const code = page.getByLabel("One-time code");
  await expect(code).toHaveAttribute("aria-invalid", "true");
  await expect(code).toBeFocused();
  await code.fill(await app.code());
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(bots(page)).toBeVisible();

  // The phone has lost the app: a recovery code lets it in.
  const phone = await (await browser.newContext({ userAgent: PHONE, locale: "en-GB" })).newPage();
  await phone.goto(`${web}/login`);
  await phone.getByRole("button", { name: "Lost the app? Use a recovery code" }).click();
  await phone.getByLabel("Recovery code").fill(recovery[0]!);
  await logIn(phone, person);
  await expect(bots(phone)).toBeVisible();

  await page.goto(`${web}/settings/security`);
  await page.getByRole("button", { name: "New recovery codes" }).click();
  await page.getByRole("dialog", { name: "New recovery codes" }).getByRole("button", { name: "Make new codes" }).click();
  await stepUp(page).getByLabel("One-time code").fill(await app.code());
  await stepUp(page).getByRole("button", { name: "Confirm" }).click();
  expect(await recoveryCodes(page)).not.toContain(recovery[1]);

  const sessions = page.getByRole("region", { name: "Sessions" });
  await expect(sessions.getByRole("listitem")).toHaveCount(2);
  await expect(sessions.getByRole("listitem").filter({ hasText: "this one" })).toContainText("Chrome");
  await sessions.getByRole("button", { name: "End the session: Safari · iOS" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End", exact: true }).click();
  await expect(sessions.getByRole("listitem")).toHaveCount(1);

  // Under the phone's open page the session is gone by its next request; the page stays and asks to log in again.
  await expect(phone.getByRole("dialog", { name: "Please log in again" })).toBeVisible();
  await phone.reload();
  await expect(phone.getByRole("heading", { level: 1, name: "Log in" })).toBeVisible();

  await signOut(page);
  await page.goto(`${web}/settings/security`);
  await expect(page.getByRole("heading", { level: 1, name: "Log in" })).toBeVisible();
  expect(defects).toEqual([]);
});
