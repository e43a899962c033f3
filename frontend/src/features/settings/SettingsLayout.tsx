import { Link, Outlet } from "@tanstack/react-router";
import { Database, KeyRound, ScrollText, Settings2, ShieldCheck, UserRound, Users } from "lucide-react";
import { useTranslation } from "react-i18next";

import { useSession } from "@/api/session";
import { reaches } from "@/api/types";

const ROOMS = [
  { to: "/settings/profile", icon: UserRound, label: "nav.profile", least: "viewer" },
  { to: "/settings/security", icon: ShieldCheck, label: "nav.security", least: "viewer" },
  { to: "/settings/exchanges", icon: KeyRound, label: "nav.exchanges", least: "viewer" },
  { to: "/settings/team", icon: Users, label: "nav.team", least: "viewer" },
  { to: "/settings/workspace", icon: Settings2, label: "nav.workspace", least: "viewer" },
  { to: "/settings/audit", icon: ScrollText, label: "nav.audit", least: "admin" },
  { to: "/settings/data", icon: Database, label: "nav.data", least: "viewer" },
] as const;

/** The settings' rooms beside each other; a room that the role does not reach has no door. */
export function SettingsLayout() {
  const { t } = useTranslation("settings");
  const role = useSession((state) => state.session?.workspace.role);
  return (
    <div className="mx-auto flex max-w-[1120px] flex-col gap-4 lg:flex-row lg:gap-8">
      <nav aria-label={t("title")} className="min-w-0 lg:w-48 lg:shrink-0">
        <ul className="flex flex-wrap gap-1 lg:sticky lg:top-16 lg:flex-col">
          {ROOMS.filter(({ least }) => reaches(role, least)).map(({ to, icon: Icon, label }) => (
            <li key={to}>
              <Link
                to={to}
                className="flex min-h-9 items-center gap-2 rounded-md px-3 text-dense text-text2 hover:bg-s2"
                activeProps={{ className: "bg-s3 !text-text font-medium", "aria-current": "page" }}
              >
                <Icon aria-hidden size={16} className="shrink-0" />
                {t(label)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="min-w-0 flex-1">
        <Outlet />
      </div>
    </div>
  );
}
