import { Eye, EyeOff } from "lucide-react";
import { useState, type ComponentProps } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "@/ui/Field";

type Props = Omit<ComponentProps<typeof Field>, "type" | "unit">;

/** A password that can be looked at while it is typed; managers fill it in and it can be pasted. */
export function PasswordField(props: Props) {
  const { t } = useTranslation("account");
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <Field
      {...props}
      type={shown ? "text" : "password"}
      spellCheck={false}
      autoCapitalize="none"
      unit={
        <button
          type="button"
          aria-pressed={shown}
          aria-label={t("password.show")}
          title={shown ? t("password.hide") : t("password.show")}
          onClick={() => setShown(!shown)}
          className="flex size-10 items-center justify-center rounded-md border border-control bg-s2 text-text2 hover:bg-s3 hover:text-text"
        >
          <Icon aria-hidden size={16} />
        </button>
      }
    />
  );
}
