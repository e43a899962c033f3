import {
  ArrowLeftRight,
  CircleAlert,
  CircleDot,
  Flag,
  Hand,
  History,
  Lightbulb,
  ListPlus,
  PackageCheck,
  RefreshCw,
  Send,
  ShieldBan,
  ShieldCheck,
  TriangleAlert,
  Unplug,
  Wallet,
  type LucideIcon,
} from "lucide-react";
import { memo, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { EventType, RunEvent } from "@/api/types";
import { classes } from "@/ui/classes";
import { Time } from "@/ui/Time";

const ICONS: Record<EventType, LucideIcon> = {
  run_queued: CircleDot,
  state_transition: ArrowLeftRight,
  signal_generated: Lightbulb,
  order_intent_created: ListPlus,
  order_sent: Send,
  order_update: History,
  execution: PackageCheck,
  position_update: Wallet,
  trading_stop_set: ShieldCheck,
  risk_blocked: ShieldBan,
  reconciled: RefreshCw,
  finding: TriangleAlert,
  ws_reconnect: Unplug,
  error: CircleAlert,
  stop_requested: Hand,
  run_ended: Flag,
};

const TONES = { info: "text-text3", warning: "text-warn", error: "text-danger" } as const;

interface Props {
  event: RunEvent;
  sentence: string;
}

/** One line of the log; the facts behind it open below. */
export const EventRow = memo(function EventRow({ event, sentence }: Props) {
  const { t } = useTranslation();
  const Icon = ICONS[event.type] ?? CircleDot;
  const row = useRef<HTMLDetailsElement>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    // Lines come after the address has been read, so a link to one is followed here.
    if (!row.current || window.location.hash !== `#event-${event.seq}`) return;
    row.current.open = true;
    row.current.scrollIntoView({ block: "center" });
  }, [event.seq]);
  return (
    <details ref={row} id={`event-${event.seq}`} onToggle={(toggled) => setOpen(toggled.currentTarget.open)}>
      <summary className="grid min-h-8 grid-cols-[auto_auto_1fr] items-start gap-x-2 rounded-sm px-2 py-1 hover:bg-s2 @2xl:grid-cols-[auto_auto_148px_1fr_auto]">
        <Time at={event.at} form="ms" className="pt-px text-table leading-6 text-text3" />
        <Icon aria-hidden size={16} className={classes("mt-1 shrink-0", TONES[event.severity])} />
        <span className="hidden text-table leading-6 text-text2 @2xl:inline">{t(`events:type.${event.type}`, { defaultValue: event.type })}</span>
        <span className="min-w-0 text-dense leading-6 break-words">
          {event.severity !== "info" && (
            <strong className={classes("mr-1 font-semibold", TONES[event.severity])}>{t(`run:log.severity.${event.severity}`)}:</strong>
          )}
          {sentence}
        </span>
        <span className="num hidden text-right text-caption leading-6 text-text3 @2xl:inline">#{event.seq}</span>
      </summary>
      {open && <EventFacts event={event} />}
    </details>
  );
});

function EventFacts({ event }: { event: RunEvent }) {
  const { t } = useTranslation();
  return (
    <div className="mx-2 mb-2 rounded-sm bg-bg p-2">
      {/* Long lines scroll inside their own box, which the keyboard can reach. */}
      <pre tabIndex={0} aria-label={t("run:log.facts", { seq: event.seq })} className="max-h-64 overflow-auto font-mono text-table text-text2">
        {JSON.stringify({ seq: event.seq, at: event.at, type: event.type, intentId: event.intentId ?? undefined, ...event.params, ...event.data }, null, 2)}
      </pre>
      <a href={`#event-${event.seq}`} className="inline-flex min-h-6 items-center text-table text-accent underline">
        {t("run:log.linkTo", { seq: event.seq })}
      </a>
    </div>
  );
}
