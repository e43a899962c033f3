import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { OctagonX } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { instrumentQuery, reportQuery, runQuery } from "@/api/queries";
import { hasEnded, type Run, type RunEvent } from "@/api/types";
import { ChartPanel } from "@/features/chart/ChartPanel";
import { EventLogPanel } from "@/features/eventlog/EventLogPanel";
import { useEventLog } from "@/features/eventlog/useEventLog";
import { TradingMachine } from "@/features/machine/TradingMachine";
import { ReportSection } from "@/features/report/ReportSection";
import { announce } from "@/ui/Announcer";
import { Button } from "@/ui/Button";
import { EnvironmentBadge } from "@/ui/EnvironmentBadge";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { SkeletonRows } from "@/ui/Skeleton";
import { usePageTitle } from "@/ui/usePageTitle";

import { RunFacts } from "./RunFacts";
import { RunStatusChip } from "./RunStatusChip";
import { StopDialog } from "./StopDialog";
import { WhyNotTrading } from "./WhyNotTrading";

const NO_EVENTS: RunEvent[] = [];

export function RunPage() {
  const { id } = useParams({ from: "/app/factory/runs/$id" });
  const { t } = useTranslation();
  const run = useQuery(runQuery(id));
  usePageTitle(run.data ? `${run.data.botName} · ${t(`run:status.${run.data.status}`)}` : t("run:title"));
  if (run.isPending) return <SkeletonRows rows={6} height={72} />;
  if (!run.data) return <ErrorBlock error={run.error} onRetry={() => void run.refetch()} safe={t("safe.runs")} />;
  return (
    <>
      {run.isError && (
        <div className="mb-3">
          <ErrorBlock error={run.error} onRetry={() => void run.refetch()} safe={t("run:staleShown")} />
        </div>
      )}
      <RunView run={run.data} readAt={run.dataUpdatedAt} />
    </>
  );
}

function RunView({ run, readAt }: { run: Run; readAt: number }) {
  const ended = hasEnded(run);
  const instrument = useQuery(instrumentQuery(run.symbol)).data;
  const log = useEventLog(run.id, run.eventSeq);
  const report = useQuery({ ...reportQuery(run.id), enabled: ended });
  useEndAnnouncement(run);

  return (
    <div className="flex flex-col gap-3">
      <RunHeader run={run} />
      {!report.data && <RunFacts run={run} instrument={instrument} readAt={readAt} />}
      <WhyNotTrading run={run} />
      {ended && <ReportSection run={run} report={report} instrument={instrument} />}
      <div className="grid grid-cols-1 gap-3 lg:grid-cols-[296px_minmax(0,1fr)]">
        <div className="order-2 lg:sticky lg:top-[124px] lg:order-1 lg:self-start">
          <TradingMachine current={run.tradingState} events={log.data?.events ?? NO_EVENTS} />
        </div>
        <div className="order-1 grid min-w-0 grid-cols-1 items-start gap-3 lg:order-2 2xl:grid-cols-[minmax(0,1fr)_minmax(0,0.8fr)]">
          <ChartPanel run={run} instrument={instrument} trades={report.data?.trades} events={log.data?.events ?? NO_EVENTS} />
          <EventLogPanel log={log.data} error={log.error} onRetry={() => void log.refetch()} live={!ended} runId={run.id} tickSize={instrument?.tickSize} />
        </div>
      </div>
    </div>
  );
}

function RunHeader({ run }: { run: Run }) {
  const { t } = useTranslation();
  const [stopping, setStopping] = useState(false);
  const instrument = useQuery(instrumentQuery(run.symbol)).data;
  const ended = hasEnded(run);
  return (
    <div className="sticky top-12 z-10 -mx-3 -mt-3 flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-hairline bg-bg px-3 py-2 sm:-mx-4 sm:-mt-4 sm:px-4">
      <div className="min-w-0 flex-1">
        <nav aria-label={t("breadcrumb")} className="text-table text-text2">
          <Link to="/factory/runs" className="inline-flex min-h-6 items-center rounded-sm underline hover:text-text">
            {t("nav.runs")}
          </Link>{" "}
          <span className="hidden sm:inline">
            / <span className="font-mono">{run.id}</span>
          </span>
        </nav>
        <h1 className="flex flex-wrap items-center gap-x-3 gap-y-1 text-h2 font-semibold">
          <span className="min-w-0 break-words">{run.botName}</span>
          <EnvironmentBadge env={run.env} />
          <RunStatusChip status={run.status} reason={run.stopReason} />
        </h1>
      </div>
      {!ended && (
        <Button
          look="danger"
          disabled={run.status === "stopping"}
          title={run.status === "stopping" ? t("run:stop.already") : undefined}
          onClick={() => setStopping(true)}
        >
          <OctagonX aria-hidden size={16} />
          {run.status === "stopping" ? t("run:status.stopping") : t("run:stop.button")}
        </Button>
      )}
      <StopDialog run={run} instrument={instrument} open={stopping && !ended} onOpenChange={setStopping} />
    </div>
  );
}

/** Tells who cannot see the chip that the run is over, once. */
function useEndAnnouncement(run: Run) {
  const { t } = useTranslation();
  const before = useRef(run.status);
  useEffect(() => {
    if (before.current === run.status) return;
    before.current = run.status;
    const text = t("run:statusNow", { status: t(`run:status.${run.status}`) });
    announce(text, run.status === "error" || run.status === "paused" ? "assertive" : "polite");
  }, [run.status, t]);
}
