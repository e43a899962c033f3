import { useTranslation } from "react-i18next";

import { forgotPassword } from "@/api/account";

import { AddressForm } from "./AddressForm";
import { AuthFrame } from "./AuthFrame";
import { AuthLink } from "./AuthLink";

export function ForgotPasswordPage() {
  const { t } = useTranslation("account");
  return (
    <AuthFrame title={t("forgot.title")} text={t("forgot.text")} below={<AuthLink to="/login">{t("toLogin")}</AuthLink>}>
      <AddressForm submit={t("forgot.submit")} sent={t("forgot.sent")} send={forgotPassword} />
    </AuthFrame>
  );
}
