import { useRef, type FormEvent, type RefObject } from "react";
import { useTranslation } from "react-i18next";

import { stepUp } from "@/api/client";
import { useSession } from "@/api/session";
import { settleStepUp } from "@/api/stepUp";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { useAction } from "@/ui/useAction";

import { CodeFields, isAboutCode, proofFrom } from "./CodeFields";
import { PasswordField } from "./PasswordField";

/** Opens when the API wants to know that the owner is there; what was asked for goes on after the proof. */
export function StepUpDialog() {
  const { t } = useTranslation("account");
  const withCode = useSession((state) => state.session?.user.totpEnabled ?? true);
  const first = useRef<HTMLInputElement>(null);
  return (
    <Dialog
      open
      initialFocus={first}
      onOpenChange={(next) => !next && settleStepUp(false)}
      title={t("stepUp.title")}
      description={withCode ? t("stepUp.text") : t("stepUp.textPassword")}
    >
      <StepUpForm withCode={withCode} first={first} />
    </Dialog>
  );
}

function StepUpForm({ withCode, first }: { withCode: boolean; first: RefObject<HTMLInputElement | null> }) {
  const { t } = useTranslation("account");
  const action = useAction(stepUp);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const proof = withCode ? proofFrom(form) : { password: String(form.get("password") ?? "") };
    if (await action.run(proof)) settleStepUp(true);
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      {withCode ? (
        <CodeFields fieldRef={first} error={action.error} required hint={t("stepUp.codeHint")} />
      ) : (
        <PasswordField ref={first} label={t("common:login.password")} name="password" autoComplete="current-password" required />
      )}
      {action.error !== null && !isAboutCode(action.error) && <ErrorBlock error={action.error} />}
      <DialogActions>
        <Button onClick={() => settleStepUp(false)}>{t("common:cancel")}</Button>
        <Button look="primary" type="submit" busy={action.busy}>
          {t("stepUp.submit")}
        </Button>
      </DialogActions>
    </form>
  );
}
