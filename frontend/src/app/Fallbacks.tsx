import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { ErrorBlock } from "@/ui/ErrorBlock";

/** The session could not be asked for: the server is away. Nothing is lost by waiting. */
export function LoadFailed({ error }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  return (
    <main className="mx-auto max-w-[560px] p-4 pt-24">
      <h1 className="mb-4 text-h1 font-semibold">BotMarketplace</h1>
      <ErrorBlock error={error} safe={t("safe.runs")} onRetry={() => void router.invalidate()} />
    </main>
  );
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <main className="mx-auto max-w-[560px] p-4 pt-24">
      <h1 className="mb-2 text-h1 font-semibold">{t("notFound.title")}</h1>
      <p className="mb-4 text-text2">{t("notFound.text")}</p>
      <Link to="/factory/bots" className="text-accent underline">
        {t("notFound.action")}
      </Link>
    </main>
  );
}
