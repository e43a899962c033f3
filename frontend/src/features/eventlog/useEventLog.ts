import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { call } from "@/api/client";
import { keys } from "@/api/queries";
import { eventSocket } from "@/api/socket";
import type { Page, RunEvent } from "@/api/types";

import { completeTo, emptyLog, withEvents, withGap, type EventLog } from "./eventLog";

const PAGE = 500;
/** An event is given this long to be pushed before it is fetched. */
const PUSH_PATIENCE_MS = 1000;
/** A burst of events leads to one reading of the run. */
const BURST_MS = 300;

async function catchUp(queryClient: QueryClient, runId: string, signal: AbortSignal): Promise<EventLog> {
  const key = keys.events(runId);
  const cached = () => queryClient.getQueryData<EventLog>(key) ?? emptyLog;
  let log = cached();
  let after = completeTo(log);
  for (;;) {
    const page = await call<Page<RunEvent>>("GET", `/runs/${runId}/events`, { signal, query: { after, limit: PAGE } });
    log = withEvents(log, page.items);
    const last = page.items.at(-1)?.seq ?? after;
    if (page.nextCursor === null || page.items.length === 0 || last <= after) break;
    after = last;
  }
  // What was pushed meanwhile is in the cache only.
  return { events: withEvents(log, cached().events).events, gaps: cached().gaps };
}

/**
 * A run's events from one cache: read once, then pushed. A hole in the numbers, a higher number on the run itself or a
 * broken push channel all lead to the same thing: the missing ones are read by number.
 */
export function useEventLog(runId: string, eventSeq: number | undefined) {
  const queryClient = useQueryClient();
  const key = keys.events(runId);
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => catchUp(queryClient, runId, signal),
    staleTime: Infinity,
    structuralSharing: false,
  });

  useEffect(() => {
    let timer: number | undefined;
    const refreshRun = () => {
      timer ??= window.setTimeout(() => {
        timer = undefined;
        void queryClient.invalidateQueries({ queryKey: keys.run(runId), exact: true });
        void queryClient.invalidateQueries({ queryKey: keys.fills(runId) });
        void queryClient.invalidateQueries({ queryKey: ["candles"] });
      }, BURST_MS);
    };
    const offEvent = eventSocket.onEvent((id, event) => {
      if (id !== runId) return;
      queryClient.setQueryData<EventLog>(keys.events(runId), (log) => (log ? withEvents(log, [event]) : log));
      refreshRun();
    });
    const offRestored = eventSocket.onRestored(({ lostMs }) => {
      const before = completeTo(queryClient.getQueryData<EventLog>(keys.events(runId)) ?? emptyLog);
      refreshRun();
      void queryClient.refetchQueries({ queryKey: keys.events(runId) }).then(() => {
        queryClient.setQueryData<EventLog>(keys.events(runId), (log) =>
          log ? withGap(log, { afterSeq: before, lostMs, recovered: completeTo(log) - before }) : log,
        );
      });
    });
    return () => {
      window.clearTimeout(timer);
      offEvent();
      offRestored();
    };
  }, [queryClient, runId]);

  const complete = query.data ? completeTo(query.data) : 0;
  const newest = query.data?.events.at(-1)?.seq ?? 0;
  const missing = query.data !== undefined && complete < Math.max(newest, eventSeq ?? 0);
  useEffect(() => {
    if (!missing) return;
    const timer = window.setTimeout(() => void queryClient.refetchQueries({ queryKey: keys.events(runId) }), PUSH_PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, [missing, complete, newest, eventSeq, queryClient, runId]);

  return query;
}
