import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { ApiProblem, call } from "@/api/client";
import { newIdempotencyKey } from "@/api/idempotency";
import { keys } from "@/api/queries";
import type { Run } from "@/api/types";

/**
 * Starts a run once, however often it is asked to: a lock that is set before anything is drawn, and one Idempotency-Key
 * until the server has certainly answered. After silence the same key is sent again, so a run already started is returned.
 */
export function useStartRun(botId: string) {
  const queryClient = useQueryClient();
  const locked = useRef(false);
  const intent = useRef<{ key: string; minutes: number } | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function once(minutes: number): Promise<Run | null> {
    if (locked.current) return null;
    locked.current = true;
    setBusy(true);
    setError(null);
    if (intent.current?.minutes !== minutes) intent.current = { key: newIdempotencyKey(), minutes };
    try {
      const run = await call<Run>("POST", `/bots/${botId}/runs`, {
        body: { durationMinutes: minutes },
        headers: { "Idempotency-Key": intent.current.key },
      });
      intent.current = null;
      queryClient.setQueryData(keys.run(run.id), run);
      void queryClient.invalidateQueries({ queryKey: keys.bots });
      void queryClient.invalidateQueries({ queryKey: keys.runs });
      return run;
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.refused) intent.current = null;
      setError(problem);
      return null;
    } finally {
      locked.current = false;
      setBusy(false);
    }
  }

  return { once, busy, error, unknown: error !== null && !(error instanceof ApiProblem && error.refused) };
}
