import { useTranslation } from "react-i18next";

import { useLiveness } from "@/api/liveness";
import { hasEnded, type Run } from "@/api/types";
import { clockDuration } from "@/format/time";
import { useNow } from "@/format/useNow";
import { Time } from "@/ui/Time";

/** The time a run has left, with its planned end; when it is over, how long it took. */
export function TimeLeft({ run }: { run: Run }) {
  const { t } = useTranslation();
  const offset = useLiveness((state) => state.clockOffset);
  const now = useNow() + offset;
  const start = Date.parse(run.startedAt ?? run.createdAt);
  const deadline = Date.parse(run.deadlineAt);
  if (hasEnded(run)) {
    const end = Date.parse(run.endedAt ?? run.deadlineAt);
    return (
      <div>
        <p className="num text-h2 font-semibold">{clockDuration(end - start)}</p>
        <p className="text-table text-text2">
          {t("run:time.ended")} <Time at={run.endedAt} form="full" zone />
        </p>
      </div>
    );
  }
  const left = deadline - now;
  const share = Math.min(1, Math.max(0, (now - start) / Math.max(1, deadline - start)));
  return (
    <div>
      <p className="num text-h2 font-semibold">
        {left > 0 ? clockDuration(left) : t("run:time.over")}
      </p>
      <div
        role="progressbar"
        aria-label={t("run:time.label")}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        className="my-1 h-1.5 overflow-hidden rounded-full border border-control bg-bg"
      >
        <div className="h-full bg-accent" style={{ width: `${share * 100}%` }} />
      </div>
      <p className="text-table text-text2">
        {t("run:time.plannedEnd")} <Time at={run.deadlineAt} zone />
      </p>
    </div>
  );
}
