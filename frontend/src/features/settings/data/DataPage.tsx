import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { eraseAccount } from "@/api/account";
import { callForText } from "@/api/client";
import { closeSession, useSession } from "@/api/session";
import { Button } from "@/ui/Button";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Panel } from "@/ui/Panel";
import { saveFile } from "@/ui/saveFile";
import { useAction } from "@/ui/useAction";

import { RoomHeading } from "../RoomHeading";

const ERASED = ["data.erase.account", "data.erase.keys", "data.erase.stays"] as const;

/** What is kept of a person: to take along, and to have forgotten. */
export function DataPage() {
  const { t } = useTranslation("settings");
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const email = useSession((state) => state.session?.user.email ?? "");
  const [erasing, setErasing] = useState(false);
  const take = useAction(async () => saveFile("botmarketplace-my-data.json", await callForText("/me/export"), "application/json"));

  async function gone() {
    // First of all: the login page sends whoever is signed in back to the app.
    closeSession();
    await navigate({ to: "/login" });
    queryClient.clear();
  }

  return (
    <>
      <RoomHeading title={t("data.title")} text={t("data.text")} />
      <div className="flex flex-col gap-4">
        <Panel title={t("data.exportTitle")}>
          <div className="flex flex-col items-start gap-3 p-3">
            <p className="max-w-[72ch] text-text2">{t("data.exportText")}</p>
            {take.error !== null && <ErrorBlock error={take.error} />}
            <Button busy={take.busy} onClick={() => void take.run()}>
              <Download aria-hidden size={16} />
              {t("data.export")}
            </Button>
          </div>
        </Panel>
        <Panel title={t("data.eraseTitle")}>
          <div className="flex flex-col items-start gap-3 p-3">
            <p className="max-w-[72ch] text-text2">{t("data.eraseText")}</p>
            <ul className="flex list-disc flex-col gap-1 pl-5 text-text2">
              {ERASED.map((line) => (
                <li key={line}>{t(line)}</li>
              ))}
            </ul>
            <Button look="dangerOutline" onClick={() => setErasing(true)}>
              {t("data.erase")}
            </Button>
          </div>
        </Panel>
      </div>
      {erasing && (
        <ConfirmDialog title={t("data.eraseTitle")} confirm={t("data.eraseNow")} typed={email} act={eraseAccount} onClose={() => setErasing(false)} onDone={() => void gone()}>
          {t("data.eraseWarning")}
        </ConfirmDialog>
      )}
    </>
  );
}
