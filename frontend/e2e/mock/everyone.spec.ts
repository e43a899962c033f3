import { expect, test, type Page } from "@playwright/test";

import { accessibilityDefects, inBothThemes } from "./axe";
import { RUN_ID } from "./facts";
import { MockApi } from "./mockApi";
import { RUNS, SIGNED_IN, SIGNED_OUT } from "./pages";

// Each of these goes through all pages.
test.setTimeout(180_000);

const WIDTHS = [320, 390, 1366];

/** Lets the page draw what follows from something: its own clock goes on, and the browser gets its turn. */
async function settle(page: Page) {
  await page.clock.runFor(1500);
  await page.waitForTimeout(300);
}

async function open(page: Page, path: string) {
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await settle(page);
}

/** Goes through every page, in a session and out of it. */
async function throughAllPages(page: Page, api: MockApi, look: (path: string) => Promise<void>) {
  for (const path of SIGNED_IN) {
    await open(page, path);
    await look(path);
  }
  api.loggedIn = false;
  for (const path of SIGNED_OUT) {
    await open(page, path);
    await look(path);
  }
  api.loggedIn = true;
}

async function expectAccessible(page: Page, what: string) {
  await inBothThemes(page, async (scheme) => {
    const serious = (await accessibilityDefects(page)).filter((defect) => /^(serious|critical) /.test(defect));
    expect(serious, `${what}, ${scheme}`).toEqual([]);
  });
}

/** Targets are at least 24 px, lines in prose aside. */
async function expectTargetsLargeEnough(page: Page, what: string) {
  const small = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, a[href], input, select, summary")]
      .filter((element) => element.checkVisibility() && !element.closest("label") && !element.classList.contains("sr-only"))
      .map((element) => ({ box: element.getBoundingClientRect(), name: element.outerHTML.slice(0, 120) }))
      .filter(({ box }) => box.width > 2 && (box.height < 24 || box.width < 24))
      .map(({ box, name }) => `${Math.round(box.width)}x${Math.round(box.height)} ${name}`),
  );
  expect(small, what).toEqual([]);
}

test("no page has a serious accessibility defect, in either theme, or a target that is too small", async ({ page }) => {
  const api = await MockApi.install(page);
  api.startRun();
  await throughAllPages(page, api, async (path) => {
    await expectAccessible(page, path);
    await expectTargetsLargeEnough(page, path);
  });
});

test("no dialog and no report has a serious accessibility defect, in either theme", async ({ page }) => {
  const api = await MockApi.install(page);
  api.startRun();
  await open(page, `/factory/runs/${RUN_ID}`);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByRole("dialog").waitFor();
  await expectAccessible(page, "stop dialog");
  api.endRun(api.runs[RUN_ID]!);
  await open(page, `/factory/runs/${RUN_ID}`);
  await expectAccessible(page, "report");
  await open(page, "/factory/bots");
  await page.getByRole("button", { name: /^Start RSI/ }).click();
  await page.getByText("2 × ATR(14)", { exact: false }).waitFor();
  await expectAccessible(page, "start dialog");
});

/** At every width of the page, which is as wide as on a desk at the end. */
async function atEveryWidth(page: Page, look: (width: number) => Promise<void>) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 844 });
    await settle(page);
    await look(width);
  }
}

async function expectNoSidewaysScrolling(page: Page, what: string) {
  await atEveryWidth(page, async (width) => {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, `${what}, ${width} px`).toBeLessThanOrEqual(0);
  });
}

/** What people and strategies are called is theirs. */
const NAMES = "EMA cross with a trailing stop and an hourly trend filter";

async function expectNoEnglish(page: Page, what: string) {
  const text = (await page.locator("body").innerText()).replaceAll(NAMES, "");
  expect(text.match(/\b(?:run|events?|order|position|status|loading|stop|start|filled|blocked)\b/gi), what).toBeNull();
  expect(text.match(/\b(?:events|problems|run|common|order|strategy|bots):[\w.]+/g), what).toBeNull();
}

test("no page in Russian scrolls sideways at any width, and those of runs have no English left but names and ids", async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem("bm.language", "ru"));
  const api = await MockApi.install(page);
  api.startRun();
  await throughAllPages(page, api, async (path) => {
    await expectNoSidewaysScrolling(page, path);
    if (RUNS.includes(path)) await expectNoEnglish(page, path);
  });
});

test("no dialog and no report in Russian scrolls sideways at any width, and what confirms a stop is in view", async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem("bm.language", "ru"));
  const api = await MockApi.install(page);
  api.startRun();
  await open(page, `/factory/runs/${RUN_ID}`);
  await page.getByRole("button", { name: "Остановить", exact: true }).click();
  await expectNoSidewaysScrolling(page, "stop dialog");
  const confirm = page.getByRole("button", { name: "Остановить и закрыть 0.015 BTC" });
  await atEveryWidth(page, async () => expect(confirm).toBeInViewport());
  await confirm.click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Останавливается");
  api.endRun(api.runs[RUN_ID]!);
  await open(page, `/factory/runs/${RUN_ID}`);
  await expectNoSidewaysScrolling(page, "report");
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
