import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "@/api/session";
import { ROLES, type Member, type Role } from "@/api/types";
import { changeRole, membersQuery, removeMember, workspaceKeys } from "@/api/workspace";
import { announce } from "@/ui/Announcer";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Panel } from "@/ui/Panel";
import { SelectField } from "@/ui/SelectField";
import { SkeletonRows } from "@/ui/Skeleton";
import { useAction } from "@/ui/useAction";

/** Who belongs to the workspace, as what; admins change it. */
export function MembersPanel({ admin }: { admin: boolean }) {
  const { t } = useTranslation("settings");
  const queryClient = useQueryClient();
  const members = useQuery(membersQuery);
  const [removing, setRemoving] = useState<Member | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: workspaceKeys.members });
  return (
    <Panel title={t("team.members")} aside={members.data && <span className="num text-dense text-text2">{members.data.length}</span>}>
      {members.isPending && <SkeletonRows rows={3} height={44} />}
      {members.isError && (
        <div className="p-3">
          <ErrorBlock error={members.error} onRetry={() => void members.refetch()} />
        </div>
      )}
      {/* One grid for all rows: whatever a row's button says, codes, roles and buttons stand under each other. */}
      <ul className="divide-y divide-hairline md:grid md:grid-cols-[minmax(0,1fr)_auto_auto_auto] md:gap-x-4">
        {members.data?.map((member) => (
          <MemberRow key={member.userId} member={member} admin={admin} onChanged={refresh} onRemove={() => setRemoving(member)} />
        ))}
      </ul>
      {removing && (
        <ConfirmDialog
          title={t("team.removeTitle", { who: removing.name || removing.email })}
          confirm={t("team.removeNow")}
          act={() => removeMember(removing.userId)}
          onClose={() => setRemoving(null)}
          onDone={() => void refresh()}
        >
          {t("team.removeText")}
        </ConfirmDialog>
      )}
    </Panel>
  );
}

interface RowProps {
  member: Member;
  admin: boolean;
  onChanged: () => Promise<void>;
  onRemove: () => void;
}

function MemberRow({ member, admin, onChanged, onRemove }: RowProps) {
  const { t } = useTranslation("settings");
  const me = useSession((state) => state.session?.user.id === member.userId);
  const change = useAction(async (role: Role) => {
    await changeRole(member.userId, role);
    announce(t("team.changed", { who: member.name || member.email, role: t(`common:roles.${role}`) }));
    await onChanged();
  });
  const who = member.name || member.email;
  return (
    <li className="px-3 py-2 md:col-span-full md:grid md:grid-cols-subgrid">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 md:col-span-full md:grid md:grid-cols-subgrid md:justify-items-start">
        <div className="min-w-0 flex-1 basis-56">
          <p className="flex flex-wrap items-center gap-2 font-medium break-all">
            {who} {me && <Chip>{t("team.you")}</Chip>}
          </p>
          {member.name && <p className="text-dense break-all text-text2">{member.email}</p>}
        </div>
        <div className={admin ? "basis-full md:basis-auto" : undefined}>
          <Chip
            tone={member.totpEnabled ? "neutral" : "warn"}
            icon={member.totpEnabled ? <ShieldCheck aria-hidden size={12} /> : <ShieldAlert aria-hidden size={12} />}
          >
            {member.totpEnabled ? t("team.codesOn") : t("team.codesOff")}
          </Chip>
        </div>
        {admin ? (
          <>
            <SelectField
              quiet
              className="w-40"
              label={t("team.roleOf", { who })}
              value={member.role}
              disabled={change.busy}
              onChange={(event) => void change.run(event.target.value as Role)}
            >
              {ROLES.map((role) => (
                <option key={role} value={role}>
                  {t(`common:roles.${role}`)}
                </option>
              ))}
            </SelectField>
            <Button size="small" className="md:justify-self-stretch" onClick={onRemove} aria-label={me ? undefined : t("team.removeTitle", { who })}>
              {me ? t("team.leave") : t("team.remove")}
            </Button>
          </>
        ) : (
          <span className="text-dense text-text2">{t(`common:roles.${member.role}`)}</span>
        )}
      </div>
      {change.error !== null && (
        <div className="mt-2 md:col-span-full">
          <ErrorBlock error={change.error} />
        </div>
      )}
    </li>
  );
}
