import { expect, test } from "@playwright/test";

import { RUN_ID } from "./facts";
import { MockApi } from "./mockApi";
import { SIGNED_IN, SIGNED_OUT } from "./pages";
import { expectIntruderRefused, watchPolicy } from "./policy";

test("the policy is strict: no inline code or style, nothing from elsewhere, no frame around the page", async ({ page }) => {
  await MockApi.install(page);
  const answer = await page.goto("/factory/bots");
  const headers = answer!.headers();
  const policy = headers["content-security-policy"]!;

  expect(policy).not.toContain("unsafe");
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(headers["referrer-policy"]).toBe("no-referrer");
  expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
});

test("a script that gets into the page is not run", async ({ page }) => {
  const violations = await watchPolicy(page);
  await MockApi.install(page);
  await page.goto("/factory/bots");
  await page.getByRole("heading", { level: 1 }).waitFor();

  await expectIntruderRefused(page, violations);
});

test("no page, dialog, menu or chart breaks the policy", async ({ page }) => {
  test.setTimeout(90_000);
  const violations = await watchPolicy(page);
  const api = await MockApi.install(page);
  api.startRun();
  for (const path of [...SIGNED_OUT, ...SIGNED_IN]) {
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.clock.runFor(1500);
  }
  await page.locator("canvas").first().waitFor();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Account and appearance" }).click();
  await page.getByRole("menu").waitFor();
  await page.keyboard.press("Escape");
  api.endRun(api.runs[RUN_ID]!);
  await page.goto(`/factory/runs/${RUN_ID}`);
  await page.getByRole("heading", { level: 1 }).waitFor();

  expect(violations).toEqual([]);
});

test("the picture of a secret is drawn and the page behind a dialog does not scroll, without a style of their own", async ({ page }) => {
  const violations = await watchPolicy(page);
  const api = await MockApi.install(page);
  api.settings.totpEnabled = false;
  api.settings.steppedUp = true;
  await page.goto("/settings/security");
  await page.getByRole("button", { name: "Set up one-time codes" }).click();
  const picture = page.getByRole("img", { name: /QR code/ });
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);

  expect(await page.evaluate(() => getComputedStyle(document.body).overflow)).toBe("hidden");
  expect(violations).toEqual([]);
});
