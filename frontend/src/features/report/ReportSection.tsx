import type { UseQueryResult } from "@tanstack/react-query";
import { FileClock, ShieldCheck, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/api/problem";
import type { Instrument, Report, Run } from "@/api/types";
import { formatRatio } from "@/format/numbers";
import { clockDuration } from "@/format/time";
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
          !report.proven ? (
            <span className="text-table text-text2">{t("run:report.notBegun")}</span>
          ) : report.flat && report.openOrdersLeft === 0 ? (
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
        <div className="grid grid-cols-1 gap-px bg-hairline lg:grid-cols-[minmax(280px,1fr)_3fr]">
          <div className="bg-s1 p-3">
            <p className="text-table text-text2">{t("run:pnl.net")}</p>
            <p className="text-hero font-semibold">
              <Pnl value={report.netPnl} unit={quote} />
            </p>
            <dl className="mt-1 grid grid-cols-[1fr_auto] gap-x-3 text-table text-text2">
              <dt>{t("run:pnl.gross")}</dt>
              <dd className="text-right">
                <Pnl value={report.grossPnl} arrow={false} />
              </dd>
              <dt>{t("run:pnl.fees")}</dt>
              <dd className="text-right">
                <Paid value={report.fees} />
              </dd>
              <dt>{t("run:pnl.funding")}</dt>
              <dd className="text-right">
                <Pnl value={report.funding} arrow={false} />
              </dd>
            </dl>
          </div>
          <dl className="grid grid-cols-2 gap-px bg-hairline sm:grid-cols-3">
            <Tile term={t("run:report.trades")}>{report.counts.trades}</Tile>
            <Tile term={t("run:report.winRate")}>{formatRatio(report.winRate)}</Tile>
            <Tile term={t("run:report.maxDrawdown", { unit: quote })}>
              <Money value={report.maxDrawdown} />
            </Tile>
            <Tile term={t("run:time.took")}>
              {report.startedAt ? clockDuration(Date.parse(report.endedAt) - Date.parse(report.startedAt)) : "—"}
            </Tile>
            <Tile term={t("run:report.orders")}>
              {report.counts.orders} / {report.counts.fills}
            </Tile>
            <Tile term={t("run:report.errors")}>{report.counts.errors}</Tile>
          </dl>
        </div>
        {!report.complete && <p className="p-3 text-dense text-warn tint-warn">{t("run:report.incomplete")}</p>}
      </Panel>
      <div className="grid grid-cols-1 gap-3 xl:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
        <EquityPanel equity={report.equity} points={report.equityPoints} quote={quote} />
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
      <dd className="num text-h2 font-semibold">{children}</dd>
    </div>
  );
}

/** How often each way out was taken; of a report that does not list all its trades it is not known. */
function ExitReasons({ report }: { report: Report }) {
  const { t } = useTranslation();
  const counts = new Map<string, number>();
  if (report.trades.length < report.counts.trades) return null;
  for (const { exitReason } of report.trades) if (exitReason) counts.set(exitReason, (counts.get(exitReason) ?? 0) + 1);
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
        <li>{t("run:report.assume.metered", { count: report.meteredMinutes })}</li>
        <li>
          {t("run:report.assume.period")} <Time at={report.startedAt} form="full" /> – <Time at={report.endedAt} form="full" zone />
        </li>
      </ul>
    </details>
  );
}
