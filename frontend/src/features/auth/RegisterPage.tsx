import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { register, resendVerification } from "@/api/account";
import { forgetLinkToken, useLinkToken } from "@/app/linkToken";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { fieldErrors, restOf } from "@/ui/fieldErrors";
import { Notice } from "@/ui/Notice";
import { useAction } from "@/ui/useAction";

import { AuthFrame } from "./AuthFrame";
import { AuthLink } from "./AuthLink";
import { MailSent } from "./MailSent";
import { NewPasswordField } from "./NewPasswordField";

const SHOWN = ["/email", "/password", "/name"];

/** Becoming a user, openly or with the token of an invitation's link. */
export function RegisterPage() {
  const { t, i18n } = useTranslation("account");
  const invitation = useLinkToken((state) => state.token);
  const [email, setEmail] = useState("");
  const [sent, setSent] = useState(false);
  const action = useAction(register);
  const wrong = fieldErrors(t, action.error);
  const rest = restOf(t, action.error, SHOWN);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "");
    const newcomer = { email: email.trim(), password: text("password"), name: text("name").trim(), locale: i18n.language };
    if (!(await action.run(invitation ? { ...newcomer, invitation } : newcomer))) return;
    forgetLinkToken();
    setSent(true);
  }

  if (sent)
    return (
      <AuthFrame title={t("register.title")} below={<AuthLink to="/login">{t("toLogin")}</AuthLink>}>
        <MailSent email={email.trim()} again={() => resendVerification(email.trim())}>
          {t("register.sent")}
        </MailSent>
      </AuthFrame>
    );
  return (
    <AuthFrame title={t("register.title")} text={t("register.text")} below={<AuthLink to="/login">{t("register.toLogin")}</AuthLink>}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {invitation && <Notice title={t("register.invited")}>{t("register.invitedText")}</Notice>}
        <Field
          label={t("common:login.email")}
          name="email"
          type="email"
          autoComplete="username"
          required
          maxLength={254}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          error={wrong["/email"]}
        />
        <Field label={t("register.name")} name="name" autoComplete="name" maxLength={80} hint={t("register.nameHint")} error={wrong["/name"]} />
        <NewPasswordField label={t("common:login.password")} email={email} error={wrong["/password"]} />
        {rest !== null && <ErrorBlock error={rest} />}
        <Button look="primary" type="submit" busy={action.busy}>
          {t("register.submit")}
        </Button>
      </form>
    </AuthFrame>
  );
}
