import type { UseQueryResult } from "@tanstack/react-query";
import { FileClock, ShieldCheck, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/api/problem";
import type { Instrument, Report, Run } from "@/api/types";
import { formatRatio } from "@/format/numbers";
import { Money, Pnl } from "@/ui/Amount";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Panel } from "@/ui/Panel";
import { SkeletonRows } from "@/ui/Skeleton";
import { Time } from "@/ui/Time";
import { Paid } from "@/features/runs/RunFacts";

import { EquityPanel } from "./EquityPanel";
import { TradesTable } from "./TradesTable";

interface Props {
  run: Run;
  report: UseQueryResult<Report>;
  instrument: Instrument | undefined;
}

/** What came of a run, from its own record: tiles, the sum of the profit, equity, trades and the assumptions. */
export function ReportSection({ run, report, instrument }: Props) {
  const { t } = useTranslation();
  const waiting = report.isPending || (report.isError && report.error instanceof ApiProblem && report.error.code === "run.report_not_ready");
  if (report.data) return <ReportView run={run} report={report.data} instrument={instrument} />;
  return (
    <Panel title={t("run:report.title")}>
      {waiting ? (
        report.failureCount > 0 || report.isError ? (
          <EmptyState icon={<FileClock size={28} />} title={t("run:report.notReady")}>
            {t("run:report.notReadyText")}
          </EmptyState>
        ) : (
          <SkeletonRows rows={3} height={64} />
        )
      ) : (
        <div className="p-3">
          <ErrorBlock error={report.error} onRetry={() => void report.refetch()} safe={t("safe.runs")} />
        </div>
      )}
    </Panel>
  );
}

function ReportView({ run, report, instrument }: { run: Run; report: Report; instrument: Instrument | undefined }) {
  const { t } = useTranslation();
  const quote = instrument?.quoteCoin ?? "";
  return (
    <>
      <Panel
        title={t("run:report.title")}
        aside={
          report.flat && report.openOrdersLeft === 0 ? (
            <span className="inline-flex items-center gap-1 text-table text-ok">
              <ShieldCheck aria-hidden size={16} /> {t("run:report.flatProof")}
            </span>
          ) : (
            <span className="inline-flex items-center gap-1 text-table font-medium text-warn">
              <TriangleAlert aria-hidden size={16} /> {t(report.flat ? "run:report.ordersLeft" : "run:report.notFlat", { count: report.openOrdersLeft })}
            </span>
          )
        }
      >
        <dl className="grid grid-cols-2 gap-px bg-hairline sm:grid-cols-3 xl:grid-cols-6">
          <Tile term={t("run:report.trades")}>
            <span className="num">{report.counts.trades}</span>
          </Tile>
          <Tile term={t("run:report.winRate")}>
            <span className="num">{formatRatio(report.winRate)}</span>
          </Tile>
          <Tile term={t("run:report.maxDrawdown", { unit: quote })}>
            <Money value={report.maxDrawdown} />
          </Tile>
          <Tile term={t("run:report.orders")}>
            <span className="num">
              {report.counts.orders} / {report.counts.fills}
            </span>
          </Tile>
          <Tile term={t("run:report.errors")}>
            <span className="num">{report.counts.errors}</span>
          </Tile>
          <Tile term={t("run:report.metered")}>
            <span className="num">{report.meteredMinutes}</span>
          </Tile>
        </dl>
        <dl className="flex flex-wrap items-baseline gap-x-3 gap-y-1 border-t border-hairline p-3 text-dense">
          <Part term={t("run:pnl.gross")}>
            <Pnl value={report.grossPnl} arrow={false} />
          </Part>
          <Part term={t("run:pnl.fees")}>
            <Paid value={report.fees} />
          </Part>
          <Part term={t("run:pnl.funding")}>
            <Pnl value={report.funding} arrow={false} />
          </Part>
          <span aria-hidden className="text-text3">
            =
          </span>
          <Part term={t("run:pnl.net")}>
            <Pnl value={report.netPnl} unit={quote} className="font-semibold" />
          </Part>
        </dl>
      </Panel>
      <div className="grid grid-cols-1 gap-3 xl:grid-cols-2">
        <EquityPanel equity={report.equity} quote={quote} />
        <Panel title={t("run:report.tradesTitle")} aside={<ExitReasons report={report} />}>
          <TradesTable trades={report.trades} instrument={instrument} totals={report} />
          <Assumptions run={run} report={report} />
        </Panel>
      </div>
    </>
  );
}

function Tile({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="bg-s1 p-3">
      <dt className="text-table text-text2">{term}</dt>
      <dd className="text-h2 font-semibold">{children}</dd>
    </div>
  );
}

function Part({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline gap-2">
      <dt className="text-text2">{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** How often each way out was taken. */
function ExitReasons({ report }: { report: Report }) {
  const { t } = useTranslation();
  const counts = new Map<string, number>();
  for (const trade of report.trades) counts.set(trade.exitReason, (counts.get(trade.exitReason) ?? 0) + 1);
  if (counts.size === 0) return null;
  return (
    <ul aria-label={t("run:report.exitReasons")} className="flex flex-wrap gap-x-3 text-table text-text2">
      {[...counts].map(([reason, count]) => (
        <li key={reason}>
          {t(`run:reason.${reason}`, { defaultValue: reason })}: <span className="num text-text">{count}</span>
        </li>
      ))}
    </ul>
  );
}

function Assumptions({ run, report }: { run: Run; report: Report }) {
  const { t } = useTranslation();
  return (
    <details className="border-t border-hairline px-3 py-1">
      <summary className="min-h-6 rounded-sm text-dense text-accent">{t("run:report.assumptions")}</summary>
      <ul className="my-1 list-disc pl-5 text-dense text-text2">
        <li>{t("run:report.assume.net")}</li>
        <li>{t("run:report.assume.fills")}</li>
        <li>{t("run:report.assume.version", { version: run.strategyVersion, symbol: run.symbol, interval: run.timeframe })}</li>
        <li>
          {t("run:report.assume.period")} <Time at={report.startedAt} form="full" /> – <Time at={report.endedAt} form="full" zone />
        </li>
      </ul>
    </details>
  );
}
