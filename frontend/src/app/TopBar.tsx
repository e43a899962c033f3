import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CirclePlay, OctagonX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { runsQuery } from "@/api/queries";
import { StopAllDialog } from "@/features/runs/StopAllDialog";
import { Button } from "@/ui/Button";
import { EnvironmentBadge } from "@/ui/EnvironmentBadge";

import { ConnectionChip } from "./ConnectionChip";
import { LanguageSwitch } from "./LanguageSwitch";
import { UserMenu } from "./UserMenu";

export function TopBar() {
  const { t } = useTranslation();
  const active = useQuery(runsQuery("active"));
  const [stopping, setStopping] = useState(false);
  const count = active.data?.items.length;
  const environment = active.data?.items.some((run) => run.env === "real" || run.env === "mainnet") ? "real" : "demo";
  return (
    <header className="sticky top-0 z-20 flex min-h-12 items-center gap-2 border-b border-hairline bg-s1 px-3 py-1 sm:gap-3 sm:px-4">
      <EnvironmentBadge env={environment} />
      <ConnectionChip />
      <Link
        to="/factory/runs"
        className="hidden min-h-7 items-center gap-1 rounded-md px-2 text-dense text-text2 hover:bg-s2 hover:text-text sm:inline-flex"
      >
        <CirclePlay aria-hidden size={16} />
        {count === undefined ? t("runningUnknown") : t("running", { count })}
      </Link>
      <div className="ml-auto flex items-center gap-1 sm:gap-2">
        <div className="max-[359px]:hidden">
          <LanguageSwitch />
        </div>
        <UserMenu />
        <Button
          look="dangerOutline"
          size="small"
          className="ml-1 sm:ml-3"
          disabled={count === 0}
          title={count === 0 ? t("run:stopAll.nothing") : undefined}
          onClick={() => setStopping(true)}
        >
          <OctagonX aria-hidden size={16} />
          {t("run:stopAll.button")}
        </Button>
      </div>
      <StopAllDialog open={stopping} onOpenChange={setStopping} />
    </header>
  );
}
