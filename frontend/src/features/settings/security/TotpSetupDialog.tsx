import { useRef, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { confirmTotp } from "@/api/account";
import { ApiProblem } from "@/api/problem";
import type { TotpSetup } from "@/api/types";
import { Button } from "@/ui/Button";
import { CopyButton } from "@/ui/CopyButton";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Field } from "@/ui/Field";
import { problemText } from "@/ui/problemText";
import { useAction } from "@/ui/useAction";

import { grouped, pictureAddress } from "./totpPicture";

interface Props {
  setup: TotpSetup;
  onClose: () => void;
  onConfirmed: (codes: string[]) => void;
}

/** The secret for the authenticator app, as a picture and as text, and the first code that proves it arrived. */
export function TotpSetupDialog({ setup, onClose, onConfirmed }: Props) {
  const { t } = useTranslation("settings");
  const first = useRef<HTMLInputElement>(null);
  const action = useAction(confirmTotp);
  const aboutCode = action.error instanceof ApiProblem && action.error.code === "auth.totp_invalid";

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get("code") ?? "").replace(/\s/g, "");
    const answer = await action.run(code);
    if (answer) onConfirmed(answer.value.codes);
  }

  return (
    <Dialog open initialFocus={first} onOpenChange={(open) => !open && onClose()} title={t("totp.setUp")} description={t("totp.setUpText")}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <div className="flex flex-col gap-4 sm:flex-row">
          {/* White around the code in every theme: cameras need the contrast and the margin. */}
          <img src={pictureAddress(setup.qrSvg)} alt={t("totp.picture")} className="size-44 shrink-0 self-center rounded-md bg-white p-2 sm:self-start" />
          <div className="min-w-0">
            <p className="text-dense font-medium text-text2">{t("totp.byHand")}</p>
            <p data-testid="totp-secret" className="mt-1 rounded-md border border-hairline bg-bg p-2 font-mono text-dense break-words">
              {grouped(setup.secret)}
            </p>
            <div className="mt-2">
              <CopyButton text={setup.secret} label={t("totp.copySecret")} />
            </div>
            <p className="mt-2 text-table text-text3">{t("totp.parameters")}</p>
          </div>
        </div>
        <Field
          ref={first}
          label={t("totp.firstCode")}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="[0-9 ]{6,8}"
          title={t("common:login.totpFormat")}
          required
          error={aboutCode ? problemText(t, action.error) : undefined}
        />
        {action.error !== null && !aboutCode && <ErrorBlock error={action.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t("common:cancel")}</Button>
          <Button look="primary" type="submit" busy={action.busy}>
            {t("totp.confirm")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
