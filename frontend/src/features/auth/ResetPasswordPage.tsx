import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { resetPassword } from "@/api/account";
import { forgetLinkToken, useLinkToken } from "@/app/linkToken";
import { Button } from "@/ui/Button";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { fieldErrors, restOf } from "@/ui/fieldErrors";
import { Notice } from "@/ui/Notice";
import { useAction } from "@/ui/useAction";

import { AuthFrame } from "./AuthFrame";
import { AuthLink } from "./AuthLink";
import { NewPasswordField } from "./NewPasswordField";

/** Sets a new password with the token of the letter's link; every session ends by it. */
export function ResetPasswordPage() {
  const { t } = useTranslation("account");
  const token = useLinkToken((state) => state.token);
  const [done, setDone] = useState(false);
  const action = useAction(resetPassword);
  const rest = restOf(t, action.error, ["/password"]);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!(await action.run(token!, String(new FormData(event.currentTarget).get("password") ?? "")))) return;
    forgetLinkToken();
    setDone(true);
  }

  if (done)
    return (
      <AuthFrame title={t("reset.title")}>
        <div role="status" className="flex flex-col gap-4">
          <Notice look="done" title={t("reset.done")}>
            {t("reset.doneText")}
          </Notice>
          <AuthLink to="/login">{t("toLogin")}</AuthLink>
        </div>
      </AuthFrame>
    );
  if (token === null)
    return (
      <AuthFrame title={t("reset.title")}>
        <Notice look="warn" title={t("reset.noToken")} action={<AuthLink to="/forgot-password">{t("reset.again")}</AuthLink>}>
          {t("reset.noTokenText")}
        </Notice>
      </AuthFrame>
    );
  return (
    <AuthFrame title={t("reset.title")} text={t("reset.text")} below={<AuthLink to="/forgot-password">{t("reset.again")}</AuthLink>}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <NewPasswordField label={t("reset.password")} email="" error={fieldErrors(t, action.error)["/password"]} />
        {rest !== null && <ErrorBlock error={rest} />}
        <Button look="primary" type="submit" busy={action.busy}>
          {t("reset.submit")}
        </Button>
      </form>
    </AuthFrame>
  );
}
