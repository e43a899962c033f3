import { useRouter, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { currentSession } from "@/api/session";
import { languageWasChosen, setLanguage } from "@/i18n";
import { EnvironmentBadge } from "@/ui/EnvironmentBadge";

import { AuthFrame } from "./AuthFrame";
import { AuthLink } from "./AuthLink";
import { LoginForm } from "./LoginForm";

export function LoginPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const { next } = useSearch({ from: "/login" });

  useEffect(() => {
    if (currentSession()) router.history.replace(next ?? "/");
  }, [next, router]);

  function done() {
    const locale = currentSession()?.user.locale;
    if (!languageWasChosen() && (locale === "en" || locale === "ru")) void setLanguage(locale, false);
    router.history.push(next ?? "/");
  }

  return (
    <AuthFrame
      title={t("login.title")}
      text={
        <p className="flex flex-wrap items-center gap-2">
          <EnvironmentBadge env="demo" /> {t("login.demo")}
        </p>
      }
      below={
        <>
          <AuthLink to="/forgot-password">{t("account:forgot.link")}</AuthLink>
          <AuthLink to="/register">{t("account:register.link")}</AuthLink>
        </>
      }
    >
      <LoginForm onDone={done} />
    </AuthFrame>
  );
}
