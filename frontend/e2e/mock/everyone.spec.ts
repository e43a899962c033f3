import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { expect, test, type Page } from "@playwright/test";

import { OLD_RUN_ID, RUN_ID } from "./facts";
import { MockApi } from "./mockApi";

test.setTimeout(90_000);

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Rooms of the account and the workspace. */
const SETTINGS = ["profile", "security", "exchanges", "team", "workspace", "audit", "data"].map((room) => `/settings/${room}`);
const STRATEGY = "/factory/strategies/rsi-dip";
const SIGNED_OUT = ["/register", "/verify-email", "/forgot-password", "/reset-password", "/invitation"];

interface Violation {
  id: string;
  impact: string;
  nodes: { target: string[]; failureSummary: string }[];
}

async function seriousViolations(page: Page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: (context: Document, options: object) => Promise<{ violations: Violation[] }> } };
    const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
    return violations;
  });
  return found
    .filter((violation) => violation.impact === "serious" || violation.impact === "critical")
    .map((violation) => `${violation.id}: ${violation.nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary}`).join(" | ")}`);
}

async function open(page: Page, path: string) {
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.clock.runFor(1500);
  await page.waitForTimeout(300);
}

for (const scheme of ["dark", "light"] as const) {
  test(`no serious accessibility defect on any page, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    const api = await MockApi.install(page);
    api.startRun();
    for (const path of ["/factory/bots", STRATEGY, "/factory/runs", `/factory/runs/${RUN_ID}`, `/factory/runs/${OLD_RUN_ID}`, ...SETTINGS]) {
      await open(page, path);
      expect(await seriousViolations(page), path).toEqual([]);
    }
    await open(page, `/factory/runs/${RUN_ID}`);
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("dialog").waitFor();
    expect(await seriousViolations(page), "stop dialog").toEqual([]);
    api.endRun(api.runs[RUN_ID]!);
    await open(page, `/factory/runs/${RUN_ID}`);
    expect(await seriousViolations(page), "report").toEqual([]);
    await open(page, "/factory/bots");
    await page.getByRole("button", { name: /^Start RSI/ }).click();
    await page.getByText("2 × ATR(14)", { exact: false }).waitFor();
    expect(await seriousViolations(page), "start dialog").toEqual([]);
    api.loggedIn = false;
    for (const path of ["/login", ...SIGNED_OUT]) {
      await open(page, path);
      expect(await seriousViolations(page), path).toEqual([]);
    }
  });
}

for (const width of [320, 390, 1366]) {
  test(`no page scrolls sideways at ${width} px, in Russian`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await page.addInitScript(() => localStorage.setItem("bm.language", "ru"));
    const api = await MockApi.install(page);
    api.startRun();
    const fits = async (what: string) =>
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), what).toBeLessThanOrEqual(0);
    for (const path of ["/factory/bots", "/factory/runs", `/factory/runs/${RUN_ID}`]) {
      await open(page, path);
      await fits(path);
    }
    await page.getByRole("button", { name: "Остановить", exact: true }).click();
    await fits("stop dialog");
    const confirm = page.getByRole("button", { name: "Остановить и закрыть 0.015 BTC" });
    await expect(confirm).toBeInViewport();
    await confirm.click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Останавливается");
    api.endRun(api.runs[RUN_ID]!);
    await open(page, `/factory/runs/${RUN_ID}`);
    await fits("report");
  });
}

for (const width of [320, 1366]) {
  test(`no strategy and no room of the account or the workspace scrolls sideways at ${width} px, in Russian`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await page.addInitScript(() => localStorage.setItem("bm.language", "ru"));
    await MockApi.install(page);
    for (const path of [STRATEGY, ...SETTINGS, ...SIGNED_OUT]) {
      await open(page, path);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), path).toBeLessThanOrEqual(0);
    }
  });
}

test("the Russian page has no English left but names and ids", async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem("bm.language", "ru"));
  const api = await MockApi.install(page);
  api.startRun();
  for (const path of ["/factory/bots", "/factory/runs", `/factory/runs/${RUN_ID}`]) {
    await open(page, path);
    // What people and strategies are called is theirs.
    const text = (await page.locator("body").innerText()).replaceAll("EMA cross with a trailing stop and an hourly trend filter", "");
    expect(text.match(/\b(?:run|events?|order|position|status|loading|stop|start|filled|blocked)\b/gi), path).toBeNull();
    expect(text.match(/\b(?:events|problems|run|common|order|strategy|bots):[\w.]+/g), path).toBeNull();
  }
});

test("the keyboard reaches everything, with a ring to be seen", async ({ page }) => {
  const api = await MockApi.install(page);
  api.startRun();
  await open(page, `/factory/runs/${RUN_ID}`);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  const reached: string[] = [];
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      return {
        name: element.getAttribute("aria-label") ?? element.innerText.slice(0, 40),
        ring: element === document.body || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
        hidden: element !== document.body && (box.bottom < 0 || box.top > innerHeight),
      };
    });
    expect(now, now.name).toMatchObject({ ring: true, hidden: false });
    reached.push(now.name.trim());
  }
  for (const wanted of ["Stop all", "Stop", "View as table", "Kind of event", "Events"]) expect(reached).toContain(wanted);
});

test("targets are at least 24 px, lines in prose aside", async ({ page }) => {
  const api = await MockApi.install(page);
  api.startRun();
  for (const path of ["/factory/bots", STRATEGY, "/factory/runs", `/factory/runs/${RUN_ID}`, ...SETTINGS, ...SIGNED_OUT]) {
    await open(page, path);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("button, a[href], input, select, summary")]
        .filter((element) => element.checkVisibility() && !element.closest("label") && !element.classList.contains("sr-only"))
        .map((element) => ({ box: element.getBoundingClientRect(), name: element.outerHTML.slice(0, 120) }))
        .filter(({ box }) => box.width > 2 && (box.height < 24 || box.width < 24))
        .map(({ box, name }) => `${Math.round(box.width)}x${Math.round(box.height)} ${name}`),
    );
    expect(small, path).toEqual([]);
  }
});

test("theme and price colours are chosen in the menu and kept", async ({ page }) => {
  await MockApi.install(page);
  await open(page, "/factory/bots");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByRole("button", { name: "Account and appearance" }).click();
  await page.getByRole("menuitemradio", { name: "Light" }).click();
  await page.getByRole("menuitemradio", { name: "Blue and orange" }).click();
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await expect(page.locator("html")).toHaveAttribute("data-updown", "blue-orange");
});

test("nothing on any page or in any dialog needs a style or script beyond our own files", async ({ page }) => {
  const broken: string[] = [];
  page.on("console", (message) => /Content.Security.Policy/i.test(message.text()) && broken.push(message.text()));
  const api = await MockApi.install(page);
  api.settings.totpEnabled = false;
  api.settings.steppedUp = true;
  api.startRun();
  for (const path of ["/factory/bots", STRATEGY, `/factory/runs/${RUN_ID}`, ...SETTINGS]) await open(page, path);
  await page.getByRole("button", { name: "Account and appearance" }).click();
  await page.getByRole("menu").waitFor();
  await page.keyboard.press("Escape");
  await open(page, "/settings/security");
  await page.getByRole("button", { name: "Set up one-time codes" }).click();
  const picture = page.getByRole("img", { name: /QR code/ });
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  // The scroll lock holds without an inline style.
  expect(await page.evaluate(() => getComputedStyle(document.body).overflow)).toBe("hidden");
  expect(broken).toEqual([]);
});
