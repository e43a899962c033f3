import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem, login } from "@/api/client";
import { Button } from "@/ui/Button";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Field } from "@/ui/Field";
import { useAction } from "@/ui/useAction";

import { AuthLink } from "./AuthLink";
import { CodeFields, isAboutCode, proofFrom } from "./CodeFields";
import { PasswordField } from "./PasswordField";
import { useCountdown } from "./useCountdown";

interface Props {
  /** The account that was logged in, when a session is renewed. */
  email?: string;
  onDone: () => void;
}

/** E-mail, password and the one-time code: all can be pasted and filled in by a password manager. */
export function LoginForm({ email = "", onDone }: Props) {
  const { t } = useTranslation();
  const action = useAction(login);
  const { error } = action;
  const left = useCountdown(error instanceof ApiProblem && error.status === 429 ? error.retryAfter : null, error);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "");
    if (await action.run(text("email").trim(), text("password"), proofFrom(form))) onDone();
  }

  const wrong = error instanceof ApiProblem && error.code === "auth.invalid_credentials";
  const unverified = error instanceof ApiProblem && error.code === "auth.email_unverified";
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <Field label={t("login.email")} name="email" type="email" autoComplete="username" required defaultValue={email} readOnly={email !== ""} />
      <PasswordField label={t("login.password")} name="password" autoComplete="current-password" required />
      <CodeFields error={error} />
      {error !== null && !isAboutCode(error) && <ErrorBlock error={error} safe={wrong ? t("account:login.lock") : undefined} />}
      {unverified && <AuthLink to="/verify-email">{t("account:verify.askAgain")}</AuthLink>}
      <Button look="primary" type="submit" busy={action.busy} disabled={left > 0}>
        {left > 0 ? t("account:login.wait", { count: left }) : t("login.submit")}
      </Button>
    </form>
  );
}
