import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { resendVerification, verifyEmail } from "@/api/account";
import { forgetLinkToken, useLinkToken } from "@/app/linkToken";
import { Spinner } from "@/ui/Button";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Notice } from "@/ui/Notice";
import { useAction } from "@/ui/useAction";

import { AddressForm } from "./AddressForm";
import { AuthFrame } from "./AuthFrame";
import { AuthLink } from "./AuthLink";

/** Confirms the address with the link's token at once; without a good one it sends another letter. */
export function VerifyEmailPage() {
  const { t } = useTranslation("account");
  const token = useLinkToken((state) => state.token);
  const started = useRef(false);
  const [done, setDone] = useState(false);
  const { run, error } = useAction(verifyEmail);

  useEffect(() => {
    // A link works once: it is sent once, however often the page is drawn.
    if (token === null || started.current) return;
    started.current = true;
    void run(token).then((answer) => {
      forgetLinkToken();
      setDone(answer !== undefined);
    });
  }, [token, run]);

  if (done)
    return (
      <AuthFrame title={t("verify.title")}>
        <div role="status" className="flex flex-col gap-4">
          <Notice look="done" title={t("verify.done")}>
            {t("verify.doneText")}
          </Notice>
          <AuthLink to="/login">{t("toLogin")}</AuthLink>
        </div>
      </AuthFrame>
    );
  if (token !== null && error === null)
    return (
      <AuthFrame title={t("verify.title")}>
        <p role="status" className="flex items-center gap-2 text-text2">
          <Spinner /> {t("verify.busy")}
        </p>
      </AuthFrame>
    );
  return (
    <AuthFrame title={t("verify.title")} text={t("verify.text")} below={<AuthLink to="/login">{t("toLogin")}</AuthLink>}>
      <div className="flex flex-col gap-4">
        {error !== null && <ErrorBlock error={error} />}
        <AddressForm submit={t("verify.submit")} sent={t("verify.sent")} send={resendVerification} />
      </div>
    </AuthFrame>
  );
}
