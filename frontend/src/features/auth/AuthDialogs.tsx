import { lazy, Suspense, useEffect } from "react";

import { useSession } from "@/api/session";
import { staffStepUp, useStepUp } from "@/api/stepUp";
import { loadRooms } from "@/i18n";

const loadRelogin = () => Promise.all([import("./ReloginDialog"), loadRooms()]).then(([module]) => ({ default: module.ReloginDialog }));
const loadStepUp = () => Promise.all([import("./StepUpDialog"), loadRooms()]).then(([module]) => ({ default: module.StepUpDialog }));
const ReloginDialog = lazy(loadRelogin);
const StepUpDialog = lazy(loadStepUp);

/** Time for the page to be drawn first. */
const FETCH_AFTER_MS = 2000;

/**
 * The two dialogs that may have to open over any page. They are fetched once the page stands, not when they are needed:
 * by then a newer page may have been published and theirs be gone.
 */
export function AuthDialogs() {
  const expired = useSession((state) => state.expired);
  const asked = useStepUp((state) => state.waiting.length > 0);
  useEffect(staffStepUp, []);
  useEffect(() => {
    // Should this fail, opening the dialog tries again.
    const timer = setTimeout(() => void Promise.all([loadRelogin(), loadStepUp()]).catch(() => undefined), FETCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Suspense>
      {asked && <StepUpDialog />}
      {expired && <ReloginDialog />}
    </Suspense>
  );
}
