import { useTranslation } from "react-i18next";

import { bothZones, utcDateTime, utcTime } from "@/format/time";

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
  if (at === null || at === undefined) return <span className="text-text3">—</span>;
  const text = form === "full" ? utcDateTime(at) : utcTime(at, form === "ms");
  return (
    <time dateTime={new Date(at).toISOString()} title={bothZones(at, i18n.language)} className={classes("num", className)}>
      {text}
      {zone && " UTC"}
    </time>
  );
}
