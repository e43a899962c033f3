import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { DropdownMenu } from "radix-ui";
import { useTranslation } from "react-i18next";

import { switchWorkspace } from "@/api/client";
import { useSession } from "@/api/session";
import { eventSocket } from "@/api/socket";
import { myWorkspacesQuery } from "@/api/workspace";
import { announce } from "@/ui/Announcer";

import { MenuChoice } from "./MenuChoice";

/** The workspaces that one belongs to; one alone is no choice. */
export function WorkspaceChoice() {
  const { t } = useTranslation();
  const router = useRouter();
  const queryClient = useQueryClient();
  const current = useSession((state) => state.session?.workspace.id);
  const mine = useQuery(myWorkspacesQuery);
  if (!mine.data || mine.data.length < 2) return null;

  async function go(id: string) {
    if (id === current) return;
    try {
      await switchWorkspace(id);
    } catch {
      announce(t("workspaces.refused"), "assertive");
      return;
    }
    // Nothing of the one workspace may be seen in the other.
    queryClient.clear();
    eventSocket.stop();
    eventSocket.start();
    announce(t("workspaces.switched", { name: mine.data?.find((place) => place.id === id)?.name ?? id }));
    await router.navigate({ to: "/factory/bots" });
  }

  return (
    <DropdownMenu.RadioGroup value={current} onValueChange={(id) => void go(id)} aria-label={t("workspaces.label")}>
      <DropdownMenu.Label className="px-2 pt-1 text-caption text-text2">{t("workspaces.label")}</DropdownMenu.Label>
      {mine.data.map(({ id, name, role }) => (
        <MenuChoice key={id} value={id} label={`${name} · ${t(`roles.${role}`)}`} closes />
      ))}
      <DropdownMenu.Separator className="my-2 h-px bg-hairline" />
    </DropdownMenu.RadioGroup>
  );
}
