import { expect, test, type Page } from "@playwright/test";

import { CODE, iso, RUN_ID } from "./facts";
import { MockApi, problem } from "./mockApi";
import { WEBHOOK_SECRETS } from "./mockWebhook";

const PATH = "/factory/strategies/rsi-dip";
const made = (api: MockApi) => api.requests.filter(({ method, path }) => method === "POST" && path === "/strategies/rsi-dip/webhook-secret");
const panel = (page: Page) => page.getByRole("region", { name: "Signals from outside" });

/** A strategy that waits for signals to go long. */
async function install(page: Page): Promise<MockApi> {
  const api = await MockApi.install(page);
  api.strategy.spec.entry.long = { type: "all", conditions: [{ type: "external" }, { type: "crossover" }] };
  return api;
}

async function confirmWithCode(page: Page) {
  const dialog = page.getByRole("dialog", { name: "Confirm that it is you" });
  await dialog.getByLabel("One-time code").fill(CODE);
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await expect(dialog).toBeHidden();
}

test("from a bot one comes to its strategy, which says where signals go and that none is taken yet", async ({ page }) => {
  await install(page);
  await page.goto("/factory/bots");
  await page.getByRole("link", { name: "RSI dip, version 1", exact: true }).click();
  await expect(page).toHaveURL(PATH);
  await expect(page.getByRole("heading", { level: 1, name: "RSI dip" })).toBeVisible();
  await expect(panel(page)).toContainText(`POST ${new URL(page.url()).origin}/api/v1/signals/rsi-dip`);
  await expect(panel(page)).toContainText("No secret yet");
  await expect(panel(page)).toContainText("Not made yet: every signal is refused.");
  await expect(panel(page)).toContainText("None has come yet.");
  await expect(panel(page)).toContainText("None: a signal sent now is accepted and reaches nobody.");
  await expect(panel(page).getByRole("definition").filter({ hasText: /^Long$/ })).toBeVisible();
  await expect(panel(page).getByText("takes no signals", { exact: false })).toHaveCount(0);
});

test("the first secret needs a proof, is shown once and is kept nowhere", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const api = await install(page);
  await page.goto(PATH);
  await panel(page).getByRole("button", { name: "Make the secret" }).click();
  await confirmWithCode(page);
  const dialog = page.getByRole("dialog", { name: "The secret of the webhook" });
  await expect(dialog.getByTestId("webhook-secret")).toHaveText(WEBHOOK_SECRETS[0]!);
  await expect(dialog).toContainText("Whoever has it can open positions");
  await dialog.getByRole("button", { name: "Copy the secret" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(WEBHOOK_SECRETS[0]);
  // Not by a slip of the finger: it cannot be seen again.
  await expect(dialog.getByRole("button", { name: "Done" })).toBeDisabled();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeVisible();
  await dialog.getByRole("checkbox").check();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(dialog).toBeHidden();
  await expect(panel(page)).toContainText("Number 1, made on");
  await expect(panel(page)).toContainText("Secret made");
  expect(made(api)).toHaveLength(2);
  expect(await page.content()).not.toContain(WEBHOOK_SECRETS[0]);
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(stored).not.toContain(WEBHOOK_SECRETS[0]);
});

test("renewing says that the old secret stops, and does nothing when it is left", async ({ page }) => {
  const api = await install(page);
  api.settings.steppedUp = true;
  Object.assign(api.webhook, { version: 1, rotatedAt: iso(-86_400_000) });
  await page.goto(PATH);
  const renew = panel(page).getByRole("button", { name: "Make a new secret" });
  await renew.focus();
  await page.keyboard.press("Enter");
  const ask = page.getByRole("dialog", { name: "New secret for RSI dip" });
  await expect(ask).toContainText("The secret in use stops working at once");
  await expect(ask.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(renew).toBeFocused();
  expect(made(api)).toHaveLength(0);
  await renew.click();
  await ask.getByRole("button", { name: "Make a new secret" }).click();
  await expect(page.getByTestId("webhook-secret")).toHaveText(WEBHOOK_SECRETS[1]!);
  await expect(ask).toBeHidden();
});

test("what the API refuses is said where it was asked for", async ({ page }) => {
  const api = await install(page);
  api.answering("POST", /webhook-secret$/, problem(409, "conflict.version", "newer"), 1);
  await page.goto(PATH);
  await panel(page).getByRole("button", { name: "Make the secret" }).click();
  await expect(panel(page).getByRole("alert")).toContainText("Somebody saved a newer version meanwhile.");
});

test("a signal that comes is seen without a reload, and so is whom the next one reaches", async ({ page }) => {
  const api = await install(page);
  Object.assign(api.webhook, { version: 1, rotatedAt: iso(-86_400_000) });
  await page.goto(PATH);
  await expect(panel(page)).toContainText("None has come yet.");
  api.startRun();
  Object.assign(api.webhook, { lastSignalAt: iso(-1000), lastEventId: "1795264495-long" });
  await page.clock.runFor(11_000);
  await expect(panel(page)).toContainText("1795264495-long");
  await panel(page).getByRole("link", { name: "RSI dip on Bitcoin" }).click();
  await expect(page).toHaveURL(`/factory/runs/${RUN_ID}`);
});

test("the example is for this strategy, in two languages, and is copied whole", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await install(page);
  await page.goto(PATH);
  const url = `${new URL(page.url()).origin}/api/v1/signals/rsi-dip`;
  const shell = page.getByRole("region", { name: "Example in curl + openssl" });
  await expect(shell).toContainText(`url='${url}'`);
  await expect(shell).toContainText('"side":"long"');
  await page.getByRole("button", { name: "Python", exact: true }).click();
  await expect(page.getByRole("button", { name: "Python", exact: true })).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("region", { name: "Example in Python" })).toContainText(`url = "${url}"`);
  await page.getByRole("button", { name: "Copy the example" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^import hashlib[^]*urlopen\(Request\(url, body, headers\)\)[^]*\n$/);
});

test("a strategy that decides by itself says that it takes no signals", async ({ page }) => {
  await MockApi.install(page);
  await page.goto(PATH);
  await expect(panel(page)).toContainText("Version 1 takes no signals");
  await expect(panel(page)).toContainText("nothing from outside");
});

test("a viewer sees the webhook and no button", async ({ page }) => {
  const api = await install(page);
  api.settings.role = "viewer";
  await page.goto(PATH);
  await expect(panel(page)).toContainText("Traders and administrators make the secret.");
  await expect(panel(page).getByRole("button", { name: /secret$/ })).toHaveCount(0);
});

test("a webhook that cannot be read, and a strategy that is not there, are said and tried again", async ({ page }) => {
  const api = await install(page);
  api.answering("GET", /\/webhook$/, problem(500, "internal", "defect"), 4);
  await page.goto(PATH);
  await page.clock.runFor(20_000);
  await expect(panel(page).getByRole("alert")).toBeVisible();
  await panel(page).getByRole("button", { name: "Try again" }).click();
  await expect(panel(page)).toContainText("No secret yet");
  api.answering("GET", /\/strategies\/gone$/, problem(404, "not_found", "there is no such strategy"));
  await page.goto("/factory/strategies/gone");
  await expect(page.getByRole("main").getByRole("alert")).toContainText("There is no such thing");
});
