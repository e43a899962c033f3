import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ListVideo } from "lucide-react";
import { useTranslation } from "react-i18next";

import { runsQuery } from "@/api/queries";
import type { Run } from "@/api/types";
import { Pnl } from "@/ui/Amount";
import { EmptyState } from "@/ui/EmptyState";
import { EnvironmentBadge } from "@/ui/EnvironmentBadge";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { SkeletonRows } from "@/ui/Skeleton";
import { TABLE, TD, TH } from "@/ui/table";
import { Time } from "@/ui/Time";
import { usePageTitle } from "@/ui/usePageTitle";

import { RunStatusChip } from "./RunStatusChip";

export function RunsPage() {
  const { t } = useTranslation();
  usePageTitle(t("nav.runs"));
  const runs = useQuery(runsQuery());
  return (
    <>
      <h1 className="mb-3 text-h1 font-semibold">{t("nav.runs")}</h1>
      <div className="surface min-w-0">
        {runs.isPending && <SkeletonRows rows={6} />}
        {runs.isError && (
          <div className="p-3">
            <ErrorBlock error={runs.error} onRetry={() => void runs.refetch()} safe={t("safe.runs")} />
          </div>
        )}
        {runs.data?.items.length === 0 && (
          <EmptyState
            icon={<ListVideo size={32} />}
            title={t("run:list.empty")}
            action={
              <Link to="/factory/bots" className="inline-flex min-h-9 items-center rounded-md bg-accent px-4 font-semibold text-on-accent">
                {t("run:list.toBots")}
              </Link>
            }
          >
            {t("run:list.emptyText")}
          </EmptyState>
        )}
        {runs.data && runs.data.items.length > 0 && <RunTable runs={runs.data.items} />}
      </div>
    </>
  );
}

function RunTable({ runs }: { runs: Run[] }) {
  const { t } = useTranslation();
  return (
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={t("nav.runs")}>
      <table className={TABLE}>
        <caption className="sr-only">{t("nav.runs")}</caption>
        <thead>
          <tr>
            <th scope="col" className={`${TH} text-left`}>
              {t("run:list.bot")}
            </th>
            <th scope="col" className={`${TH} text-left`}>
              {t("run:list.status")}
            </th>
            <th scope="col" className={`${TH} text-left`}>
              {t("run:list.symbol")}
            </th>
            <th scope="col" className={TH}>
              {t("run:list.net")}
            </th>
            <th scope="col" className={TH}>
              {t("run:list.trades")}
            </th>
            <th scope="col" className={TH}>
              {t("run:list.started")}
            </th>
            <th scope="col" className={TH}>
              {t("run:list.end")}
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id} className="hover:bg-s2">
              <th scope="row" className={`${TD} text-left font-normal`}>
                <Link to="/factory/runs/$id" params={{ id: run.id }} className="inline-flex min-h-6 items-center font-medium text-accent underline">
                  {run.botName}
                </Link>
              </th>
              <td className={`${TD} text-left`}>
                <RunStatusChip status={run.status} reason={run.stopReason} />
              </td>
              <td className={`${TD} text-left`}>
                {run.symbol} <EnvironmentBadge env={run.env} />
              </td>
              <td className={TD}>
                <Pnl value={run.pnl.net} />
              </td>
              <td className={`${TD} num`}>{run.counts.trades}</td>
              <td className={TD}>
                <Time at={run.startedAt ?? run.createdAt} form="full" />
              </td>
              <td className={TD}>
                <Time at={run.endedAt ?? run.deadlineAt} form="full" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
