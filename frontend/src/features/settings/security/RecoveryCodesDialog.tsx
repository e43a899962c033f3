import { Download, Printer } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "@/api/session";
import { Button } from "@/ui/Button";
import { CopyButton } from "@/ui/CopyButton";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { saveFile } from "@/ui/saveFile";

interface Props {
  codes: string[];
  onClose: () => void;
}

/** Shown once: leaves only after the reader has said that they are kept. */
export function RecoveryCodesDialog({ codes, onClose }: Props) {
  const { t } = useTranslation("settings");
  const email = useSession((state) => state.session?.user.email ?? "");
  const [kept, setKept] = useState(false);
  const text = [t("codes.fileTitle", { email }), "", ...codes, "", t("codes.fileText")].join("\n");
  return (
    <Dialog open onOpenChange={onClose} dismissible={false} title={t("codes.title")} description={t("codes.text")}>
      <div className="printable">
        <p className="hidden print:block">{t("codes.fileTitle", { email })}</p>
        <ol aria-label={t("codes.title")} className="grid grid-cols-1 gap-x-4 gap-y-1 rounded-md border border-hairline bg-bg p-3 font-mono text-dense min-[420px]:grid-cols-2">
          {codes.map((code) => (
            <li key={code} className="num">
              {code}
            </li>
          ))}
        </ol>
      </div>
      <div className="mt-3 flex flex-wrap gap-2">
        <CopyButton text={codes.join("\n")} />
        <Button size="small" onClick={() => saveFile("botmarketplace-recovery-codes.txt", text, "text/plain")}>
          <Download aria-hidden size={14} />
          {t("codes.download")}
        </Button>
        <Button size="small" onClick={() => window.print()}>
          <Printer aria-hidden size={14} />
          {t("codes.print")}
        </Button>
      </div>
      <label className="mt-4 flex min-h-6 items-start gap-2">
        <input type="checkbox" checked={kept} onChange={(event) => setKept(event.target.checked)} className="mt-1 size-4 shrink-0 accent-accent" />
        <span>{t("codes.kept")}</span>
      </label>
      <DialogActions>
        <Button look="primary" disabled={!kept} onClick={onClose}>
          {t("codes.done")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
