import { MailCheck } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { announce } from "@/ui/Announcer";
import { Button } from "@/ui/Button";
import { useAction } from "@/ui/useAction";

interface Props {
  email: string;
  children: ReactNode;
  /** Sends another letter, where one can be asked for again. */
  again?: () => Promise<unknown>;
}

/** A letter is on its way, if there is somebody to write to: the page does not say which, as the API does not. */
export function MailSent({ email, children, again }: Props) {
  const { t } = useTranslation("account");
  const action = useAction(async () => {
    await again?.();
    announce(t("mail.again"));
  });
  const heading = useRef<HTMLParagraphElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="flex flex-col items-center gap-2 text-center">
      <MailCheck aria-hidden size={32} className="text-accent" />
      <p ref={heading} tabIndex={-1} className="text-h3 font-semibold outline-none">
        {t("mail.title")}
      </p>
      <div className="text-text2">{children}</div>
      <p className="font-medium break-all">{email}</p>
      <p className="text-table text-text3">{t("mail.spam")}</p>
      {again && (
        <Button className="mt-2" busy={action.busy} onClick={() => void action.run()}>
          {t("mail.sendAgain")}
        </Button>
      )}
    </div>
  );
}
