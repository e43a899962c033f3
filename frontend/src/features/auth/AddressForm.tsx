import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/ui/Button";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Field } from "@/ui/Field";
import { fieldErrors, restOf } from "@/ui/fieldErrors";
import { useAction } from "@/ui/useAction";

import { MailSent } from "./MailSent";

interface Props {
  submit: string;
  /** What the letter is for, once it is on its way. */
  sent: string;
  send: (email: string) => Promise<void>;
}

/** An address that is to get a letter. */
export function AddressForm({ submit, sent, send }: Props) {
  const { t } = useTranslation("account");
  const [sentTo, setSentTo] = useState<string | null>(null);
  const action = useAction(send);
  const rest = restOf(t, action.error, ["/email"]);

  async function ask(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get("email") ?? "").trim();
    if (await action.run(email)) setSentTo(email);
  }

  if (sentTo !== null)
    return (
      <MailSent email={sentTo} again={() => send(sentTo)}>
        {sent}
      </MailSent>
    );
  return (
    <form onSubmit={(event) => void ask(event)} className="flex flex-col gap-4">
      <Field label={t("common:login.email")} name="email" type="email" autoComplete="username" required error={fieldErrors(t, action.error)["/email"]} />
      {rest !== null && <ErrorBlock error={rest} />}
      <Button look="primary" type="submit" busy={action.busy}>
        {submit}
      </Button>
    </form>
  );
}
