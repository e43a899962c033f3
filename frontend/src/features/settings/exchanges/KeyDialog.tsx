import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import type { Connection, ExchangeEnvironment } from "@/api/types";
import { addConnection, changeConnection, workspaceKeys } from "@/api/workspace";
import { PasswordField } from "@/features/auth/PasswordField";
import { announce } from "@/ui/Announcer";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Field } from "@/ui/Field";
import { fieldErrors, restOf } from "@/ui/fieldErrors";
import { Notice } from "@/ui/Notice";
import { SelectField } from "@/ui/SelectField";
import { useAction } from "@/ui/useAction";

import { KeyGuide } from "./KeyGuide";

interface Props {
  /** The connection that gets another key; a new one without. */
  connection?: Connection;
  onClose: () => void;
}

const SHOWN = ["/name", "/env", "/apiKey", "/secret"];
const ENVIRONMENTS: ExchangeEnvironment[] = ["demo", "testnet", "real"];

/** A key and its secret, on their way to the exchange and into the vault: the page forgets them when the dialog closes. */
export function KeyDialog({ connection, onClose }: Props) {
  const { t } = useTranslation("settings");
  const queryClient = useQueryClient();
  const first = useRef<HTMLInputElement>(null);
  const [env, setEnv] = useState<ExchangeEnvironment>(connection?.env ?? "demo");
  const action = useAction((key: { apiKey: string; secret: string }, name: string) =>
    connection ? changeConnection(connection.id, key) : addConnection({ ...key, name, env }),
  );
  // A hint must not promise what the way to the server does not keep.
  const encrypted = window.location.protocol === "https:";
  const wrong = fieldErrors(t, action.error);
  const rest = restOf(t, action.error, SHOWN);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    if (!(await action.run({ apiKey: text("apiKey"), secret: text("secret") }, text("name")))) return;
    announce(t("key.saved"));
    await queryClient.invalidateQueries({ queryKey: workspaceKeys.connections });
    onClose();
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      initialFocus={first}
      title={connection ? t("key.rekeyTitle", { name: connection.name }) : t("exchanges.add")}
      description={connection ? t("key.rekeyText") : t("key.addText")}
    >
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {!connection && (
          <>
            <Field ref={first} label={t("key.name")} name="name" required maxLength={60} autoComplete="off" placeholder={t("key.nameExample")} error={wrong["/name"]} />
            <SelectField label={t("key.env")} value={env} onChange={(event) => setEnv(event.target.value as ExchangeEnvironment)} hint={t(`key.envText.${env}`)} error={wrong["/env"]}>
              {ENVIRONMENTS.map((each) => (
                <option key={each} value={each}>
                  {t(`key.envName.${each}`)}
                </option>
              ))}
            </SelectField>
          </>
        )}
        {env === "real" && (
          <Notice look="warn" title={t("key.real")}>
            {t("key.realText")}
          </Notice>
        )}
        <Field
          ref={connection ? first : undefined}
          label={t("key.apiKey")}
          name="apiKey"
          required
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={256}
          error={wrong["/apiKey"]}
        />
        <PasswordField label={t("key.secret")} name="secret" required autoComplete="off" maxLength={256} hint={encrypted ? t("key.secretHint") : t("key.secretHintPlain", { scheme: "http" })} error={wrong["/secret"]} />
        <details className="text-dense">
          <summary className="inline-flex min-h-6 items-center rounded-sm text-accent">{t("guide.summary")}</summary>
          <div className="mt-2">
            <KeyGuide />
          </div>
        </details>
        {rest !== null && <ErrorBlock error={rest} safe={t("key.nothingKept")} />}
        <DialogActions>
          <Button onClick={onClose}>{t("common:cancel")}</Button>
          <Button look="primary" type="submit" busy={action.busy}>
            {connection ? t("key.rekey") : t("key.submit")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
