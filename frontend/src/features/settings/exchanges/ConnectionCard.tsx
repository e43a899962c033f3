import { useQueryClient } from "@tanstack/react-query";
import { CircleAlert, CircleCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Connection, KeyNote } from "@/api/types";
import { removeConnection, testConnection, workspaceKeys } from "@/api/workspace";
import { serverText } from "@/i18n/serverText";
import { announce } from "@/ui/Announcer";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { EnvironmentBadge } from "@/ui/EnvironmentBadge";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Notice } from "@/ui/Notice";
import { Time } from "@/ui/Time";
import { useAction } from "@/ui/useAction";

import { KeyDialog } from "./KeyDialog";
import { Permissions } from "./Permissions";

interface Props {
  connection: Connection;
  mayChange: boolean;
}

/** One key: whose account it opens, what it may do, what to put right about it. */
export function ConnectionCard({ connection, mayChange }: Props) {
  const { t } = useTranslation("settings");
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<"key" | "remove" | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: workspaceKeys.connections });
  const test = useAction(async () => {
    const tested = await testConnection(connection.id);
    announce(t(`exchanges.status.${tested.status}`, { defaultValue: tested.status }));
    await refresh();
  });
  const works = connection.status === "CONNECTED";
  return (
    <section aria-label={connection.name} className="surface">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-hairline px-3 py-2 sm:px-4">
        <h2 className="min-w-0 text-h3 font-semibold break-words">{connection.name}</h2>
        <EnvironmentBadge env={connection.env} />
        <Chip tone={works ? "info" : connection.status === "FAILED" ? "danger" : "neutral"} icon={works ? <CircleCheck aria-hidden size={12} /> : <CircleAlert aria-hidden size={12} />}>
          {t(`exchanges.status.${connection.status}`, { defaultValue: connection.status })}
        </Chip>
      </header>
      <div className="flex flex-col gap-3 p-3 sm:p-4">
        {connection.fault && <NoteLine note={connection.fault} />}
        {connection.warnings?.map((note) => <NoteLine key={note.key} note={note} />)}
        <dl className="grid gap-x-8 gap-y-2 text-dense sm:grid-cols-2">
          <Fact term={t("exchanges.key")}>
            <code className="font-mono">{connection.maskedKey}</code>
          </Fact>
          <Fact term={t("exchanges.account")}>
            {connection.exchange === "bybit" ? "Bybit" : connection.exchange} {connection.account && <code className="font-mono">{connection.account}</code>}
          </Fact>
          <Fact term={t("exchanges.checked")}>
            <Time at={connection.lastCheckedAt} form="full" zone />
          </Fact>
          <Fact term={t("exchanges.expires")}>
            {connection.permissions?.expiresAt ? <Time at={connection.permissions.expiresAt} form="full" zone /> : t("exchanges.noExpiry")}
          </Fact>
        </dl>
        {connection.permissions?.scopes && <Permissions permissions={connection.permissions} />}
        {test.error !== null && <ErrorBlock error={test.error} />}
        {mayChange && (
          <div className="flex flex-wrap gap-2 pt-1">
            <Button size="small" busy={test.busy} onClick={() => void test.run()}>
              {t("exchanges.test")}
            </Button>
            <Button size="small" onClick={() => setAsking("key")}>
              {t("exchanges.rekey")}
            </Button>
            <Button size="small" look="dangerOutline" className="sm:ml-auto" onClick={() => setAsking("remove")}>
              {t("exchanges.remove")}
            </Button>
          </div>
        )}
      </div>
      {asking === "key" && <KeyDialog connection={connection} onClose={() => setAsking(null)} />}
      {asking === "remove" && (
        <ConfirmDialog
          title={t("exchanges.removeTitle", { name: connection.name })}
          confirm={t("exchanges.removeNow")}
          typed={connection.env === "real" ? connection.name : undefined}
          act={() => removeConnection(connection.id)}
          onClose={() => setAsking(null)}
          onDone={() => void refresh()}
        >
          {t("exchanges.removeText")}
        </ConfirmDialog>
      )}
    </section>
  );
}

function Fact({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div className="flex min-w-0 flex-wrap justify-between gap-x-3">
      <dt className="text-text2">{term}</dt>
      <dd className="min-w-0 text-right break-words">{children}</dd>
    </div>
  );
}

function NoteLine({ note }: { note: KeyNote }) {
  const { t } = useTranslation();
  return <Notice look={note.level === "error" ? "danger" : "warn"}>{serverText(t, `problems.${note.key}`, note.params, note.detail)}</Notice>;
}
