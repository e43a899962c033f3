import { useEffect, useRef, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem, type SecondProof } from "@/api/client";
import { Field } from "@/ui/Field";
import { problemText } from "@/ui/problemText";

const ABOUT_CODE = /^auth\.(totp_required|totp_invalid|recovery_code)/;

/** Whether the API's refusal is about the code, so that it is said beside the code. */
export const isAboutCode = (error: unknown) => error instanceof ApiProblem && ABOUT_CODE.test(error.code);

interface Props {
  error: unknown;
  hint?: string;
  required?: boolean;
  /** For who wants to put the focus there. */
  fieldRef?: RefObject<HTMLInputElement | null>;
}

/** The authenticator app's code, or a recovery code when the app is lost. Read it back with `proofFrom`. */
export function CodeFields({ error, hint, required = false, fieldRef }: Props) {
  const { t } = useTranslation();
  const [recovery, setRecovery] = useState(false);
  const own = useRef<HTMLInputElement>(null);
  const field = fieldRef ?? own;
  const wrong = isAboutCode(error);

  useEffect(() => {
    if (isAboutCode(error)) field.current?.focus();
  }, [error, field]);

  const said = wrong ? problemText(t, error) : undefined;
  return (
    <div>
      {recovery ? (
        <Field
          key="recovery"
          ref={field}
          label={t("account:code.recovery")}
          name="recoveryCode"
          required
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          minLength={16}
          maxLength={40}
          hint={t("account:code.recoveryHint")}
          error={said}
        />
      ) : (
        <Field
          key="totp"
          ref={field}
          label={t("login.totp")}
          name="totp"
          required={required}
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="[0-9 ]{6,8}"
          title={t("login.totpFormat")}
          hint={hint ?? t("login.totpHint")}
          error={said}
        />
      )}
      <button
        type="button"
        onClick={() => setRecovery(!recovery)}
        className="mt-1 min-h-6 text-dense text-accent underline underline-offset-2"
      >
        {recovery ? t("account:code.useApp") : t("account:code.useRecovery")}
      </button>
    </div>
  );
}

/** What was typed into the code's field, as the API takes it. */
export function proofFrom(form: FormData): SecondProof {
  const text = (name: string) => String(form.get(name) ?? "").replace(/\s/g, "");
  if (text("recoveryCode")) return { recoveryCode: text("recoveryCode").toUpperCase() };
  return text("totp") ? { totp: text("totp") } : {};
}
