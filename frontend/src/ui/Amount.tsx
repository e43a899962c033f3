import { useTranslation } from "react-i18next";

import { formatDecimal, formatMoney, MONEY_DECIMALS, signOf, UNKNOWN } from "@/format/numbers";

import { classes } from "./classes";

interface AmountProps {
  value: string | null | undefined;
  className?: string;
}

/** Why there is a dash instead of a number. */
function Unknown() {
  const { t } = useTranslation();
  return (
    <span className="text-text3" title={t("unknownValue")}>
      <span aria-hidden>{UNKNOWN}</span>
      <span className="sr-only">{t("unknownValue")}</span>
    </span>
  );
}

/** A gain or loss: sign, arrow and colour say the same thing; zero is neutral. The full value is in the tooltip. */
export function Pnl({ value, unit, className, arrow = true }: AmountProps & { unit?: string; arrow?: boolean }) {
  const sign = signOf(value);
  if (sign === "unknown") return <Unknown />;
  return (
    <span
      className={classes("num", sign === "up" && "text-up", sign === "down" && "text-down", className)}
      title={unit ? `${value} ${unit}` : (value ?? undefined)}
    >
      {arrow && sign !== "zero" && (
        <span aria-hidden className="mr-1 text-[0.7em]">
          {sign === "up" ? "▲" : "▼"}
        </span>
      )}
      {formatMoney(value, true)}
      {unit && <span className="ml-1 text-[0.75em] font-normal text-text2">{unit}</span>}
    </span>
  );
}

/** Money that is neither gain nor loss by itself, such as fees. */
export function Money({ value, unit, className }: AmountProps & { unit?: string }) {
  if (signOf(value, MONEY_DECIMALS) === "unknown") return <Unknown />;
  return (
    <span className={classes("num", className)} title={value ?? undefined}>
      {formatMoney(value)}
      {unit && <span className="ml-1 text-[0.85em] text-text2">{unit}</span>}
    </span>
  );
}

/** A price or quantity at the decimals of the instrument's step. */
export function Exact({ value, decimals, unit, className }: AmountProps & { decimals: number | null; unit?: string }) {
  if (signOf(value, null) === "unknown") return <Unknown />;
  return (
    <span className={classes("num", className)} title={value ?? undefined}>
      {formatDecimal(value, { decimals })}
      {unit && <span className="ml-1 text-[0.85em] text-text2">{unit}</span>}
    </span>
  );
}
