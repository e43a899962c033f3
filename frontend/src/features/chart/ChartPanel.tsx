import { useQuery } from "@tanstack/react-query";
import { CandlestickChart, ChartCandlestick, Table2 } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { candlesQuery, fillsQuery } from "@/api/queries";
import { hasEnded, type Candle, type Instrument, type Run, type RunEvent, type Trade } from "@/api/types";
import { decimalsOf, formatDecimal } from "@/format/numbers";
import { utcDate } from "@/format/time";
import { Age } from "@/ui/Age";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Panel } from "@/ui/Panel";
import { SkeletonRows } from "@/ui/Skeleton";

import { Attribution } from "./Attribution";
import { CandleChart } from "./CandleChart";
import { CandleTable, MarkTable } from "./ChartTables";
import { marketClock } from "./marketTime";
import { candleOf, marksFromFills, marksFromTrades } from "./marks";

const CANDLES_LATE_MS = 15_000;
/** No interval that a bot uses is longer than a day. */
const REPLAY_AFTER_MS = 2 * 86_400_000;

interface Props {
  run: Run;
  instrument: Instrument | undefined;
  trades: Trade[] | undefined;
  events: RunEvent[];
}

export function ChartPanel({ run, instrument, trades, events }: Props) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const live = !hasEnded(run);
  const candles = useQuery(candlesQuery(run.symbol, run.timeframe, live));
  const fills = useQuery(fillsQuery(run.id));
  const bars = useMemo(() => ascending(candles.data?.items ?? [], candles.data?.forming ?? null), [candles.data]);
  const marks = useMemo(() => {
    const clock = marketClock(run, events);
    const booked = fills.data && fills.data.length > 0 ? marksFromFills(fills.data) : marksFromTrades(trades ?? []);
    return booked.map((mark) => ({ ...mark, at: clock(mark.at) }));
  }, [fills.data, trades, run, events]);
  const decimals = decimalsOf(instrument?.tickSize);
  const last = bars.at(-1);
  const outside = bars.length === 0 ? 0 : marks.filter((mark) => candleOf(bars, mark.at) === null).length;
  const label = t("run:chart.summary", {
    symbol: run.symbol,
    interval: run.timeframe,
    count: bars.length,
    last: formatDecimal(last?.close, { decimals }),
    marks: marks.length,
  });

  return (
    <Panel
      title={
        <span className="inline-flex flex-wrap items-baseline gap-x-2">
          {run.symbol} <span className="text-dense font-normal text-text2">{run.timeframe} · UTC</span>
        </span>
      }
      aside={
        <div className="flex flex-wrap items-center gap-2">
          {last && (
            <span className="num text-dense">
              <span className="text-text2">{t("run:chart.last")}</span> {formatDecimal(last.close, { decimals })} {instrument?.quoteCoin}
            </span>
          )}
          {live && <Age at={candles.dataUpdatedAt} lateAfterMs={CANDLES_LATE_MS} />}
          <Button size="small" look="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? <ChartCandlestick aria-hidden size={16} /> : <Table2 aria-hidden size={16} />}
            {asTable ? t("run:chart.asChart") : t("run:chart.asTable")}
          </Button>
        </div>
      }
    >
      {candles.isPending && <SkeletonRows rows={1} height={340} />}
      {candles.isError && (
        <div className="p-3">
          <ErrorBlock error={candles.error} onRetry={() => void candles.refetch()} safe={t("safe.runs")} />
        </div>
      )}
      {candles.isSuccess && bars.length === 0 && (
        <EmptyState icon={<CandlestickChart size={28} />} title={t("run:chart.empty")}>
          {t("run:chart.emptyText")}
        </EmptyState>
      )}
      {bars.length > 0 &&
        (asTable ? (
          <div tabIndex={0} role="region" aria-label={label} className="h-[380px] overflow-auto 2xl:h-[620px]">
            <MarkTable marks={marks} instrument={instrument} />
            <CandleTable candles={bars} decimals={decimals} interval={run.timeframe} />
          </div>
        ) : (
          <CandleChart candles={bars} marks={marks} position={run.position} tickSize={instrument?.tickSize} label={label} />
        ))}
      <footer className="flex flex-wrap items-center justify-between gap-x-4 px-3 py-1 text-table text-text3">
        <span>
          {t("run:chart.legend")} {outside > 0 && t("run:chart.outside", { count: outside })} {last && isReplay(last.openTime, candles.dataUpdatedAt) && <span className="text-stale">{t("run:chart.replay", { date: utcDate(last.openTime) })}</span>}
        </span>
        <Attribution />
      </footer>
    </Panel>
  );
}

/** Whether the market's clock is not ours: a recorded market is being replayed. */
function isReplay(newestCandle: number, readAt: number): boolean {
  return Math.abs(readAt - newestCandle) > REPLAY_AFTER_MS;
}

/** Closed candles and the forming one, each time once, oldest first. */
function ascending(closed: Candle[], forming: Candle | null): Candle[] {
  const byTime = new Map(closed.map((candle) => [candle.openTime, candle]));
  if (forming && !byTime.has(forming.openTime)) byTime.set(forming.openTime, forming);
  return [...byTime.values()].sort((a, b) => a.openTime - b.openTime);
}
