import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { keys } from "@/api/queries";
import { eventSocket } from "@/api/socket";
import type { EventType } from "@/api/types";

const CHANGES_LISTS: ReadonlySet<EventType> = new Set(["run_queued", "state_transition", "stop_requested", "run_ended"]);

/** Keeps the lists of bots and runs true: what the push channel reports, and all of it after a break. */
export function useLiveLists() {
  const queryClient = useQueryClient();
  useEffect(() => {
    const refresh = () => {
      void queryClient.invalidateQueries({ queryKey: keys.runs });
      void queryClient.invalidateQueries({ queryKey: keys.bots });
      void queryClient.invalidateQueries({ queryKey: keys.killSwitch });
    };
    const offEvent = eventSocket.onEvent((_, event) => {
      if (CHANGES_LISTS.has(event.type)) refresh();
    });
    const offRestored = eventSocket.onRestored(refresh);
    return () => {
      offEvent();
      offRestored();
    };
  }, [queryClient]);
}
