import { expect, test, type Page } from "@playwright/test";

import { endpoints } from "./stack";
import { oneTimeCode } from "./totp";

const stack = endpoints();
test.skip(stack === null, "no stack is running: start it with `make run`");

async function logIn(page: Page) {
  await page.goto(process.env.BASE_URL ?? stack!.web);
  await page.getByLabel("E-mail").fill(stack!.email);
  await page.getByLabel("Password").fill(stack!.password);
  await page.getByLabel("One-time code").fill(oneTimeCode(stack!.totp_secret));
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Bots" })).toBeVisible();
}

test("a user starts a bot, watches it live, stops it and reads the report", async ({ page }) => {
  const folder = process.env.SCREENSHOTS;
  const shot = async (name: string) => folder && (await page.screenshot({ path: `${folder}/live-${name}.png`, fullPage: true }));
  const defects: string[] = [];
  page.on("pageerror", (error) => defects.push(String(error)));
  page.on("console", (message) => message.type() === "error" && defects.push(message.text()));

  await logIn(page);
  await shot("bots");
  await page.getByRole("button", { name: /^Start / }).first().click();
  await page.getByLabel("How long").fill("2");
  await page.getByRole("button", { name: "Start for 2 minutes" }).click();
  await expect(page).toHaveURL(/\/factory\/runs\/[0-9A-Z]{26}/);

  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toContainText("Running", { timeout: 45_000 });
  await expect(heading).toContainText("DEMO");
  await expect(page.getByText(/^Live/).first()).toBeVisible();
  const log = page.getByRole("log");
  await expect(log).toContainText("Run: starting → running");
  await expect(page.getByRole("img", { name: /Candle chart/ }).locator("canvas").first()).toBeVisible();

  const filled = await log
    .getByText("Entry filled:", { exact: false })
    .first()
    .waitFor({ timeout: 75_000 })
    .then(() => true)
    .catch(() => false);
  if (filled) await expect(log).toContainText("Protection seen on the exchange", { timeout: 10_000 });
  await shot("run");

  await page.getByRole("button", { name: "Stop", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Keep running" })).toBeFocused();
  await dialog.getByRole("button", { name: /^Stop (and close|the run)/ }).click();
  await expect(heading).toContainText("Stopped", { timeout: 20_000 });
  await expect(page.getByText("Checked on the exchange: no position, no open order")).toBeVisible({ timeout: 20_000 });
  await expect(log).toContainText("The run has been stopped (by hand)");
  await shot("report");

  // Nothing was lost: the log ends where the run itself says it ends.
  const numbers = await log.locator("details").evaluateAll((rows) => rows.map((row) => Number(row.id.replace("event-", ""))));
  expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
  expect(defects).toEqual([]);

  await page.getByRole("button", { name: "RU Русский" }).click();
  await expect(heading).toContainText("Остановлен");
  await shot("report-ru");
});
