import { Outlet } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { eventSocket } from "@/api/socket";
import { AuthDialogs } from "@/features/auth/AuthDialogs";
import { useLiveLists } from "@/features/runs/useLiveLists";

import { ConnectionBanner } from "./ConnectionBanner";
import { KillSwitchBanner } from "./KillSwitchBanner";
import { BottomBar, Rail } from "./Navigation";
import { TopBar } from "./TopBar";

/** The house around every page: where you are, whether it is demo money, whether the data is fresh, and the way to stop. */
export function Shell() {
  const { t } = useTranslation();
  useEffect(() => {
    eventSocket.start();
    return () => eventSocket.stop();
  }, []);
  useLiveLists();
  return (
    <div className="min-h-dvh pb-14 md:pb-0 md:pl-[72px]">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-s3 px-4 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
        onClick={() => document.getElementById("main")?.focus()}
      >
        {t("skipToContent")}
      </a>
      <Rail />
      <TopBar />
      <KillSwitchBanner />
      <ConnectionBanner />
      <main id="main" tabIndex={-1} className="mx-auto max-w-[1680px] p-3 outline-none sm:p-4">
        <Outlet />
      </main>
      <BottomBar />
      <AuthDialogs />
    </div>
  );
}
