import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { changeProfile } from "@/api/account";
import { amendSession, useSession } from "@/api/session";
import { workspaceKeys } from "@/api/workspace";
import { Button } from "@/ui/Button";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Field } from "@/ui/Field";
import { fieldErrors, restOf } from "@/ui/fieldErrors";
import { Notice } from "@/ui/Notice";
import { Panel } from "@/ui/Panel";
import { useAction } from "@/ui/useAction";

import { RoomHeading } from "../RoomHeading";

/** One's own name, as the team sees it, and the address that one logs in with. */
export function ProfilePage() {
  const { t } = useTranslation("settings");
  const queryClient = useQueryClient();
  const user = useSession((state) => state.session?.user);
  const [name, setName] = useState(user?.name ?? "");
  const [saved, setSaved] = useState(false);
  const action = useAction(changeProfile);
  const wrong = fieldErrors(t, action.error);
  const rest = restOf(t, action.error, ["/name"]);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setSaved(false);
    const answer = await action.run({ name: name.trim() });
    if (!answer) return;
    setName(answer.value.user.name);
    amendSession({ user: answer.value.user });
    void queryClient.invalidateQueries({ queryKey: workspaceKeys.members });
    setSaved(true);
  }

  return (
    <>
      <RoomHeading title={t("profile.title")} text={t("profile.text")} />
      <Panel title={t("profile.panel")}>
        <form onSubmit={(event) => void submit(event)} onChange={() => setSaved(false)} className="flex max-w-[480px] flex-col gap-4 p-3">
          <Field
            label={t("profile.name")}
            name="name"
            autoComplete="name"
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.target.value)}
            hint={t("account:register.nameHint")}
            error={wrong["/name"]}
          />
          <Field label={t("common:login.email")} type="email" value={user?.email ?? ""} readOnly hint={t("profile.emailHint")} />
          {rest !== null && <ErrorBlock error={rest} />}
          {saved && (
            <div role="status">
              <Notice look="done">{t("profile.saved")}</Notice>
            </div>
          )}
          <div>
            <Button look="primary" type="submit" busy={action.busy}>
              {t("profile.submit")}
            </Button>
          </div>
        </form>
      </Panel>
    </>
  );
}
