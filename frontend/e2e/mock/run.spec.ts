import { expect, test, type Page } from "@playwright/test";

import { OLD_RUN_ID, RUN_ID } from "./facts";
import { MockApi } from "./mockApi";

async function openRun(page: Page) {
  const api = await MockApi.install(page);
  const run = api.startRun();
  await page.goto(`/factory/runs/${RUN_ID}`);
  await expect(page.getByRole("heading", { level: 1, name: /RSI dip on Bitcoin/ })).toBeVisible();
  await expect(page.getByRole("log")).toContainText("Trading: entry under way → in position");
  return { api, run };
}

test("answers what is running, am I winning, what do I hold, is it protected", async ({ page }) => {
  await openRun(page);
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toContainText("DEMO");
  await expect(heading).toContainText("Running");
  const net = page.getByRole("group", { name: "Net profit and loss" });
  await expect(net).toContainText("+0.4317");
  await expect(net).toContainText("\u22121.2345");
  await expect(net).toContainText("USDT");
  await expect(page.getByRole("group", { name: "Position" })).toContainText(/Long 0\.015\s*BTC/);
  const protection = page.getByRole("group", { name: "Protection on the exchange" });
  await expect(protection).toContainText("46\u202f102.1");
  await expect(protection).toContainText("Applied on the exchange at 12:33:27 UTC");
  await expect(page.getByRole("progressbar", { name: "Time left" })).toHaveAttribute("aria-valuenow", /^(6[6-9]|7\d)$/);
  await expect(page.getByText("In position: waiting for stop loss", { exact: false })).toBeVisible();
});

test("events arrive by push, and the run is read again", async ({ page }) => {
  const { api, run } = await openRun(page);
  run.pnl.net = "-3.5";
  api.emit(RUN_ID, "trading_stop_set", "", { stopLoss: "46200", takeProfit: "47073.2" });
  await expect(page.getByRole("log")).toContainText("Protection seen on the exchange: SL 46\u202f200.0, TP 47\u202f073.2");
  await page.clock.runFor(500);
  await expect(page.getByRole("group", { name: "Net profit and loss" })).toContainText("\u22123.5000");
});

test("an event whose push was lost is fetched by its number", async ({ page }) => {
  const { api } = await openRun(page);
  api.emit(RUN_ID, "finding", "orphan_order", {}, { severity: "warning" }, false);
  api.emit(RUN_ID, "risk_blocked", "cooldown", { seconds: "5" });
  await expect(page.getByRole("log")).toContainText("pause after the last trade, 5 s left");
  await page.clock.runFor(1500);
  await expect(page.getByRole("log")).toContainText("An order of ours that no plan explains");
  await expect(page.getByText("32 events")).toBeVisible();
});

test("a broken push channel is said, mended and marked in the log", async ({ page }) => {
  const { api } = await openRun(page);
  await api.cutSocket();
  api.emit(RUN_ID, "finding", "orphan_order", {}, {}, false);
  await page.clock.runFor(3000);
  await expect(page.getByText("Live updates are interrupted.", { exact: false })).toBeVisible();
  // From here on the page waits for its next try until the button is pressed: its own timer would race the click.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 2000));
  await expect(page.getByText(/Attempt \d+, next in [1-9]\d* s/)).toBeVisible();
  api.allowSocket();
  await page.getByRole("button", { name: "Try now" }).click();
  await expect(page.getByText("Connection is back", { exact: false })).toBeVisible();
  await page.clock.runFor(1500);
  await expect(page.getByRole("log")).toContainText("An order of ours that no plan explains");
  await expect(page.getByRole("log")).toContainText("Push channel was away for");
});

test("the log is filtered, opened, and follows until the reader scrolls up", async ({ page }) => {
  const { api } = await openRun(page);
  const log = page.getByRole("log");
  await page.getByLabel("Severity").selectOption("warning");
  await expect(log.getByRole("group").locator("details")).toHaveCount(3);
  await page.getByLabel("Find in the text").fill("nothing like this");
  await expect(log).toContainText("No event matches the filter");
  await log.getByRole("button", { name: "Clear filters" }).click();
  await log.getByText("Exit filled: Sell 0.015", { exact: false }).click();
  await expect(log.locator("pre:visible")).toContainText('"execId": "e-2"');
  await log.evaluate((element) => (element.scrollTop = 0));
  api.emit(RUN_ID, "risk_blocked", "cooldown", { seconds: "1" });
  const news = page.getByRole("button", { name: "1 new" });
  await expect(news).toBeVisible();
  expect(await log.evaluate((element) => element.scrollTop)).toBe(0);
  await news.click();
  await expect(log.getByText("pause after the last trade, 1 s left", { exact: false })).toBeInViewport();
});

test("the machine shows where trading stands and the numbered way there", async ({ page }) => {
  await openRun(page);
  const machine = page.getByRole("region", { name: "Trading state" });
  await expect(machine).toContainText("Now: In position");
  await machine.getByText("8 steps taken").click();
  await expect(machine.getByRole("listitem")).toHaveCount(8);
  await expect(machine.getByRole("listitem").last()).toContainText("Entry under way → In position");
});

