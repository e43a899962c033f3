import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Mail } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Invitation } from "@/api/types";
import { cancelInvitation, invitationsQuery, resendInvitation, workspaceKeys } from "@/api/workspace";
import { announce } from "@/ui/Announcer";
import { Button } from "@/ui/Button";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Panel } from "@/ui/Panel";
import { SkeletonRows } from "@/ui/Skeleton";
import { Time } from "@/ui/Time";
import { useAction } from "@/ui/useAction";

/** Invitations that can still be accepted: send the letter again, or take it back. */
export function InvitationsPanel({ onInvite }: { onInvite: () => void }) {
  const { t, i18n } = useTranslation("settings");
  const queryClient = useQueryClient();
  const invitations = useQuery(invitationsQuery);
  const [cancelling, setCancelling] = useState<Invitation | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: workspaceKeys.invitations });
  const resend = useAction(async (invitation: Invitation) => {
    await resendInvitation(invitation.id, i18n.language);
    announce(t("invitations.sentAgain", { email: invitation.email }));
    await refresh();
  });
  return (
    <Panel title={t("invitations.title")}>
      {invitations.isPending && <SkeletonRows rows={1} height={44} />}
      {invitations.isError && (
        <div className="p-3">
          <ErrorBlock error={invitations.error} onRetry={() => void invitations.refetch()} />
        </div>
      )}
      {resend.error !== null && (
        <div className="p-3">
          <ErrorBlock error={resend.error} />
        </div>
      )}
      {invitations.data?.length === 0 && (
        <EmptyState icon={<Mail size={28} />} title={t("invitations.empty")} action={<Button onClick={onInvite}>{t("team.invite")}</Button>}>
          {t("invitations.emptyText")}
        </EmptyState>
      )}
      <ul className="divide-y divide-hairline">
        {invitations.data?.map((invitation) => (
          <li key={invitation.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-3 py-2">
            <div className="min-w-0 flex-1 basis-56">
              <p className="font-medium break-all">{invitation.email}</p>
              <p className="text-table text-text2">
                {t(`common:roles.${invitation.role}`)} · {t("invitations.until")} <Time at={invitation.expiresAt} form="full" zone />
              </p>
            </div>
            <Button size="small" busy={resend.busy} onClick={() => void resend.run(invitation)} aria-label={t("invitations.resendTo", { email: invitation.email })}>
              {t("invitations.resend")}
            </Button>
            <Button size="small" onClick={() => setCancelling(invitation)} aria-label={t("invitations.cancelOf", { email: invitation.email })}>
              {t("invitations.cancel")}
            </Button>
          </li>
        ))}
      </ul>
      {cancelling && (
        <ConfirmDialog
          title={t("invitations.cancelOf", { email: cancelling.email })}
          confirm={t("invitations.cancel")}
          act={() => cancelInvitation(cancelling.id)}
          onClose={() => setCancelling(null)}
          onDone={() => void refresh()}
        >
          {t("invitations.cancelText")}
        </ConfirmDialog>
      )}
    </Panel>
  );
}
