import { Check, Dot } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { PasswordField } from "./PasswordField";
import { passwordRules, type PasswordRule } from "./passwordRules";

interface Props {
  email: string;
  name?: string;
  label: string;
  error?: string;
}

const RULES: PasswordRule[] = ["length", "variety", "address"];

/** A password to set, with the rules it has to meet, each ticked as it is met. */
export function NewPasswordField({ email, name = "password", label, error }: Props) {
  const { t } = useTranslation("account");
  const [text, setText] = useState("");
  const id = useId();
  const met = passwordRules(text, email);
  return (
    <div>
      <PasswordField
        label={label}
        name={name}
        autoComplete="new-password"
        required
        minLength={12}
        maxLength={128}
        value={text}
        onChange={(event) => setText(event.target.value)}
        error={error}
        hint={t("password.advice")}
      />
      <ul id={id} aria-label={t("password.rules")} className="mt-2 flex flex-col gap-0.5 text-table">
        {RULES.map((rule) => (
          <li key={rule} className={`flex items-center gap-1 ${met[rule] ? "text-accent" : "text-text3"}`}>
            {met[rule] ? <Check aria-hidden size={14} className="shrink-0" /> : <Dot aria-hidden size={14} className="shrink-0" />}
            {t(`password.rule.${rule}`)}
            <span className="sr-only">{met[rule] ? t("password.met") : t("password.unmet")}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
