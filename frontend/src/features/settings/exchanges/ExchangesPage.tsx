import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "@/api/session";
import { reaches } from "@/api/types";
import { connectionsQuery } from "@/api/workspace";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Notice } from "@/ui/Notice";
import { SkeletonRows } from "@/ui/Skeleton";

import { RoomHeading } from "../RoomHeading";

import { ConnectionCard } from "./ConnectionCard";
import { KeyDialog } from "./KeyDialog";
import { KeyGuide } from "./KeyGuide";
import { SecondFactorFirst } from "./SecondFactorFirst";

export function ExchangesPage() {
  const { t } = useTranslation("settings");
  const session = useSession((state) => state.session);
  const connections = useQuery(connectionsQuery);
  const [adding, setAdding] = useState(false);
  const mayChange = reaches(session?.workspace.role, "trader");
  const ready = session?.user.totpEnabled ?? false;
  const add = (
    <Button look="primary" onClick={() => setAdding(true)}>
      <Plus aria-hidden size={16} />
      {t("exchanges.add")}
    </Button>
  );
  const some = (connections.data?.length ?? 0) > 0;
  return (
    <>
      <RoomHeading title={t("exchanges.title")} text={t("exchanges.text")} action={some && mayChange && ready && add} />
      <div className="flex flex-col gap-4">
        {mayChange && !ready && <SecondFactorFirst />}
        {!mayChange && <Notice>{t("exchanges.readOnly")}</Notice>}
        {connections.isPending && <SkeletonRows rows={2} height={120} />}
        {connections.isError && <ErrorBlock error={connections.error} onRetry={() => void connections.refetch()} safe={t("common:safe.runs")} />}
        {connections.data?.map((connection) => (
          <ConnectionCard key={connection.id} connection={connection} mayChange={mayChange} />
        ))}
        {connections.data?.length === 0 && (
          <div className="surface">
            <EmptyState icon={<KeyRound size={32} />} title={t("exchanges.empty")} action={mayChange && ready && add}>
              {t("exchanges.emptyText")}
            </EmptyState>
          </div>
        )}
        {!some && connections.data && mayChange && <KeyGuide />}
      </div>
      {adding && <KeyDialog onClose={() => setAdding(false)} />}
    </>
  );
}
