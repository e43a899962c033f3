import { expect, it } from "vitest";

import type { Run, RunEvent } from "@/api/types";

import { marketClock } from "./marketTime";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, seconds)).toISOString();
const ours = (seconds: number) => Date.parse(at(seconds));
const RECORDED = Date.UTC(2022, 0, 2, 1, 0);

const signal = (seconds: number, openTimeMs: number) => ({ type: "signal_generated", at: at(seconds), data: { openTimeMs } }) as unknown as RunEvent;
const run = (lastBar: number, seconds: number) =>
  ({ timeframe: "1m", lastBar: { openTime: lastBar, signal: null, reasons: [] }, lastTickAt: at(seconds) }) as Pick<Run, "timeframe" | "lastBar" | "lastTickAt">;

it("is our clock when the market keeps the same time", () => {
  const clock = marketClock(run(ours(0) - 60_000, 0), [signal(-60, ours(-120))]);
  expect(clock(ours(-30))).toBe(ours(-30));
});

it("puts a fill beside the bar whose signal led to it in a replayed market", () => {
  const clock = marketClock(run(RECORDED + 60 * 60_000, 61), [signal(1, RECORDED)]);
  expect(clock(ours(1))).toBe(RECORDED + 60_000);
  expect(clock(ours(31))).toBe(RECORDED + 31 * 60_000);
  expect(clock(ours(62))).toBe(RECORDED + 62 * 60_000);
});
