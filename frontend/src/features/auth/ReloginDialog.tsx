import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useSession } from "@/api/session";
import { Dialog } from "@/ui/Dialog";

import { LoginForm } from "./LoginForm";

/** The session ended under a page in use: everything on it stays as it is while the user logs in again. */
export function ReloginDialog() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const session = useSession((state) => state.session);
  return (
    <Dialog open onOpenChange={() => undefined} dismissible={false} title={t("login.again")} description={t("login.againText")}>
      <LoginForm email={session?.user.email} onDone={() => void queryClient.invalidateQueries()} />
    </Dialog>
  );
}
