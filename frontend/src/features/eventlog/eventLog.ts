import type { RunEvent } from "@/api/types";

/** A break of the push channel, shown between the events before and after it. */
export interface Gap {
  afterSeq: number;
  lostMs: number;
  /** How many events were fetched afterwards that had not been pushed. */
  recovered: number;
}

/** What the page knows of a run's events: ascending by seq, each once. */
export interface EventLog {
  events: RunEvent[];
  gaps: Gap[];
}

export const emptyLog: EventLog = { events: [], gaps: [] };

/** The log with `incoming` taken in, whatever their order and however often they came. */
export function withEvents(log: EventLog, incoming: RunEvent[]): EventLog {
  const known = new Set(log.events.map((event) => event.seq));
  const fresh = incoming.filter((event) => !known.has(event.seq) && known.add(event.seq));
  if (fresh.length === 0) return log;
  const events = [...log.events, ...fresh];
  events.sort((a, b) => a.seq - b.seq);
  return { ...log, events };
}

/** The last seq up to which nothing is missing; 0 before the first event. Numbers start at 1 and have no holes. */
export function completeTo(log: EventLog): number {
  let complete = 0;
  for (const event of log.events) {
    if (event.seq > complete + 1) break;
    complete = event.seq;
  }
  return complete;
}

export function withGap(log: EventLog, gap: Gap): EventLog {
  return { ...log, gaps: [...log.gaps, gap] };
}

export interface Filter {
  type: string;
  severity: string;
  text: string;
}

export const noFilter: Filter = { type: "", severity: "", text: "" };

export function matches(event: RunEvent, sentence: string, filter: Filter): boolean {
  if (filter.type && event.type !== filter.type) return false;
  if (filter.severity && event.severity !== filter.severity) return false;
  if (!filter.text) return true;
  const needle = filter.text.toLocaleLowerCase();
  return [sentence, event.type, event.intentId ?? "", JSON.stringify(event.data)].some((hay) => hay.toLocaleLowerCase().includes(needle));
}

export interface Group {
  /** Stable while the group grows. */
  id: string;
  intentId: string | null;
  events: RunEvent[];
}

/** Neighbours that belong to one order, or that one decision wrote in the same instant. */
export function grouped(events: RunEvent[]): Group[] {
  const groups: Group[] = [];
  for (const event of events) {
    const last = groups.at(-1);
    const before = last?.events.at(-1);
    const sameOrder = last && event.intentId && last.intentId === event.intentId;
    const sameInstant = before && before.at === event.at && (!event.intentId || !last?.intentId);
    if (last && (sameOrder || sameInstant)) {
      last.events.push(event);
      last.intentId ??= event.intentId ?? null;
    } else {
      groups.push({ id: `e${event.seq}`, intentId: event.intentId ?? null, events: [event] });
    }
  }
  return groups;
}
