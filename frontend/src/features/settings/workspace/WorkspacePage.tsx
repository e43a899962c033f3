import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { reaches, type Workspace } from "@/api/types";
import { workspaceQuery } from "@/api/workspace";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Panel } from "@/ui/Panel";
import { SkeletonRows } from "@/ui/Skeleton";

import { RoomHeading } from "../RoomHeading";

import { WorkspaceForm } from "./WorkspaceForm";

export function WorkspacePage() {
  const { t } = useTranslation("settings");
  const workspace = useQuery(workspaceQuery);
  return (
    <>
      <RoomHeading title={t("workspace.title")} text={t("workspace.text")} />
      {workspace.isPending && <SkeletonRows rows={4} height={56} />}
      {workspace.isError && <ErrorBlock error={workspace.error} onRetry={() => void workspace.refetch()} />}
      {workspace.data && (
        <div className="flex flex-col gap-4">
          <Panel title={t("usage.title")}>
            <ul className="grid gap-x-8 gap-y-3 p-3 sm:grid-cols-2">
              {(Object.keys(workspace.data.usage) as (keyof Workspace["usage"])[]).map((what) => (
                <Usage key={what} label={t(`usage.${what}`, { defaultValue: what })} {...workspace.data.usage[what]} />
              ))}
            </ul>
          </Panel>
          <WorkspaceForm workspace={workspace.data} mayChange={reaches(workspace.data.role, "admin")} />
        </div>
      )}
    </>
  );
}

/** So many of so many; full is a colour, a bar and a word. */
function Usage({ label, used, most }: { label: string; used: number; most: number }) {
  const { t } = useTranslation("settings");
  const full = used >= most;
  return (
    <li>
      <div className="flex items-baseline justify-between gap-3 text-dense">
        <span className="text-text2">{label}</span>
        <span className={`num font-medium ${full ? "text-warn" : ""}`}>
          {t("usage.of", { used, most })}
          {full && ` · ${t("usage.full")}`}
        </span>
      </div>
      <progress value={Math.min(used, most)} max={Math.max(most, 1)} aria-label={label} className={full ? "usage usage-full" : "usage"} />
    </li>
  );
}