test("the chart has a name, a table and its attribution", async ({ page }) => {
  await openRun(page);
  const chart = page.getByRole("img", { name: /Candle chart BTCUSDT 1m: 240 candles/ });
  await expect(chart.locator("canvas").first()).toBeVisible();
  await expect(page.getByRole("link", { name: "Charts by TradingView" })).toHaveAttribute("href", "https://www.tradingview.com/");
  await page.getByRole("button", { name: "View as table" }).click();
  const fills = page.getByRole("table", { name: "Entries and exits" });
  await expect(fills.getByRole("row")).toHaveCount(4);
  await expect(fills).toContainText("46\u202f328.7");
});

test("stop: outcome chosen with its effect, sent once, stays stopping until it has stopped, then the report", async ({ page }) => {
  const { api, run } = await openRun(page);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Stop RSI dip on Bitcoin" });
  await expect(dialog.getByRole("button", { name: "Keep running" })).toBeFocused();
  await dialog.getByRole("radio", { name: /Keep the position/ }).check();
  await dialog.getByRole("button", { name: "Stop and keep 0.015 BTC" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Stopping");
  await expect(page.getByRole("button", { name: "Stopping" })).toBeDisabled();
  const sent = api.requests.filter((request) => request.path.endsWith("/stop"));
  expect(sent).toHaveLength(1);
  expect(sent[0]!.body).toEqual({ policy: "leave_protected" });
  expect(sent[0]!.headers["idempotency-key"]).toMatch(/^[0-9a-f]{32}$/);

  api.endRun(run);
  api.emit(RUN_ID, "run_ended", "stopped", { reason: "manual", net: "-0.30360381" });
  await page.clock.runFor(1500);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Stopped");
  const report = page.getByRole("region", { name: "Report" });
  await expect(report).toContainText("\u22120.3036");
  await expect(report).toContainText("Checked on the exchange: no position, no open order");
  await expect(page.getByRole("img", { name: /Net result from 12:33:00 to 12:34:55 UTC, at the end \u22120.3036 USDT/ })).toBeVisible();
  const trades = page.getByRole("table", { name: "Trades" });
  await expect(trades.getByRole("row")).toHaveCount(4);
  await expect(trades.getByRole("row").last()).toContainText("\u22121.5306");
});

test("a run without a trade says so instead of drawing zeros", async ({ page }) => {
  await MockApi.install(page);
  await page.goto(`/factory/runs/${OLD_RUN_ID}`);
  await expect(page.getByText("No trade was made")).toBeVisible();
  await expect(page.getByText("Nothing to draw")).toBeVisible();
  await expect(page.getByText("Winning trades").locator("..")).toContainText("—");
});

test("stop all names every run, wants a word for more than one, and reports each", async ({ page }) => {
  const { api } = await openRun(page);
  api.runs.second = { ...structuredClone(api.runs[RUN_ID]!), id: "second", botName: "Second bot", symbol: "1000PEPEUSDT" };
  await page.goto("/factory/runs");
  await expect(page.getByText("2 runs active")).toBeVisible();
  await page.getByRole("button", { name: "Stop all" }).click();
  const dialog = page.getByRole("dialog", { name: "Stop all runs" });
  await expect(dialog).toContainText("Second bot");
  const go = dialog.getByRole("button", { name: "Stop 2 runs" });
  await expect(go).toBeDisabled();
  await dialog.getByLabel("Type STOP to confirm").fill("stop");
  await go.click();
  await expect(dialog.getByText("Stop asked for: 2 of 2 runs")).toBeVisible();
  await expect(dialog.getByText("Stopping")).toHaveCount(2);
});

test("an error of one block leaves the rest of the page standing", async ({ page }) => {
  const api = await MockApi.install(page);
  api.startRun();
  api.answering("GET", /\/terminal\/candles$/, { status: 500, body: { code: "internal", requestId: "req-7" } });
  await page.goto(`/factory/runs/${RUN_ID}`);
  await page.clock.runFor(10_000);
  await expect(page.getByText("An error on our side; it has been recorded.")).toBeVisible();
  await expect(page.getByText("internal · req-7")).toBeVisible();
  await expect(page.getByRole("log")).toContainText("Trading: entry under way → in position");
});

test("values that are too old to pass for live say so, and the last known state stays", async ({ page }) => {
  const { api } = await openRun(page);
  api.answering("GET", /\/runs\/[0-9A-Z]{26}$/, "abort");
  await page.clock.runFor(30_000);
  const net = page.getByRole("group", { name: "Net profit and loss" });
  await expect(net).toContainText(/late: \d+ s old/);
  await expect(net).toContainText("+0.4317");
  await expect(page.getByText("The last known state is shown below; it may be out of date.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Stop", exact: true })).toBeEnabled();
});
