import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { ROLES, type Role } from "@/api/types";
import { invite, workspaceKeys } from "@/api/workspace";
import { LANGUAGE_NAMES, LANGUAGES } from "@/i18n";
import { announce } from "@/ui/Announcer";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Field } from "@/ui/Field";
import { fieldErrors, restOf } from "@/ui/fieldErrors";
import { SelectField } from "@/ui/SelectField";
import { useAction } from "@/ui/useAction";

/** Whom to invite, as what, and in which language to write. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation("settings");
  const queryClient = useQueryClient();
  const first = useRef<HTMLInputElement>(null);
  const [role, setRole] = useState<Role>("trader");
  const [language, setLanguage] = useState(i18n.language);
  const action = useAction(invite);
  const wrong = fieldErrors(t, action.error);
  const rest = restOf(t, action.error, ["/email", "/role"]);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get("email") ?? "").trim();
    if (!(await action.run(email, role, language))) return;
    announce(t("invite.sent", { email }));
    void queryClient.invalidateQueries({ queryKey: workspaceKeys.invitations });
    onClose();
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} initialFocus={first} title={t("team.invite")} description={t("invite.text")}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <Field ref={first} label={t("common:login.email")} name="email" type="email" autoComplete="off" required maxLength={254} error={wrong["/email"]} />
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField label={t("invite.role")} value={role} onChange={(event) => setRole(event.target.value as Role)} hint={t(`team.role.${role}`)} error={wrong["/role"]}>
            {ROLES.map((each) => (
              <option key={each} value={each}>
                {t(`common:roles.${each}`)}
              </option>
            ))}
          </SelectField>
          <SelectField label={t("invite.language")} value={language} onChange={(event) => setLanguage(event.target.value)}>
            {LANGUAGES.map((each) => (
              <option key={each} value={each}>
                {LANGUAGE_NAMES[each]}
              </option>
            ))}
          </SelectField>
        </div>
        {rest !== null && <ErrorBlock error={rest} />}
        <DialogActions>
          <Button onClick={onClose}>{t("common:cancel")}</Button>
          <Button look="primary" type="submit" busy={action.busy}>
            {t("invite.submit")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
