import { UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "@/api/session";
import { ROLES, reaches } from "@/api/types";
import { Button } from "@/ui/Button";
import { Panel } from "@/ui/Panel";

import { RoomHeading } from "../RoomHeading";

import { InvitationsPanel } from "./InvitationsPanel";
import { InviteDialog } from "./InviteDialog";
import { MembersPanel } from "./MembersPanel";

export function TeamPage() {
  const { t } = useTranslation("settings");
  const admin = useSession((state) => reaches(state.session?.workspace.role, "admin"));
  const [inviting, setInviting] = useState(false);
  return (
    <>
      <RoomHeading
        title={t("team.title")}
        text={admin ? t("team.text") : t("team.textOthers")}
        action={
          admin && (
            <Button look="primary" onClick={() => setInviting(true)}>
              <UserPlus aria-hidden size={16} />
              {t("team.invite")}
            </Button>
          )
        }
      />
      <div className="flex flex-col gap-4">
        <MembersPanel admin={admin} />
        {admin && <InvitationsPanel onInvite={() => setInviting(true)} />}
        <Panel title={t("team.roles")}>
          <dl className="grid gap-x-6 gap-y-3 p-3 text-dense sm:grid-cols-3">
            {ROLES.map((role) => (
              <div key={role}>
                <dt className="font-medium">{t(`common:roles.${role}`)}</dt>
                <dd className="text-text2">{t(`team.role.${role}`)}</dd>
              </div>
            ))}
          </dl>
        </Panel>
      </div>
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </>
  );
}
