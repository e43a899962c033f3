import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import { hasEnded, type Bot, type Candles, type Fill, type Instrument, type KillSwitch, type Page, type Report, type Run, type Strategy } from "./types";

/** How often a live run is read again. Events push sooner; this is what notices that a push was lost. */
const LIVE_RUN_MS = 5000;
/** Candles change between events as well. */
const LIVE_CANDLES_MS = 3000;
/** Enough to look back on a run of a day on bars of a few minutes; the API gives no more. */
const CANDLES = 1000;
const LISTS_MS = 10_000;

export const keys = {
  bots: ["bots"] as const,
  runs: ["runs"] as const,
  run: (id: string) => ["run", id] as const,
  events: (id: string) => ["run", id, "events"] as const,
  fills: (id: string) => ["run", id, "fills"] as const,
  report: (id: string) => ["run", id, "report"] as const,
  killSwitch: ["kill-switch"] as const,
  candles: (symbol: string, interval: string) => ["candles", symbol, interval] as const,
};

export const botsQuery = queryOptions({
  queryKey: keys.bots,
  queryFn: ({ signal }) => call<Page<Bot>>("GET", "/bots", { signal }).then((page) => page.items),
  refetchInterval: LISTS_MS,
});

export const runsQuery = (status?: "active" | "ended") =>
  queryOptions({
    queryKey: [...keys.runs, status ?? "all"],
    queryFn: ({ signal }) => call<Page<Run>>("GET", "/runs", { signal, query: { status, limit: 50 } }),
    refetchInterval: LISTS_MS,
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: keys.run(id),
    queryFn: ({ signal }) => call<Run>("GET", `/runs/${id}`, { signal }),
    refetchInterval: (query) => (query.state.data && hasEnded(query.state.data) ? false : LIVE_RUN_MS),
  });

export const killSwitchQuery = queryOptions({
  queryKey: keys.killSwitch,
  queryFn: ({ signal }) => call<KillSwitch>("GET", "/kill-switch", { signal }),
  refetchInterval: LISTS_MS,
});

export const fillsQuery = (id: string) =>
  queryOptions({
    queryKey: keys.fills(id),
    queryFn: ({ signal }) => call<Page<Fill>>("GET", `/runs/${id}/fills`, { signal }).then((page) => page.items),
  });

export const reportQuery = (id: string) =>
  queryOptions({
    queryKey: keys.report(id),
    queryFn: ({ signal }) => call<Report>("GET", `/runs/${id}/report`, { signal }),
    staleTime: Infinity,
    // The report is written a moment after the run has ended.
    retry: 10,
    retryDelay: 1000,
  });

export const candlesQuery = (symbol: string, interval: string, live: boolean) =>
  queryOptions({
    queryKey: keys.candles(symbol, interval),
    queryFn: ({ signal }) => call<Candles>("GET", "/terminal/candles", { signal, query: { symbol, interval, limit: CANDLES } }),
    refetchInterval: live ? LIVE_CANDLES_MS : false,
  });

export const instrumentQuery = (symbol: string) =>
  queryOptions({
    queryKey: ["instrument", symbol],
    queryFn: ({ signal }) => call<Instrument>("GET", `/instruments/${symbol}`, { signal }),
    staleTime: 60 * 60_000,
  });

export const strategyQuery = (id: string) =>
  queryOptions({
    queryKey: ["strategy", id],
    queryFn: ({ signal }) => call<Strategy>("GET", `/strategies/${id}`, { signal }),
  });

/** The version a bot points at: versions never change, so neither does the answer. */
export const strategyVersionQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ["strategy", id, version],
    queryFn: async ({ signal }) => {
      const newest = await call<Strategy>("GET", `/strategies/${id}`, { signal });
      if (newest.version === version) return newest;
      const versions = await call<Page<Strategy>>("GET", `/strategies/${id}/versions`, { signal });
      return versions.items.find((item) => item.version === version) ?? Promise.reject(new Error("version not found"));
    },
    staleTime: Infinity,
  });
