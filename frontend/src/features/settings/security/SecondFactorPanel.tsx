import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { newRecoveryCodes, setUpTotp, switchTotpOff } from "@/api/account";
import { amendSession, useSession } from "@/api/session";
import type { TotpSetup } from "@/api/types";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Panel } from "@/ui/Panel";
import { useAction } from "@/ui/useAction";

import { RecoveryCodesDialog } from "./RecoveryCodesDialog";
import { TotpSetupDialog } from "./TotpSetupDialog";

type Asking = "off" | "codes" | null;

/** One-time codes: set up, switched off, and the recovery codes beside them. */
export function SecondFactorPanel() {
  const { t } = useTranslation("settings");
  const on = useSession((state) => state.session?.user.totpEnabled ?? false);
  const [setup, setSetup] = useState<TotpSetup | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [asking, setAsking] = useState<Asking>(null);
  const begin = useAction(setUpTotp);

  return (
    <Panel
      title={t("totp.title")}
      aside={
        <Chip tone={on ? "info" : "warn"} icon={on ? <ShieldCheck aria-hidden size={12} /> : <ShieldAlert aria-hidden size={12} />}>
          {on ? t("totp.on") : t("totp.off")}
        </Chip>
      }
    >
      <div className="flex flex-col gap-3 p-3">
        <p className="max-w-[72ch] text-text2">{on ? t("totp.onText") : t("totp.offText")}</p>
        {begin.error !== null && <ErrorBlock error={begin.error} />}
        <div className="flex flex-wrap gap-2">
          {on ? (
            <>
              <Button onClick={() => setAsking("codes")}>{t("totp.newCodes")}</Button>
              <Button look="dangerOutline" onClick={() => setAsking("off")}>
                {t("totp.switchOff")}
              </Button>
            </>
          ) : (
            <Button look="primary" busy={begin.busy} onClick={() => void begin.run().then((answer) => answer && setSetup(answer.value))}>
              {t("totp.setUp")}
            </Button>
          )}
        </div>
      </div>
      {setup && (
        <TotpSetupDialog
          setup={setup}
          onClose={() => setSetup(null)}
          onConfirmed={(shown) => {
            setSetup(null);
            setCodes(shown);
            amendSession({ user: { totpEnabled: true } });
          }}
        />
      )}
      {codes && <RecoveryCodesDialog codes={codes} onClose={() => setCodes(null)} />}
      {asking === "off" && (
        <ConfirmDialog
          title={t("totp.switchOff")}
          confirm={t("totp.switchOffNow")}
          act={switchTotpOff}
          onClose={() => setAsking(null)}
          onDone={() => amendSession({ user: { totpEnabled: false } })}
        >
          {t("totp.switchOffText")}
        </ConfirmDialog>
      )}
      {asking === "codes" && (
        <ConfirmDialog
          title={t("totp.newCodes")}
          confirm={t("totp.newCodesNow")}
          act={async () => setCodes((await newRecoveryCodes()).codes)}
          onClose={() => setAsking(null)}
        >
          {t("totp.newCodesText")}
        </ConfirmDialog>
      )}
    </Panel>
  );
}
