import { useQuery } from "@tanstack/react-query";
import { OctagonX } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { killSwitchQuery } from "@/api/queries";
import { announce } from "@/ui/Announcer";
import { Time } from "@/ui/Time";

/** Tells on every page that trading is switched off, why and since when; who can switch it on again. */
export function KillSwitchBanner() {
  const { t } = useTranslation();
  const { data } = useQuery(killSwitchQuery);
  const reason = data?.engaged ? data.reason : null;
  const headline = (data?.platform ?? data?.workspace)?.mode === "block" ? "killSwitch.blocked" : "killSwitch.off";

  useEffect(() => {
    if (reason !== null) announce(t(headline, { reason }), "assertive");
  }, [reason, headline, t]);

  if (!data?.engaged) return null;
  const since = (data.platform ?? data.workspace)?.since;
  return (
    <div role="status" className="flex flex-wrap items-center gap-2 px-4 py-1 text-dense tint-danger text-danger">
      <OctagonX aria-hidden size={16} />
      <strong className="font-semibold">{t(headline, { reason: data.reason })}</strong>
      <span>{t("killSwitch.meaning")}</span>
      <span>{data.platform ? t("killSwitch.byPlatform") : t("killSwitch.byAdmin")}</span>
      {since && <Time at={since} form="full" zone />}
    </div>
  );
}
