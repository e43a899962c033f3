import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Monitor } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { endOtherSessions, endSession, sessionsKey, sessionsQuery } from "@/api/account";
import type { Device } from "@/api/types";
import { announce } from "@/ui/Announcer";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Panel } from "@/ui/Panel";
import { SkeletonRows } from "@/ui/Skeleton";
import { Time } from "@/ui/Time";

import { deviceName } from "./device";

/** Where the account is signed in, and the way to end each at once. */
export function SessionsPanel() {
  const { t } = useTranslation("settings");
  const queryClient = useQueryClient();
  const sessions = useQuery(sessionsQuery);
  const [ending, setEnding] = useState<Device | "others" | null>(null);
  const others = sessions.data?.filter((device) => !device.current).length ?? 0;

  function ended(count: number) {
    announce(t("sessions.ended", { count }));
    void queryClient.invalidateQueries({ queryKey: sessionsKey });
  }

  return (
    <Panel
      title={t("sessions.title")}
      aside={
        others > 0 && (
          <Button size="small" look="dangerOutline" onClick={() => setEnding("others")}>
            {t("sessions.endOthers")}
          </Button>
        )
      }
    >
      {sessions.isPending && <SkeletonRows rows={2} height={48} />}
      {sessions.isError && (
        <div className="p-3">
          <ErrorBlock error={sessions.error} onRetry={() => void sessions.refetch()} />
        </div>
      )}
      <ul className="divide-y divide-hairline">
        {sessions.data?.map((device) => (
          <DeviceRow key={device.id} device={device} onEnd={() => setEnding(device)} />
        ))}
      </ul>
      {ending === "others" && (
        <ConfirmDialog
          title={t("sessions.endOthers")}
          confirm={t("sessions.endOthersNow", { count: others })}
          act={async () => ended((await endOtherSessions()).ended)}
          onClose={() => setEnding(null)}
        >
          {t("sessions.endOthersText")}
        </ConfirmDialog>
      )}
      {ending !== null && ending !== "others" && (
        <ConfirmDialog
          title={t("sessions.endOne", { device: deviceName(ending.userAgent) || t("sessions.unknown") })}
          confirm={t("sessions.end")}
          act={async () => {
            await endSession(ending.id);
            ended(1);
          }}
          onClose={() => setEnding(null)}
        >
          {t("sessions.endText")}
        </ConfirmDialog>
      )}
    </Panel>
  );
}

function DeviceRow({ device, onEnd }: { device: Device; onEnd: () => void }) {
  const { t } = useTranslation("settings");
  const name = deviceName(device.userAgent) || t("sessions.unknown");
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-3 py-2">
      <Monitor aria-hidden size={20} className="shrink-0 text-text3" />
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-2 font-medium" title={device.userAgent}>
          {name}
          {device.current && <Chip tone="info">{t("sessions.current")}</Chip>}
        </p>
        <p className="font-mono text-table break-all text-text2">{device.ip || "—"}</p>
        <p className="text-table text-text2">
          {t("sessions.since")} <Time at={device.createdAt} form="full" /> · {t("sessions.used")} <Time at={device.lastUsedAt} form="full" zone />
        </p>
      </div>
      {!device.current && (
        <Button size="small" onClick={onEnd} aria-label={t("sessions.endOne", { device: name })}>
          {t("sessions.end")}
        </Button>
      )}
    </li>
  );
}
