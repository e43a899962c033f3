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

/** Entries and exits in order of time. A fill that does not say which it is, is an exit if a position is open against it. */
export function marksFromFills(fills: Fill[]): Mark[] {
  const sorted = fills
    .map((fill) => ({ ...fill, ms: timeOf(fill) }))
    .filter((fill) => Number.isFinite(fill.ms))
    .sort((a, b) => a.ms - b.ms);
  let open: Side | null = null;
  return sorted.map((fill) => {
    const kind: Mark["kind"] = fill.kind === "entry" || fill.kind === "exit" ? fill.kind : open !== null && open !== fill.side ? "exit" : "entry";
    open = kind === "entry" ? fill.side : null;
    return { at: fill.ms, side: fill.side, kind, qty: fill.qty, price: fill.price };
  });
}

function timeOf(fill: Fill): number {
  const time = fill.at ?? fill.time ?? Number.NaN;
  return typeof time === "number" ? time : Date.parse(time);
}

/** The same from a report, for a run whose fills are no longer asked for. */
export function marksFromTrades(trades: Trade[]): Mark[] {
  return trades
    .flatMap((trade): Mark[] => [
      { at: Date.parse(trade.entryAt), side: trade.side, kind: "entry", qty: trade.qty, price: trade.entryPrice },
      { at: Date.parse(trade.exitAt), side: trade.side === "Buy" ? "Sell" : "Buy", kind: "exit", qty: trade.qty, price: trade.exitPrice },
    ])
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
