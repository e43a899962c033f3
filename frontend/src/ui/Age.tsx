import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import { bothZones } from "@/format/time";
import { useNow } from "@/format/useNow";

/** "3 s", "4 min", "2 h": how old something is, in one short unit. */
export function ageText(t: TFunction, milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 100) return t("age.seconds", { n: seconds });
  if (seconds < 5400) return t("age.minutes", { n: Math.round(seconds / 60) });
  return t("age.hours", { n: Math.round(seconds / 3600) });
}

interface Props {
  /** On this machine's clock, in milliseconds. */
  at: number | null | undefined;
  /** From this age on the value is marked as late. */
  lateAfterMs: number;
}

/** The age of a live value, in the stale colour once it is older than its own limit. */
export function Age({ at, lateAfterMs }: Props) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  if (!at) return <span className="text-text3">—</span>;
  const age = now - at;
  return (
    <span title={bothZones(at, i18n.language)} className={`num text-table ${age > lateAfterMs ? "text-stale" : "text-text3"}`}>
      {age > lateAfterMs ? t("age.late", { age: ageText(t, age) }) : t("age.updated", { age: ageText(t, age) })}
    </span>
  );
}
