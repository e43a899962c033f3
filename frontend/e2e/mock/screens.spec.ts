import { mkdirSync } from "node:fs";

import { test, type Page } from "@playwright/test";

import { iso, OLD_RUN_ID, RUN_ID } from "./facts";
import { MockApi } from "./mockApi";

/** Pictures for the eye, not for comparison: `SCREENSHOTS=/tmp/screens npm run e2e -- screens`. */
const folder = process.env.SCREENSHOTS;
test.setTimeout(180_000);
test.skip(!folder, "SCREENSHOTS names the folder to write to");

const LOOKS = [
  { name: "en-dark-1366", language: "en", scheme: "dark", width: 1366, height: 900 },
  { name: "ru-light-1366", language: "ru", scheme: "light", width: 1366, height: 900 },
  { name: "ru-dark-390", language: "ru", scheme: "dark", width: 390, height: 844 },
  { name: "en-dark-1920", language: "en", scheme: "dark", width: 1920, height: 1080 },
] as const;

for (const look of LOOKS) {
  test(`pictures ${look.name}`, async ({ page }) => {
    mkdirSync(folder!, { recursive: true });
    await page.setViewportSize({ width: look.width, height: look.height });
    await page.emulateMedia({ colorScheme: look.scheme });
    await page.addInitScript((language) => localStorage.setItem("bm.language", language), look.language);
    const shot = (name: string, fullPage = true) => page.screenshot({ path: `${folder}/${look.name}-${name}.png`, fullPage });

    const out = await MockApi.install(page, { loggedIn: false });
    await page.goto("/login");
    await page.waitForTimeout(300);
    await shot("login");
    for (const path of ["register", "forgot-password"]) {
      await settle(page, `/${path}`);
      await shot(path);
    }
    out.loggedIn = true;
    await page.addInitScript(() => localStorage.setItem("bm.csrf", "csrf-1"));
    for (const room of ["profile", "security", "exchanges", "team", "workspace", "audit", "data"]) {
      await settle(page, `/settings/${room}`);
      await shot(`settings-${room}`);
    }
    await settle(page, "/settings/exchanges");
    await page.getByRole("button", { name: /^(Add a key|Добавить ключ)$/ }).click();
    await page.waitForTimeout(400);
    await shot("settings-key", false);
    await page.keyboard.press("Escape");
    out.settings.totpEnabled = false;
    out.settings.steppedUp = true;
    await settle(page, "/settings/security");
    await page.getByRole("button", { name: /^(Set up one-time codes|Настроить одноразовые коды)$/ }).click();
    await page.waitForTimeout(400);
    await shot("settings-totp", false);
    await page.getByRole("dialog").getByRole("textbox").fill("123456");
    await page.keyboard.press("Enter");
    await page.waitForTimeout(400);
    await shot("settings-codes", false);
    out.settings.totpEnabled = true;
    await settle(page, "/factory/bots");
    await shot("bots");
    await page.getByRole("listitem").first().getByRole("button").click();
    await page.waitForTimeout(400);
    await shot("start", false);
    await page.keyboard.press("Escape");
    await settle(page, "/factory/strategies/rsi-dip");
    await shot("strategy-without-signals");
    out.strategy.spec.entry.long = { type: "external" };
    out.settings.steppedUp = true;
    await settle(page, "/factory/strategies/rsi-dip");
    await page.getByRole("button", { name: /^(Make the secret|Создать секрет)$/ }).click();
    await page.getByTestId("webhook-secret").waitFor();
    await shot("strategy-secret", false);
    const run = out.startRun();
    Object.assign(out.webhook, { lastSignalAt: iso(-42_000), lastEventId: "1795264454-long" });
    await settle(page, "/factory/strategies/rsi-dip");
    await shot("strategy");
    await page.getByRole("button", { name: /^(Make a new secret|Создать новый секрет)$/ }).click();
    await page.waitForTimeout(400);
    await shot("strategy-renew", false);
    await page.keyboard.press("Escape");
    await settle(page, "/factory/runs");
    await shot("runs");
    await settle(page, `/factory/runs/${RUN_ID}`);
    await shot("run");
    await page.getByRole("button", { name: look.language === "ru" ? "Остановить" : "Stop", exact: true }).click();
    await page.waitForTimeout(300);
    await shot("stop", false);
    await page.keyboard.press("Escape");
    out.endRun(run);
    await settle(page, `/factory/runs/${RUN_ID}`);
    await shot("report");
    await settle(page, `/factory/runs/${OLD_RUN_ID}`);
    await shot("report-empty");
  });
}

async function settle(page: Page, path: string) {
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.clock.runFor(1500);
  await page.waitForTimeout(700);
}
