import type { Run, RunEvent } from "@/api/types";

/** A moment on our clock and on the market's, both milliseconds UTC. */
interface Anchor {
  ours: number;
  market: number;
}

const MINUTES: Record<string, number> = { "1m": 1, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "4h": 240, "1d": 1440 };
/** Two clocks that are this close are one: the exchange's. */
const ONE_CLOCK_MS = 86_400_000;

/**
 * From our clock to the market's. They are the same on an exchange; a recorded market is replayed on a clock of its own,
 * faster than ours. Then each judged bar ties the two together: it was judged just after it had closed. Between such
 * moments the market's clock runs evenly.
 */
export function marketClock(run: Pick<Run, "timeframe" | "lastBar" | "lastTickAt">, events: RunEvent[]): (ours: number) => number {
  const barMs = (MINUTES[run.timeframe] ?? 1) * 60_000;
  const anchors = anchorsOf(run, events, barMs);
  const first = anchors[0];
  const last = anchors.at(-1);
  if (!first || !last || Math.abs(first.market - first.ours) < ONE_CLOCK_MS) return (ours) => ours;
  const speed = last.ours > first.ours ? (last.market - first.market) / (last.ours - first.ours) : 1;
  return (ours) => {
    const before = anchors.findLast((anchor) => anchor.ours <= ours);
    const after = anchors.find((anchor) => anchor.ours > ours);
    if (before && after) return before.market + ((ours - before.ours) * (after.market - before.market)) / (after.ours - before.ours);
    const nearest = before ?? after ?? first;
    return nearest.market + (ours - nearest.ours) * speed;
  };
}

function anchorsOf(run: Pick<Run, "lastBar" | "lastTickAt">, events: RunEvent[], barMs: number): Anchor[] {
  const anchors: Anchor[] = events.flatMap((event) => {
    const open = event.type === "signal_generated" ? event.data.openTimeMs : null;
    return typeof open === "number" ? [{ ours: Date.parse(event.at), market: open + barMs }] : [];
  });
  if (run.lastBar && run.lastTickAt) anchors.push({ ours: Date.parse(run.lastTickAt), market: run.lastBar.openTime + barMs });
  anchors.sort((a, b) => a.ours - b.ours);
  return anchors.filter((anchor, index) => index === 0 || (anchor.ours > anchors[index - 1]!.ours && anchor.market > anchors[index - 1]!.market));
}
