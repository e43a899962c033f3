import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { strategyQuery } from "@/api/queries";
import type { Strategy } from "@/api/types";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Panel } from "@/ui/Panel";
import { SkeletonRows } from "@/ui/Skeleton";
import { usePageTitle } from "@/ui/usePageTitle";

import { SignalsPanel } from "./SignalsPanel";
import { Row, Rows, SpecRows } from "./SpecRows";

/** One strategy at its newest version: how it trades, and how others tell it to. */
export function StrategyPage() {
  const { id } = useParams({ from: "/app/factory/strategies/$id" });
  const { t } = useTranslation("signals");
  const strategy = useQuery(strategyQuery(id));
  usePageTitle(strategy.data?.name ?? t("strategy"));
  return (
    <div className="mx-auto max-w-[1120px]">
      <nav aria-label={t("common:breadcrumb")} className="text-table text-text2">
        <Link to="/factory/bots" className="inline-flex min-h-6 items-center rounded-sm underline hover:text-text">
          {t("common:nav.bots")}
        </Link>
      </nav>
      <h1 className="text-h1 font-semibold break-words">{strategy.data?.name ?? t("strategy")}</h1>
      {strategy.isPending && <SkeletonRows rows={4} height={56} />}
      {strategy.isError && (
        <div className="mt-3">
          <ErrorBlock error={strategy.error} onRetry={() => void strategy.refetch()} safe={t("common:safe.runs")} />
        </div>
      )}
      {strategy.data && <StrategyView strategy={strategy.data} />}
    </div>
  );
}

function StrategyView({ strategy }: { strategy: Strategy }) {
  const { t } = useTranslation("signals");
  const { market, timeframe } = strategy.spec;
  return (
    <>
      <p className="mt-1 mb-4 text-text2">{t("newestVersion", { version: strategy.version })}</p>
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,340px)]">
        <SignalsPanel strategy={strategy} />
        <Panel title={t("bots:preview.strategy")}>
          <Rows>
            <Row term={t("bots:preview.symbol")}>{[market?.symbol, timeframe].filter(Boolean).join(" · ") || "—"}</Row>
            <SpecRows spec={strategy.spec} />
          </Rows>
        </Panel>
      </div>
    </>
  );
}
