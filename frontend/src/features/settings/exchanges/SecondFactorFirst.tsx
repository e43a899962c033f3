import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Notice } from "@/ui/Notice";

/** Keys that trade are added to accounts with one-time codes only: says so before the form is filled in. */
export function SecondFactorFirst() {
  const { t } = useTranslation("settings");
  return (
    <Notice
      look="warn"
      title={t("exchanges.totpFirst")}
      action={
        <Link to="/settings/security" className="inline-flex min-h-6 items-center text-accent underline underline-offset-2">
          {t("exchanges.totpFirstAction")}
        </Link>
      }
    >
      {t("exchanges.totpFirstText")}
    </Notice>
  );
}
