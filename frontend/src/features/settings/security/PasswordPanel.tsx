import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { changePassword, sessionsKey } from "@/api/account";
import { ApiProblem } from "@/api/problem";
import { useSession } from "@/api/session";
import { NewPasswordField } from "@/features/auth/NewPasswordField";
import { PasswordField } from "@/features/auth/PasswordField";
import { Button } from "@/ui/Button";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { fieldErrors, restOf } from "@/ui/fieldErrors";
import { Notice } from "@/ui/Notice";
import { Panel } from "@/ui/Panel";
import { problemText } from "@/ui/problemText";
import { useAction } from "@/ui/useAction";

const SHOWN = ["/currentPassword", "/newPassword"];

/** Changes the password; every other session ends by it. */
export function PasswordPanel() {
  const { t } = useTranslation("settings");
  const queryClient = useQueryClient();
  const email = useSession((state) => state.session?.user.email ?? "");
  // Another key is another, empty form.
  const [changed, setChanged] = useState(0);
  const action = useAction(changePassword);
  const wrong = fieldErrors(t, action.error);
  const wrongPassword = action.error instanceof ApiProblem && action.error.code === "auth.password_invalid";
  const rest = wrongPassword ? null : restOf(t, action.error, SHOWN);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (!(await action.run(String(form.get("currentPassword") ?? ""), String(form.get("newPassword") ?? "")))) return;
    setChanged((count) => count + 1);
    void queryClient.invalidateQueries({ queryKey: sessionsKey });
  }

  return (
    <Panel title={t("password.title")}>
      <form key={changed} onSubmit={(event) => void submit(event)} className="flex max-w-[480px] flex-col gap-4 p-3">
        {changed > 0 && (
          <div role="status">
            <Notice look="done">{t("password.changed")}</Notice>
          </div>
        )}
        {/* So that a password manager knows whose password it is. */}
        <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
        <PasswordField
          label={t("password.current")}
          name="currentPassword"
          autoComplete="current-password"
          required
          error={wrongPassword ? problemText(t, action.error) : wrong["/currentPassword"]}
        />
        <NewPasswordField label={t("password.new")} name="newPassword" email={email} error={wrong["/newPassword"]} />
        {rest !== null && <ErrorBlock error={rest} />}
        <div>
          <Button type="submit" busy={action.busy}>
            {t("password.submit")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
