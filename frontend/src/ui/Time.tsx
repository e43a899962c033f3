import { useTranslation } from "react-i18next";

import { bothZones, utcDate, utcDateTime, utcTime } from "@/format/time";
import { useNow } from "@/format/useNow";

import { classes } from "./classes";

interface Props {
  at: string | number | null | undefined;
  form?: "time" | "ms" | "full";
  zone?: boolean;
  className?: string;
}

/** A moment in UTC; the tooltip has the reader's zone and the raw value as well. */
export function Time({ at, form = "time", zone = false, className }: Props) {
  const { i18n } = useTranslation();
  const today = useNow();
  if (at === null || at === undefined) return <span className="text-text3">—</span>;
  // A time of another day without its date would be taken for today's.
  const otherDay = form === "time" && utcDate(at) !== utcDate(today);
  const text = form === "full" || otherDay ? utcDateTime(at) : utcTime(at, form === "ms");
  return (
    <time dateTime={new Date(at).toISOString()} title={bothZones(at, i18n.language)} className={classes("num", className)}>
      {text}
      {zone && " UTC"}
    </time>
  );
}
