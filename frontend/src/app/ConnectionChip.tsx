import { Loader, Radio, Unplug } from "lucide-react";
import { useTranslation } from "react-i18next";

import { useLiveness } from "@/api/liveness";
import { useNow } from "@/format/useNow";
import { ageText } from "@/ui/Age";
import { Chip } from "@/ui/Chip";

/** Silence of the server, by all channels together, beyond which nothing on screen may pass for live. */
const LATE_MS = 20_000;

/** Whether the page hears the server, and when it last did. */
export function ConnectionChip() {
  const { t } = useTranslation();
  const now = useNow();
  const { phase, serverHeardAt, socketHeardAt } = useLiveness();
  const age = serverHeardAt === null ? null : Math.max(0, now - serverHeardAt);
  const late = age === null || age > LATE_MS;
  const live = phase === "open" && !late;
  const title = t("connection.detail", {
    push: socketHeardAt === null ? t("connection.never") : ageText(t, now - socketHeardAt),
    any: age === null ? t("connection.never") : ageText(t, age),
  });
  const Icon = live ? Radio : phase === "connecting" ? Loader : Unplug;
  const word = live ? t("connection.live") : phase === "open" ? t("connection.silent") : phase === "connecting" ? t("connection.connecting") : t("connection.lost");
  return (
    <Chip tone={live ? "info" : late ? "danger" : "stale"} icon={<Icon aria-hidden size={12} />} title={title}>
      <span className="hidden sm:inline">{word}</span>
      <span className="num">{age === null ? "—" : ageText(t, age)}</span>
      <span className="sr-only sm:hidden">{word}</span>
    </Chip>
  );
}
