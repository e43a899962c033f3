import { ArrowDownToLine, Download, ScrollText } from "lucide-react";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { RunEvent } from "@/api/types";
import { decimalsOf } from "@/format/numbers";
import { clockDuration } from "@/format/time";
import { announce } from "@/ui/Announcer";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Panel } from "@/ui/Panel";
import { SkeletonRows } from "@/ui/Skeleton";

import { grouped, matches, noFilter, type EventLog, type Filter, type Gap } from "./eventLog";
import { eventSentence } from "./eventSentence";
import { EventRow } from "./EventRow";
import { LogFilter } from "./LogFilter";

/** More lines than this are shown only on request: the newest matter, and a day has thousands. */
const SHOWN_AT_FIRST = 400;
const AT_BOTTOM_PX = 24;
const ANNOUNCE_EVERY_MS = 5000;

interface Props {
  log: EventLog | undefined;
  error: unknown;
  onRetry: () => void;
  live: boolean;
  runId: string;
  tickSize: string | undefined;
}

export function EventLogPanel({ log, error, onRetry, live, runId, tickSize }: Props) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<Filter>(noFilter);
  const [everything, setEverything] = useState(false);
  const events = useMemo(() => log?.events ?? [], [log]);
  const decimals = decimalsOf(tickSize);
  const shown = useMemo(
    () => events.map((event) => ({ event, sentence: eventSentence(t, event, decimals) })).filter(({ event, sentence }) => matches(event, sentence, filter)),
    [events, filter, t, decimals],
  );
  const visible = everything ? shown : shown.slice(-SHOWN_AT_FIRST);
  const { box, unseen, onScroll, toBottom } = useFollow(visible.at(-1)?.event.seq ?? 0, visible.length);
  useSummaryAnnouncements(events, live);

  return (
    <Panel
      title={t("run:log.title")}
      aside={
        <div className="flex flex-wrap items-center gap-2">
          <span className="text-table text-text3">{t("run:log.count", { count: events.length })} · UTC</span>
          <Button size="small" look="quiet" disabled={events.length === 0} onClick={() => download(runId, events)} title={t("run:log.export")}>
            <Download aria-hidden size={16} />
            <span className="sr-only">{t("run:log.export")}</span>
          </Button>
        </div>
      }
      className="flex flex-col"
    >
      <LogFilter filter={filter} onChange={setFilter} events={events} />
      {error !== null && error !== undefined && (
        <div className="p-3">
          <ErrorBlock error={error} onRetry={onRetry} safe={t("safe.runs")} />
        </div>
      )}
      <div className="relative min-h-0 flex-1">
        <div
          ref={box}
          onScroll={onScroll}
          role="log"
          aria-live="off"
          aria-label={t("run:log.title")}
          tabIndex={0}
          className="@container h-[420px] overflow-y-auto p-1 lg:h-[480px] 2xl:h-[640px]"
        >
          {log === undefined && !error && <SkeletonRows rows={8} height={24} />}
          {log !== undefined && events.length === 0 && (
            <EmptyState icon={<ScrollText size={28} />} title={t("run:log.empty")}>
              {t("run:log.emptyText")}
            </EmptyState>
          )}
          {events.length > 0 && shown.length === 0 && (
            <EmptyState
              icon={<ScrollText size={28} />}
              title={t("run:log.filteredEmpty")}
              action={<Button onClick={() => setFilter(noFilter)}>{t("clearFilters")}</Button>}
            />
          )}
          {shown.length > visible.length && (
            <div className="p-2 text-center">
              <Button size="small" onClick={() => setEverything(true)}>
                {t("run:log.showEarlier", { count: shown.length - visible.length })}
              </Button>
            </div>
          )}
          <Lines lines={visible} gaps={log?.gaps ?? []} />
        </div>
        {unseen > 0 && (
          <div className="absolute inset-x-0 bottom-2 flex justify-center">
            <Button size="small" look="primary" onClick={toBottom}>
              <ArrowDownToLine aria-hidden size={16} />
              {t("run:log.new", { count: unseen })}
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}

interface Line {
  event: RunEvent;
  sentence: string;
}

function Lines({ lines, gaps }: { lines: Line[]; gaps: Gap[] }) {
  const { t } = useTranslation();
  const sentences = useMemo(() => new Map(lines.map((line) => [line.event.seq, line.sentence])), [lines]);
  const groups = useMemo(() => grouped(lines.map((line) => line.event)), [lines]);
  return groups.map((group) => {
    const last = group.events.at(-1)!.seq;
    return (
      <div key={group.id}>
        <div
          role="group"
          aria-label={group.intentId ? t("run:log.order", { id: group.intentId }) : undefined}
          className={group.events.length > 1 ? "my-1 border-l-2 border-control pl-1" : "pl-[6px]"}
        >
          {group.intentId && group.events.length > 1 && (
            <p className="px-2 text-caption text-text3">{t("run:log.order", { id: group.intentId })}</p>
          )}
          {group.events.map((event) => (
            <EventRow key={event.seq} event={event} sentence={sentences.get(event.seq) ?? ""} />
          ))}
        </div>
        {gaps
          .filter((gap) => gap.afterSeq >= group.events[0]!.seq && gap.afterSeq <= last)
          .map((gap, index) => (
            <p key={index} className="my-1 rounded-sm px-3 py-1 text-table text-stale tint-stale">
              {gap.recovered > 0
                ? t("run:log.gap", { time: clockDuration(gap.lostMs), count: gap.recovered })
                : t("run:log.gapNothing", { time: clockDuration(gap.lostMs) })}
            </p>
          ))}
      </div>
    );
  });
}

/** Stays at the newest line until the reader scrolls up; then counts what came. */
function useFollow(newest: number, count: number) {
  const box = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [seen, setSeen] = useState({ newest, count });

  useLayoutEffect(() => {
    if (!following.current || !box.current) return;
    box.current.scrollTop = box.current.scrollHeight;
    setSeen({ newest, count });
  }, [newest, count]);

  return {
    box,
    unseen: newest > seen.newest ? Math.max(0, count - seen.count) : 0,
    onScroll: () => {
      const element = box.current;
      if (!element) return;
      following.current = element.scrollHeight - element.scrollTop - element.clientHeight < AT_BOTTOM_PX;
      if (following.current) setSeen({ newest, count });
    },
    toBottom: () => {
      following.current = true;
      if (box.current) box.current.scrollTop = box.current.scrollHeight;
      setSeen({ newest, count });
    },
  };
}

/** One sentence for many events: a screen reader must not be flooded. */
function useSummaryAnnouncements(events: RunEvent[], live: boolean) {
  const { t } = useTranslation();
  const told = useRef<number | null>(null);
  const latest = useRef(events);
  useEffect(() => {
    latest.current = events;
    if (told.current === null && events.length > 0) told.current = events.at(-1)!.seq;
  }, [events]);
  useEffect(() => {
    if (!live) return;
    const timer = window.setInterval(() => {
      const since = told.current;
      if (since === null) return;
      const fresh = latest.current.filter((event) => event.seq > since);
      if (fresh.length === 0) return;
      told.current = fresh.at(-1)!.seq;
      const errors = fresh.filter((event) => event.severity === "error");
      const text = [t("run:log.announce", { count: fresh.length }), errors.length > 0 && t("run:log.announceErrors", { count: errors.length })];
      announce(text.filter(Boolean).join(", "), errors.length > 0 ? "assertive" : "polite");
    }, ANNOUNCE_EVERY_MS);
    return () => window.clearInterval(timer);
  }, [live, t]);
}

function download(runId: string, events: RunEvent[]) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(events, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `run-${runId}-events.json`;
  link.click();
  URL.revokeObjectURL(url);
}
