import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Level, StrategySpec } from "@/api/types";
import { formatDecimal } from "@/format/numbers";

/** What a strategy trades and what bounds it, a line each; they stand in `Rows`. */
export function SpecRows({ spec }: { spec: StrategySpec }) {
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

/** The list that rows stand in. */
export function Rows({ children }: { children: ReactNode }) {
  return <dl className="divide-y divide-hairline px-3">{children}</dl>;
}

export function Row({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap justify-between gap-x-4 py-1.5 text-dense">
      <dt className="text-text2">{term}</dt>
      <dd className="ml-auto min-w-0 text-right font-medium break-words">{children}</dd>
    </div>
  );
}
