import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { classes } from "@/ui/classes";
import { CopyButton } from "@/ui/CopyButton";

import type { SignalSide } from "./outsideSides";
import { EXAMPLE_LANGUAGES, SECRET_VARIABLE, signingExample, type ExampleLanguage } from "./signingExample";

const NAMES: Record<ExampleLanguage, string> = { shell: "curl + openssl", python: "Python" };
const RULES = ["rule.signature", "rule.time", "rule.event", "rule.answer"] as const;

interface Props {
  url: string;
  side: SignalSide;
}

/** A program to copy, and what it does in words for who writes another. */
export function SigningExample({ url, side }: Props) {
  const { t } = useTranslation("signals");
  const [language, setLanguage] = useState<ExampleLanguage>("shell");
  const id = useId();
  const program = signingExample[language](url, side);
  return (
    <section aria-labelledby={id} className="border-t border-hairline pt-4">
      <h3 id={id} className="font-semibold">
        {t("example")}
      </h3>
      <p className="mt-1 max-w-[72ch] text-dense text-text2">
        {t("exampleText")} <code className="font-mono text-text">{SECRET_VARIABLE}</code>.
      </p>
      <div className="mt-3 mb-2 flex flex-wrap items-center justify-between gap-2">
        <div role="group" aria-label={t("language")} className="flex flex-wrap gap-1">
          {EXAMPLE_LANGUAGES.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={language === each}
              onClick={() => setLanguage(each)}
              className={classes("min-h-7 rounded-md border px-2 text-dense", language === each ? "border-accent text-accent tint-accent" : "border-control hover:bg-s2")}
            >
              {NAMES[each]}
            </button>
          ))}
        </div>
        <CopyButton text={program} label={t("copyExample")} />
      </div>
      <pre role="region" aria-label={t("exampleIn", { language: NAMES[language] })} tabIndex={0} className="overflow-x-auto rounded-md border border-hairline bg-bg p-3 font-mono text-table">
        {program.trimEnd()}
      </pre>
      {language === "shell" && <p className="mt-1 text-table text-text3">{t("shellArgument", { program: "openssl", other: NAMES.python })}</p>}
      <ul className="mt-3 flex max-w-[72ch] list-disc flex-col gap-1 pl-5 text-dense text-text2">
        {RULES.map((rule) => (
          <li key={rule}>{t(rule)}</li>
        ))}
      </ul>
    </section>
  );
}
