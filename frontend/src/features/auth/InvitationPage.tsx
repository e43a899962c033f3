import { useNavigate } from "@tanstack/react-router";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { switchWorkspace } from "@/api/client";
import { useSession } from "@/api/session";
import { acceptInvitation } from "@/api/workspace";
import { forgetLinkToken, useLinkToken } from "@/app/linkToken";
import { Button } from "@/ui/Button";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Notice } from "@/ui/Notice";
import { useAction } from "@/ui/useAction";

import { AuthFrame } from "./AuthFrame";
import { AuthLink } from "./AuthLink";
import { LoginForm } from "./LoginForm";

/** An invitation's link: whoever has an account joins with it, whoever has none registers with it. */
export function InvitationPage() {
  const { t } = useTranslation("account");
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const token = useLinkToken((state) => state.token);
  const session = useSession((state) => state.session);
  const join = useAction(async () => {
    const joined = await acceptInvitation(token!);
    forgetLinkToken();
    await switchWorkspace(joined.workspaceId);
    queryClient.clear();
    await navigate({ to: "/factory/bots" });
  });

  if (token === null)
    return (
      <AuthFrame title={t("invitation.title")} below={<AuthLink to="/login">{t("toLogin")}</AuthLink>}>
        <Notice look="warn" title={t("invitation.noToken")}>
          {t("invitation.noTokenText")}
        </Notice>
      </AuthFrame>
    );
  if (session)
    return (
      <AuthFrame title={t("invitation.title")} text={t("invitation.signedInAs", { email: session.user.email })}>
        <div className="flex flex-col gap-4">
          {join.error !== null && <ErrorBlock error={join.error} />}
          <Button look="primary" busy={join.busy} onClick={() => void join.run()}>
            {t("invitation.join")}
          </Button>
        </div>
      </AuthFrame>
    );
  return (
    <AuthFrame title={t("invitation.title")} text={t("invitation.text")}>
      <div className="flex flex-col gap-4">
        <Notice title={t("invitation.new")} action={<AuthLink to="/register">{t("invitation.register")}</AuthLink>}>
          {t("invitation.newText")}
        </Notice>
        <LoginForm onDone={() => undefined} />
      </div>
    </AuthFrame>
  );
}
