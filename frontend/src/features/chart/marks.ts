import type { Candle, Fill, Side, Trade } from "@/api/types";

/** A fill as the chart shows it. */
export interface Mark {
  /** Milliseconds UTC. */
  at: number;
  side: Side;
  kind: "entry" | "exit";
  qty: string;
  price: string;
}

/** Entries and exits in order of time. Funding and the like are money, not a change of the position. */
export function marksFromFills(fills: Fill[]): Mark[] {
  return fills
    .filter((fill) => fill.type !== "Funding" && fill.type !== "Settle")
    .map((fill): Mark => ({ at: Date.parse(fill.at), side: fill.side, kind: fill.exitReason ? "exit" : "entry", qty: fill.qty, price: fill.price }))
    .sort((a, b) => a.at - b.at);
}

/** The same from a report, for a run whose fills are no longer asked for. */
export function marksFromTrades(trades: Trade[]): Mark[] {
  return trades
    .flatMap((trade): Mark[] => {
      const entry: Mark = { at: Date.parse(trade.entryAt), side: trade.side, kind: "entry", qty: trade.qty, price: trade.entryPrice };
      if (trade.exitAt === null || trade.exitPrice === null) return [entry];
      return [entry, { at: Date.parse(trade.exitAt), side: trade.side === "Buy" ? "Sell" : "Buy", kind: "exit", qty: trade.qty, price: trade.exitPrice }];
    })
    .sort((a, b) => a.at - b.at);
}

/** The opening time of the candle that a moment belongs to; null when the chart does not reach that far back. */
export function candleOf(candles: Candle[], at: number): number | null {
  let found: number | null = null;
  for (const candle of candles) {
    if (candle.openTime > at) break;
    found = candle.openTime;
  }
  return found;
}
