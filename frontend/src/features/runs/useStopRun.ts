import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";

import { call } from "@/api/client";
import { newIdempotencyKey } from "@/api/idempotency";
import { keys } from "@/api/queries";
import type { Run, StopPolicy } from "@/api/types";

/** Asks a run to stop. The answer is that it is stopping, not that it has stopped. */
export function useStopRun(runId: string) {
  const queryClient = useQueryClient();
  const key = useRef(newIdempotencyKey());
  return useMutation({
    mutationFn: (policy: StopPolicy) =>
      call<Run>("POST", `/runs/${runId}/stop`, { body: { policy }, headers: { "Idempotency-Key": key.current } }),
    onSuccess: (run) => {
      key.current = newIdempotencyKey();
      queryClient.setQueryData(keys.run(runId), run);
      void queryClient.invalidateQueries({ queryKey: keys.runs });
      void queryClient.invalidateQueries({ queryKey: keys.bots });
    },
  });
}
