import type { UseQueryResult } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Bot, Level, Strategy, StrategySpec } from "@/api/types";
import { formatDecimal } from "@/format/numbers";
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
      {strategy.isPending && <SkeletonRows rows={3} height={20} />}
      {strategy.isError && (
        <div className="p-3">
          <ErrorBlock error={strategy.error} onRetry={() => void strategy.refetch()} />
        </div>
      )}
    </section>
  );
}

function SpecRows({ spec }: { spec: StrategySpec }) {
  const { t } = useTranslation("strategy");
  const { exit = {}, risk = {}, execution = {}, guards = {} } = spec;
  const directions = [spec.entry?.long && t("long"), spec.entry?.short && t("short")].filter(Boolean).join(", ");
  const usd = (value: number | string) => t("usd", { amount: formatDecimal(String(value)) });
  return (
    <>
      {directions && <Row term={t("directions")}>{directions}</Row>}
      <Row term={t("stopLoss")}>{levelText(t, exit.stopLoss)}</Row>
      <Row term={t("takeProfit")}>{levelText(t, exit.takeProfit as Level | undefined)}</Row>
      <Row term={t("size")}>
        {[
          risk.riskPerTradePct !== undefined && t("riskPerTrade", { pct: formatDecimal(String(risk.riskPerTradePct)) }),
          risk.fixedNotionalUsd !== undefined && t("fixedNotional", { amount: usd(risk.fixedNotionalUsd) }),
          risk.maxPositionSizeUsd !== undefined && t("maxPosition", { amount: usd(risk.maxPositionSizeUsd) }),
        ]
          .filter(Boolean)
          .join(", ") || "—"}
      </Row>
      <Row term={t("limits")}>
        {[
          risk.maxLossPerRunUsd !== undefined && t("maxLossPerRun", { amount: usd(risk.maxLossPerRunUsd) }),
          risk.dailyLossLimitUsd !== undefined && t("dailyLoss", { amount: usd(risk.dailyLossLimitUsd) }),
          guards.maxOrdersPerMinute !== undefined && t("ordersPerMinute", { n: guards.maxOrdersPerMinute }),
          risk.cooldownSeconds !== undefined && t("cooldown", { n: risk.cooldownSeconds }),
        ]
          .filter(Boolean)
          .join(", ") || "—"}
      </Row>
      <Row term={t("atTheEnd")}>{t(`run:policy.${execution.onStop ?? "close_market"}`)}</Row>
    </>
  );
}

function levelText(t: TFunction<"strategy">, level: Level | undefined): string {
  if (!level) return "—";
  const value = formatDecimal(level.value === undefined ? null : String(level.value));
  if (level.type === "atr_multiple") return t("level.atr_multiple", { value, length: ("atrLength" in level && level.atrLength) || 14 });
  return t(`level.${level.type}`, { value, defaultValue: `${level.type} ${value}` });
}

function Rows({ children }: { children: ReactNode }) {
  return <dl className="divide-y divide-hairline px-3">{children}</dl>;
}

function Row({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap justify-between gap-x-4 py-1.5 text-dense">
      <dt className="text-text2">{term}</dt>
      <dd className="min-w-0 text-right font-medium break-words">{children}</dd>
    </div>
  );
}
