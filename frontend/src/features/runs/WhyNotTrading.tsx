import { CircleCheck, CircleHelp, CircleMinus, Lightbulb } from "lucide-react";
import { useTranslation } from "react-i18next";

import { hasEnded, type Reason, type Run } from "@/api/types";
import { formatDecimal } from "@/format/numbers";
import { Time } from "@/ui/Time";

/** Always answers "why does nothing happen": the last bar that was judged and the condition that was not met, with its value. */
export function WhyNotTrading({ run }: { run: Run }) {
  const { t } = useTranslation();
  if (hasEnded(run)) return null;
  const bar = run.lastBar;
  const unmet = bar?.reasons.find((reason) => reason.truth === false) ?? bar?.reasons.find((reason) => reason.truth === null);
  return (
    <div className="surface flex items-start gap-2 px-3 py-2">
      <Lightbulb aria-hidden size={16} className="mt-1 shrink-0 text-text3" />
      <div className="min-w-0 flex-1">
        <p>
          {sentence()}{" "}
          {bar && (
            <span className="text-table text-text3">
              {t("run:why.bar", { interval: run.timeframe })} <Time at={bar.openTime} zone />
            </span>
          )}
        </p>
        {bar && bar.reasons.length > 1 && (
          <details>
            <summary className="min-h-6 rounded-sm text-dense text-accent">{t("run:why.all", { count: bar.reasons.length })}</summary>
            <ul className="mt-1 flex flex-col gap-1 text-dense">
              {bar.reasons.map((reason) => (
                <Condition key={reason.path} reason={reason} />
              ))}
            </ul>
          </details>
        )}
      </div>
    </div>
  );

  function sentence() {
    if (run.status === "paused") return run.pausedReason ? t("run:why.pausedBecause", { reason: t(`run:pause.${run.pausedReason}`, { defaultValue: run.pausedReason }) }) : t("run:why.paused");
    if (run.status === "stopping") return t("run:why.stopping");
    if (run.position) return t("run:why.inPosition");
    if (!bar) return t("run:why.noBar", { interval: run.timeframe });
    if (bar.signal) return t("run:why.signal", { side: t(`run:signal.${bar.signal}`, { defaultValue: bar.signal }) });
    if (!unmet) return t("run:why.noSignal");
    const description = unmet.description || unmet.path;
    const value = valueText(unmet.value);
    if (unmet.truth === null) return t("run:why.undefined", { condition: description });
    return value ? t("run:why.unmet", { condition: description, value }) : t("run:why.unmetNoValue", { condition: description });
  }
}

function Condition({ reason }: { reason: Reason }) {
  const { t } = useTranslation();
  const Icon = reason.truth === true ? CircleCheck : reason.truth === false ? CircleMinus : CircleHelp;
  const word = reason.truth === true ? "run:why.met" : reason.truth === false ? "run:why.notMet" : "run:why.unknown";
  const value = valueText(reason.value);
  return (
    <li className="flex items-start gap-2">
      <Icon aria-hidden size={16} className="mt-0.5 shrink-0 text-text3" />
      <span className="min-w-0 break-words">
        <span className="text-text2">{t(word)}:</span> {reason.description || reason.path} {value && <span className="num text-text2">({value})</span>}
      </span>
    </li>
  );
}

/** A condition's value for reading: numbers as numbers, anything else as it came. */
function valueText(value: unknown): string {
  if (value === null || value === undefined || typeof value === "boolean") return "";
  if (typeof value === "string" || typeof value === "number") {
    const text = String(value);
    return /^-?\d+(\.\d+)?$/.test(text) ? formatDecimal(text, { decimals: text.includes(".") ? Math.min(4, text.split(".")[1]!.length) : 0 }) : text;
  }
  if (Array.isArray(value)) return value.map(valueText).filter(Boolean).join(" → ");
  return Object.entries(value as Record<string, unknown>)
    .map(([name, part]) => `${name} ${valueText(part)}`)
    .join(", ");
}
