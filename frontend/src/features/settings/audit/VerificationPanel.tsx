import { useQuery } from "@tanstack/react-query";
import { Link2, Link2Off } from "lucide-react";
import { useTranslation } from "react-i18next";

import { verificationQuery } from "@/api/workspace";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { CopyButton } from "@/ui/CopyButton";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Panel } from "@/ui/Panel";
import { SkeletonRows } from "@/ui/Skeleton";

/** Whether the chain that proves the trail is whole: intact, broken at a place, and how much is not sealed yet. */
export function VerificationPanel() {
  const { t } = useTranslation("settings");
  const verdict = useQuery(verificationQuery);
  const found = verdict.data;
  const intact = found?.verdict === "intact";
  return (
    <Panel
      title={t("chain.title")}
      aside={
        <Button size="small" busy={verdict.isFetching} onClick={() => void verdict.refetch()}>
          {t("chain.again")}
        </Button>
      }
    >
      {verdict.isPending && <SkeletonRows rows={1} height={48} />}
      {verdict.isError && (
        <div className="p-3">
          <ErrorBlock error={verdict.error} onRetry={() => void verdict.refetch()} />
        </div>
      )}
      {found && (
        <div role="status" className="flex flex-col gap-2 p-3">
          <div className="flex flex-wrap items-center gap-2">
            <Chip tone={intact ? "info" : "danger"} icon={intact ? <Link2 aria-hidden size={12} /> : <Link2Off aria-hidden size={12} />}>
              {intact ? t("chain.intact") : t("chain.broken", { seq: found.brokenAt ?? "?" })}
            </Chip>
            <Chip tone={found.unsealed > 0 ? "stale" : "neutral"}>{t("chain.unsealed", { count: found.unsealed })}</Chip>
          </div>
          <p className="text-dense text-text2">
            {intact
              ? found.head
                ? t("chain.intactText", { from: found.fromSeq, to: found.head.seq })
                : t("chain.emptyText")
              : t(`chain.reason.${found.reason ?? "unknown"}`, { defaultValue: t("chain.brokenText") })}
          </p>
          {found.head && (
            <div className="flex flex-wrap items-center gap-2 text-table text-text2">
              <span>{t("chain.head", { seq: found.head.seq })}</span>
              <code className="min-w-0 font-mono break-all">{found.head.hash}</code>
              <CopyButton text={`${found.head.seq} ${found.head.hash}`} />
            </div>
          )}
        </div>
      )}
    </Panel>
  );
}
