import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import type { Instrument, Report } from "@/api/types";
import { renderPage } from "@/testing/renderPage";

import { TradesTable } from "./TradesTable";

const instrument = { symbol: "BTCUSDT", baseCoin: "BTC", quoteCoin: "USDT", tickSize: "0.10", qtyStep: "0.001" } as Instrument;
const trade: Report["trades"][number] = {
  no: 2501,
  side: "Buy",
  qty: "0.015",
  entryPrice: "46411",
  entryAt: "2026-11-21T12:00:00.000Z",
  exitPrice: "46328.7",
  exitAt: "2026-11-21T12:01:00.000Z",
  exitReason: "stop_loss",
  grossPnl: "-1.2345",
  fees: "0.7651",
  netPnl: "-1.9996",
};

function totals(trades: number) {
  return { fees: "1.5306", netPnl: "-0.3036", counts: { trades } } as Report;
}

it("says that it lists the last of more trades, whose sums the last row has", async () => {
  await renderPage(<TradesTable trades={[trade]} instrument={instrument} totals={totals(2501)} />);
  expect(screen.getByRole("table", { name: "Trades: the last 1 of 2501. The sums below are of all." })).toBeVisible();
});

it("says nothing of the kind when it lists them all", async () => {
  await renderPage(<TradesTable trades={[trade]} instrument={instrument} totals={totals(1)} />);
  expect(screen.getByRole("table", { name: "Trades" })).toBeVisible();
});
