import { Link, useLocation } from "@tanstack/react-router";
import { Bot, ListVideo, Settings } from "lucide-react";
import { useTranslation } from "react-i18next";

import { classes } from "@/ui/classes";

/** The areas that exist. A room that is not built yet has no door. */
const AREAS = [
  { to: "/factory/bots", icon: Bot, label: "nav.bots", within: ["/factory/bots", "/factory/strategies"] },
  { to: "/factory/runs", icon: ListVideo, label: "nav.runs", within: ["/factory/runs"] },
  { to: "/settings", icon: Settings, label: "nav.settings", within: ["/settings"] },
] as const;

function Areas({ className }: { className: string }) {
  const { t } = useTranslation();
  const path = useLocation({ select: ({ pathname }) => pathname });
  return AREAS.map(({ to, icon: Icon, label, within }) => {
    const here = within.some((start) => path.startsWith(start));
    return (
      <Link key={to} to={to} className={classes(className, here && "bg-s3 !text-text")} aria-current={here ? "page" : undefined}>
        <Icon aria-hidden size={20} />
        <span className="text-caption">{t(label)}</span>
      </Link>
    );
  });
}

export function Rail() {
  const { t } = useTranslation();
  return (
    <nav
      aria-label={t("nav.label")}
      className="fixed inset-y-0 left-0 z-30 hidden w-[72px] flex-col gap-1 border-r border-hairline bg-s1 p-2 md:flex"
    >
      <Link to="/factory/bots" aria-label="BotMarketplace" className="mb-2 flex h-10 items-center justify-center rounded-md">
        <img src="/favicon.svg" alt="" width={28} height={28} />
      </Link>
      <Areas className="flex min-h-12 flex-col items-center justify-center gap-1 rounded-md px-1 text-center text-text2 hover:bg-s2" />
    </nav>
  );
}

/** The same areas under the thumb. */
export function BottomBar() {
  const { t } = useTranslation();
  return (
    <nav
      aria-label={t("nav.label")}
      className="fixed inset-x-0 bottom-0 z-30 flex border-t border-hairline bg-s1 p-1 md:hidden"
    >
      <Areas className="flex min-h-12 flex-1 flex-col items-center justify-center rounded-md text-text2" />
    </nav>
  );
}
