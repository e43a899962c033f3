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
import { TABLE, TD, TD_TEXT, TH, TH_TEXT } from "@/ui/table";
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
        {runs.data && runs.data.items.length > 0 && (
          <>
            <RunTable runs={runs.data.items} />
            <RunCards runs={runs.data.items} />
          </>
        )}
      </div>
    </>
  );
}

function RunTable({ runs }: { runs: Run[] }) {
  const { t } = useTranslation();
  return (
    <div className="hidden overflow-x-auto md:block" tabIndex={0} role="region" aria-label={t("nav.runs")}>
      <table className={TABLE}>
        <caption className="sr-only">{t("nav.runs")}</caption>
        <thead>
          <tr>
            <th scope="col" className={TH_TEXT}>
              {t("run:list.bot")}
            </th>
            <th scope="col" className={TH_TEXT}>
              {t("run:list.status")}
            </th>
            <th scope="col" className={TH_TEXT}>
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
              <th scope="row" className={`${TD_TEXT} font-normal`}>
                <Link to="/factory/runs/$id" params={{ id: run.id }} className="inline-flex min-h-6 min-w-40 items-center font-medium text-accent underline">
                  {run.botName}
                </Link>
              </th>
              <td className={TD_TEXT}>
                <RunStatusChip status={run.status} reason={run.stopReason} />
              </td>
              <td className={TD_TEXT}>
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

/** The same list for a narrow screen: nothing is cut off, nothing scrolls sideways. */
function RunCards({ runs }: { runs: Run[] }) {
  const { t } = useTranslation();
  return (
    <ul className="divide-y divide-hairline md:hidden">
      {runs.map((run) => (
        <li key={run.id} className="flex flex-col gap-1 p-3">
          <Link to="/factory/runs/$id" params={{ id: run.id }} className="font-medium break-words text-accent underline">
            {run.botName}
          </Link>
          <div className="flex flex-wrap items-center gap-2">
            <RunStatusChip status={run.status} reason={run.stopReason} />
            <span className="text-dense">{run.symbol}</span>
            <EnvironmentBadge env={run.env} />
          </div>
          <dl className="grid grid-cols-[1fr_auto] text-dense text-text2">
            <dt>{t("run:list.net")}</dt>
            <dd className="text-right">
              <Pnl value={run.pnl.net} />
            </dd>
            <dt>{t("run:list.started")}</dt>
            <dd className="text-right">
              <Time at={run.startedAt ?? run.createdAt} form="full" />
            </dd>
          </dl>
        </li>
      ))}
    </ul>
  );
}
