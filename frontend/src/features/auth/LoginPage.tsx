import { useRouter, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { currentSession } from "@/api/session";
import { LanguageSwitch } from "@/app/LanguageSwitch";
import { languageWasChosen, setLanguage } from "@/i18n";
import { EnvironmentBadge } from "@/ui/EnvironmentBadge";
import { usePageTitle } from "@/ui/usePageTitle";

import { LoginForm } from "./LoginForm";

export function LoginPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const { next } = useSearch({ from: "/login" });
  usePageTitle(t("login.title"));

  useEffect(() => {
    if (currentSession()) router.history.replace(next ?? "/");
  }, [next, router]);

  function done() {
    const locale = currentSession()?.user.locale;
    if (!languageWasChosen() && (locale === "en" || locale === "ru")) void setLanguage(locale, false);
    router.history.push(next ?? "/");
  }

  return (
    <main className="flex min-h-dvh flex-col items-center justify-center p-4">
      <div className="w-full max-w-[400px]">
        <div className="mb-4 flex items-center gap-3">
          <img src="/favicon.svg" alt="" width={32} height={32} />
          <p className="text-h3 font-semibold">BotMarketplace</p>
          <div className="ml-auto">
            <LanguageSwitch />
          </div>
        </div>
        <div className="surface p-4 sm:p-6">
          <h1 className="text-h1 font-semibold">{t("login.title")}</h1>
          <p className="mt-1 mb-6 flex flex-wrap items-center gap-2 text-text2">
            <EnvironmentBadge env="demo" /> {t("login.demo")}
          </p>
          <LoginForm onDone={done} />
        </div>
      </div>
    </main>
  );
}
