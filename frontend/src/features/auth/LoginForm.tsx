import { useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem, login } from "@/api/client";
import { Button } from "@/ui/Button";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Field } from "@/ui/Field";
import { problemText } from "@/ui/problemText";

interface Props {
  /** The account that was logged in, when a session is renewed. */
  email?: string;
  onDone: () => void;
}

/** E-mail, password and the one-time code: all can be pasted and filled in by a password manager. */
export function LoginForm({ email = "", onDone }: Props) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const locked = useRef(false);
  const codeField = useRef<HTMLInputElement>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (locked.current) return;
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "");
    locked.current = true;
    setBusy(true);
    setError(null);
    try {
      await login(text("email").trim(), text("password"), text("totp").replace(/\s/g, ""));
      onDone();
    } catch (problem) {
      setError(problem);
      if (problem instanceof ApiProblem && problem.code.startsWith("auth.totp")) codeField.current?.focus();
    } finally {
      locked.current = false;
      setBusy(false);
    }
  }

  const aboutCode = error instanceof ApiProblem && error.code.startsWith("auth.totp");
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <Field label={t("login.email")} name="email" type="email" autoComplete="username" required defaultValue={email} readOnly={email !== ""} />
      <Field label={t("login.password")} name="password" type="password" autoComplete="current-password" required />
      <Field
        ref={codeField}
        label={t("login.totp")}
        name="totp"
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="[0-9 ]{6,8}"
        title={t("login.totpFormat")}
        hint={t("login.totpHint")}
        error={aboutCode ? problemText(t, error) : undefined}
      />
      {error !== null && !aboutCode && <ErrorBlock error={error} />}
      <Button look="primary" type="submit" busy={busy}>
        {t("login.submit")}
      </Button>
    </form>
  );
}
