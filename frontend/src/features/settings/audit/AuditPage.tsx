import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "@/api/session";
import { reaches } from "@/api/types";
import { callForText } from "@/api/client";
import type { AuditFilters as Filters } from "@/api/workspace";
import { Button } from "@/ui/Button";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Notice } from "@/ui/Notice";
import { saveFile } from "@/ui/saveFile";
import { useAction } from "@/ui/useAction";

import { RoomHeading } from "../RoomHeading";

import { AuditFilters } from "./AuditFilters";
import { AuditTable } from "./AuditTable";
import { readWholeTrail } from "./readWholeTrail";
import { VerificationPanel } from "./VerificationPanel";

export function AuditPage() {
  const { t } = useTranslation("settings");
  const admin = useSession((state) => reaches(state.session?.workspace.role, "admin"));
  const name = useSession((state) => state.session?.workspace.id ?? "workspace");
  const [filters, setFilters] = useState<Filters>({});
  const keep = useAction(async () =>
    saveFile(`audit-${name}.ndjson`, await readWholeTrail((afterSeq, limit) => callForText("/audit/export", { afterSeq, limit })), "application/x-ndjson"),
  );
  if (!admin)
    return (
      <>
        <RoomHeading title={t("audit.title")} text={t("audit.text")} />
        <Notice look="warn">{t("audit.adminsOnly")}</Notice>
      </>
    );
  return (
    <>
      <RoomHeading
        title={t("audit.title")}
        text={t("audit.text")}
        action={
          <Button busy={keep.busy} onClick={() => void keep.run()}>
            {t("audit.export")}
          </Button>
        }
      />
      <div className="flex flex-col gap-4">
        {keep.error !== null && <ErrorBlock error={keep.error} />}
        <VerificationPanel />
        <div className="surface">
          <AuditFilters filters={filters} onChange={setFilters} />
          <AuditTable filters={filters} onClear={() => setFilters({})} />
        </div>
      </div>
    </>
  );
}
