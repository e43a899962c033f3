import { expect, it } from "vitest";

import type { Candle, Fill } from "@/api/types";

import { candleOf, marksFromFills } from "./marks";

const fill = (at: string, more: Partial<Fill> = {}): Fill => ({
  execId: at,
  orderId: "o",
  orderLinkId: "l",
  symbol: "BTCUSDT",
  intentId: "1",
  side: "Buy",
  type: "Trade",
  qty: "1",
  price: "2",
  fee: "0",
  exitReason: "",
  at,
  ...more,
});

it("tells entries from exits and leaves funding out", () => {
  const marks = marksFromFills([
    fill("2026-11-21T12:02:00.000Z", { side: "Sell", exitReason: "stop_loss" }),
    fill("2026-11-21T12:01:30.000Z", { type: "Funding" }),
    fill("2026-11-21T12:01:00.000Z"),
  ]);
  expect(marks.map((mark) => [mark.kind, mark.side])).toEqual([
    ["entry", "Buy"],
    ["exit", "Sell"],
  ]);
});

it("puts a mark on the candle that contains it", () => {
  const candle = (openTime: number): Candle => ({ openTime, open: "1", high: "1", low: "1", close: "1", volume: "0" });
  const candles = [candle(60_000), candle(120_000)];
  expect(candleOf(candles, 59_999)).toBeNull();
  expect(candleOf(candles, 119_999)).toBe(60_000);
  expect(candleOf(candles, 500_000)).toBe(120_000);
});
