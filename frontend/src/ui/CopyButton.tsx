import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { announce } from "./Announcer";
import { Button } from "./Button";
import { copyText } from "./copyText";

const SHOWN_MS = 2000;

/** Copies a text and says so; where the browser refuses, it says that too. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation();
  const [state, setState] = useState<"idle" | "copied" | "refused">("idle");

  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);

  async function copy() {
    const done = await copyText(text);
    setState(done ? "copied" : "refused");
    announce(done ? t("copied") : t("copyRefused"), done ? "polite" : "assertive");
  }

  return (
    <Button size="small" onClick={() => void copy()}>
      {state === "copied" ? <Check aria-hidden size={14} /> : <Copy aria-hidden size={14} />}
      {state === "copied" ? t("copied") : state === "refused" ? t("copyRefused") : (label ?? t("copy"))}
    </Button>
  );
}
