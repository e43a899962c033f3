import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, expect, it, vi } from "vitest";

import type { Instrument, Run } from "@/api/types";
import { renderPage } from "@/testing/renderPage";

import { StopDialog } from "./StopDialog";

const instrument = { symbol: "BTCUSDT", baseCoin: "BTC", quoteCoin: "USDT", tickSize: "0.10", qtyStep: "0.001" } as Instrument;

const run = {
  id: "R1",
  botName: "Bot",
  symbol: "BTCUSDT",
  status: "running",
  position: { side: "Buy", qty: "0.015", entryPrice: "46377.5", stopLoss: "46102.1", takeProfit: "47073.2", protected: false, protectedAt: null, openedAt: "2026-11-21T12:00:00Z" },
} as Run;

afterEach(() => vi.unstubAllGlobals());

it("says for each outcome what it means in numbers, and starts on the harmless button", async () => {
  await renderPage(<StopDialog run={run} instrument={instrument} open onOpenChange={() => undefined} />);
  expect(screen.getByRole("button", { name: "Keep running" })).toHaveFocus();
  expect(screen.getByText(/Long 0.015 BTC stays open without the bot. SL 46\s102\.1 and TP 47\s073\.2/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Stop and close 0.015 BTC" })).toBeVisible();
});

it("warns when the position is to be left without confirmed stops", async () => {
  await renderPage(<StopDialog run={run} instrument={instrument} open onOpenChange={() => undefined} />);
  await userEvent.click(screen.getByRole("radio", { name: /Keep the position/ }));
  expect(screen.getByText(/has not confirmed the stops/)).toBeVisible();
});

it("sends the chosen policy once, whatever is pressed meanwhile", async () => {
  const sent: string[] = [];
  vi.stubGlobal("fetch", (url: URL, init: RequestInit) => {
    sent.push(`${url.pathname} ${init.body as string}`);
    return new Promise<Response>(() => undefined);
  });
  await renderPage(<StopDialog run={run} instrument={instrument} open onOpenChange={() => undefined} />);
  await userEvent.click(screen.getByRole("radio", { name: /Only cancel entry/ }));
  const button = screen.getByRole("button", { name: "Stop and cancel entries" });
  await userEvent.click(button);
  await userEvent.click(button);
  expect(sent).toEqual(['/api/v1/runs/R1/stop {"policy":"cancel_entries_only"}']);
});

it("has no accessibility defect, in Russian as well", async () => {
  await renderPage(<StopDialog run={run} instrument={instrument} open onOpenChange={() => undefined} />, "ru");
  // Contrast needs real pixels: the browser tests check it.
  const found = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  expect(found.violations).toEqual([]);
});
