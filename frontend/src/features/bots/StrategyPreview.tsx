import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { Bot, Strategy } from "@/api/types";
import { Row, Rows, SpecRows } from "@/features/strategies/SpecRows";
import { EnvironmentBadge } from "@/ui/EnvironmentBadge";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { SkeletonRows } from "@/ui/Skeleton";

interface Props {
  bot: Bot;
  strategy: UseQueryResult<Strategy>;
}

/** What will trade, how it is protected and where it must stop: read from the version the bot points at. */
export function StrategyPreview({ bot, strategy }: Props) {
  const { t } = useTranslation("bots");
  return (
    <section aria-label={t("preview.title")} className="mt-4 rounded-md border border-hairline bg-bg">
      <Rows>
        <Row term={t("preview.symbol")}>
          <span className="inline-flex flex-wrap items-center gap-2">
            {bot.symbol} · {bot.timeframe} <EnvironmentBadge env={bot.env} />
          </span>
        </Row>
        <Row term={t("preview.strategy")}>{t("strategyVersion", { name: bot.strategyName, version: bot.strategyVersion })}</Row>
        {strategy.data && <SpecRows spec={strategy.data.spec} />}
      </Rows>
      {/* As high as what comes: buttons below it stay where they are. */}
      {strategy.isPending && <SkeletonRows rows={6} height={25} />}
      {strategy.isError && (
        <div className="p-3">
          <ErrorBlock error={strategy.error} onRetry={() => void strategy.refetch()} />
        </div>
      )}
    </section>
  );
}
