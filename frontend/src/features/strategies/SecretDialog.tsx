import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/ui/Button";
import { CopyButton } from "@/ui/CopyButton";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { Notice } from "@/ui/Notice";

interface Props {
  secret: string;
  onClose: () => void;
}

/** Shown once: leaves only after the reader has said that it is kept. */
export function SecretDialog({ secret, onClose }: Props) {
  const { t } = useTranslation("signals");
  const [kept, setKept] = useState(false);
  return (
    <Dialog open onOpenChange={onClose} dismissible={false} title={t("shown.title")} description={t("shown.text")}>
      <div className="flex flex-wrap items-center gap-2">
        <code data-testid="webhook-secret" aria-label={t("secret")} className="min-w-0 flex-1 basis-64 rounded-md border border-hairline bg-bg p-2 font-mono text-dense break-all select-all">
          {secret}
        </code>
        <CopyButton text={secret} label={t("shown.copy")} />
      </div>
      <Notice look="warn" className="mt-3" title={t("shown.warning")}>
        {t("shown.warningText")}
      </Notice>
      <label className="mt-4 flex min-h-6 items-start gap-2">
        <input type="checkbox" checked={kept} onChange={(event) => setKept(event.target.checked)} className="mt-1 size-4 shrink-0 accent-accent" />
        <span>{t("shown.kept")}</span>
      </label>
      <DialogActions>
        <Button look="primary" disabled={!kept} onClick={onClose}>
          {t("shown.done")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
