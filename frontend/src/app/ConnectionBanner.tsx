import { useIsFetching } from "@tanstack/react-query";
import { RefreshCw, WifiOff } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { useLiveness } from "@/api/liveness";
import { eventSocket } from "@/api/socket";
import { useNow } from "@/format/useNow";
import { announce } from "@/ui/Announcer";
import { Button } from "@/ui/Button";

const RESTORED_SHOWN_MS = 3000;
/** A break shorter than this is mended before anybody could read about it. */
const TOLERATED_ATTEMPTS = 1;
const ANNOUNCE_AFTER_MS = 10_000;

/** Pushes the page down, never covers it: offline, trying again, catching up, restored. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const now = useNow();
  const { phase, attempt, nextTryAt, restoredAt, socketHeardAt } = useLiveness();
  const catchingUp = useIsFetching({ queryKey: ["run"] }) > 0;
  const broken = (phase === "waiting" || phase === "connecting") && attempt > TOLERATED_ATTEMPTS;
  const dead = broken && socketHeardAt !== null && now - socketHeardAt > ANNOUNCE_AFTER_MS;

  useEffect(() => {
    if (dead) announce(t("connection.deadAlert"), "assertive");
  }, [dead, t]);

  if (broken) {
    const seconds = nextTryAt === null ? 0 : Math.max(0, Math.ceil((nextTryAt - now) / 1000));
    return (
      <Line tone="tint-warn text-warn">
        <WifiOff aria-hidden size={16} />
        {navigator.onLine ? t("connection.reconnecting", { attempt, seconds }) : t("connection.offline")}
        <Button size="small" onClick={() => eventSocket.retryNow()}>
          {t("connection.retryNow")}
        </Button>
      </Line>
    );
  }
  if (restoredAt !== null && now - restoredAt < RESTORED_SHOWN_MS)
    return (
      <Line tone="tint-accent text-accent">
        <RefreshCw aria-hidden size={16} />
        {catchingUp ? t("connection.resyncing") : t("connection.restored")}
      </Line>
    );
  return null;
}

function Line({ tone, children }: { tone: string; children: React.ReactNode }) {
  return (
    <div role="status" className={`flex flex-wrap items-center gap-2 px-4 py-1 text-dense ${tone}`}>
      {children}
    </div>
  );
}
