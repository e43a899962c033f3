import { useTranslation } from "react-i18next";

import { LANGUAGE_NAMES, LANGUAGES, setLanguage } from "@/i18n";
import { classes } from "@/ui/classes";

export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <div role="group" aria-label={t("language")} className="flex rounded-md border border-control">
      {LANGUAGES.map((language) => (
        <button
          key={language}
          type="button"
          lang={language}
          title={LANGUAGE_NAMES[language]}
          aria-pressed={i18n.language === language}
          onClick={() => void setLanguage(language)}
          className={classes(
            "min-h-7 min-w-8 rounded-[5px] px-1 text-table font-medium uppercase",
            i18n.language === language ? "bg-s3 text-text" : "text-text2 hover:bg-s2",
          )}
        >
          {language}
          <span className="sr-only normal-case"> {LANGUAGE_NAMES[language]}</span>
        </button>
      ))}
    </div>
  );
}
