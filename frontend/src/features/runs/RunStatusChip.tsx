import { Ban, CheckCheck, CirclePause, CirclePlay, CircleX, Hourglass, LoaderCircle, OctagonPause, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { RunStatus, StopReason } from "@/api/types";
import { Chip, type Tone } from "@/ui/Chip";

const LOOKS: Record<RunStatus, { icon: LucideIcon; tone: Tone }> = {
  queued: { icon: Hourglass, tone: "neutral" },
  starting: { icon: LoaderCircle, tone: "info" },
  running: { icon: CirclePlay, tone: "info" },
  paused: { icon: CirclePause, tone: "warn" },
  stopping: { icon: OctagonPause, tone: "warn" },
  finished: { icon: CheckCheck, tone: "neutral" },
  stopped: { icon: Ban, tone: "neutral" },
  error: { icon: CircleX, tone: "danger" },
};

/** Where a run is, exactly as the server says: "stopping" stays until it has stopped. */
export function RunStatusChip({ status, reason }: { status: RunStatus; reason?: StopReason | null }) {
  const { t } = useTranslation();
  const { icon: Icon, tone } = LOOKS[status];
  return (
    <Chip tone={tone} icon={<Icon aria-hidden size={12} />}>
      {t(`run:status.${status}`)}
      {reason && <span className="font-normal"> · {t(`run:reason.${reason}`)}</span>}
    </Chip>
  );
}
