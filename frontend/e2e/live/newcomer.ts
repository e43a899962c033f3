import { expect, type Page } from "@playwright/test";

export interface Newcomer {
  email: string;
  password: string;
}

/** Somebody whom the installation has never seen. */
export const newcomer = (): Newcomer => ({ email: `newcomer-${Date.now()}@example.com`, password: "four unlikely words together" });

/** Registers, opens the letter in the local cloud's mailbox and follows its link: as a person would. */
export async function registerAndConfirm(page: Page, web: string, { email, password }: Newcomer) {
  await page.goto(`${web}/register`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Register" }).click();
  await expect(page.getByText("Check your mail")).toBeVisible();

  const link = page.getByRole("link", { name: /\/verify-email#token=/ });
  await expect(async () => {
    await page.goto(`${web}/mailbox?to=${encodeURIComponent(email)}`);
    await expect(link).toBeVisible({ timeout: 1000 });
  }).toPass();
  await link.click();
  await expect(page.getByText("The address is confirmed")).toBeVisible();
  // The token does not stay in the address bar.
  expect(new URL(page.url()).hash).toBe("");
}

/** Fills in and sends the login form that is shown. */
export async function logIn(page: Page, { email, password }: Newcomer, code?: string) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  if (code) await page.getByLabel("One-time code").fill(code);
  await page.getByRole("button", { name: "Log in" }).click();
}
