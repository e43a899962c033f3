import { Check, X } from "lucide-react";
import { useTranslation } from "react-i18next";

const STEPS = ["guide.open", "guide.create", "guide.allow", "guide.bind", "guide.copy"] as const;

/** How to make a key that this platform takes, step by step, and what it must not be able to do. */
export function KeyGuide() {
  const { t } = useTranslation("settings");
  return (
    <section aria-label={t("guide.title")} className="rounded-md border border-hairline bg-s1 p-3 sm:p-4">
      <h2 className="font-semibold">{t("guide.title")}</h2>
      <ol className="mt-2 flex list-decimal flex-col gap-1 pl-5 text-dense text-text2">
        {STEPS.map((step) => (
          <li key={step}>{t(step)}</li>
        ))}
      </ol>
      <ul className="mt-3 flex flex-col gap-1 text-dense">
        <li className="flex gap-2">
          <Check aria-hidden size={16} className="mt-0.5 shrink-0 text-accent" />
          {t("guide.needed")}
        </li>
        <li className="flex gap-2">
          <X aria-hidden size={16} className="mt-0.5 shrink-0 text-danger" />
          {t("guide.refused")}
        </li>
      </ul>
    </section>
  );
}
