import { call } from "./client";
import { noteSocketMessage, useLiveness } from "./liveness";
import type { RunEvent, SocketTicket } from "./types";

const PING_EVERY_MS = 5 * 60_000;
/** How long a new socket may take to open, and an open one to answer. */
const ANSWER_WITHIN_MS = 10_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** After a wake-up a socket silent for longer than this is asked for a sign of life. */
const SUSPICIOUS_SILENCE_MS = 30_000;

export interface Restored {
  /** How long the push channel was away, in milliseconds. */
  lostMs: number;
}

type EventListener = (runId: string, event: RunEvent) => void;
type RestoredListener = (restored: Restored) => void;

/** Waiting time before the n-th try (from 1): doubling with jitter, so that many pages do not return in one moment. */
export function backoffDelay(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return Math.round(full * (0.5 + random() / 2));
}

/** The push channel of a workspace: one a page, events for every run. What it misses, REST brings (see run events). */
export class EventSocket {
  private socket: WebSocket | null = null;
  private wanted = false;
  private retryTimer: number | undefined;
  private pingTimer: number | undefined;
  private answerTimer: number | undefined;
  private lostAt: number | null = null;
  private generation = 0;
  private readonly eventListeners = new Set<EventListener>();
  private readonly restoredListeners = new Set<RestoredListener>();

  start() {
    if (this.wanted) return;
    this.wanted = true;
    document.addEventListener("visibilitychange", this.onWake);
    window.addEventListener("online", this.onWake);
    void this.open();
  }

  stop() {
    this.wanted = false;
    this.generation += 1;
    document.removeEventListener("visibilitychange", this.onWake);
    window.removeEventListener("online", this.onWake);
    this.clearTimers();
    this.socket?.close();
    this.socket = null;
    this.lostAt = null;
    useLiveness.setState({ phase: "off", attempt: 0, nextTryAt: null });
  }

  /** Skips the wait of the back-off. */
  retryNow() {
    if (this.wanted && useLiveness.getState().phase === "waiting") void this.open();
  }

  onEvent(listener: EventListener): () => void {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }

  onRestored(listener: RestoredListener): () => void {
    this.restoredListeners.add(listener);
    return () => this.restoredListeners.delete(listener);
  }

  private async open() {
    const generation = ++this.generation;
    this.clearTimers();
    useLiveness.setState({ phase: "connecting", nextTryAt: null });
    try {
      const { ticket, url } = await call<SocketTicket>("POST", "/sockets/tickets", { body: {} });
      if (generation !== this.generation) return;
      const socket = new WebSocket(`${url}?ticket=${encodeURIComponent(ticket)}`);
      this.socket = socket;
      this.answerTimer = window.setTimeout(() => this.abandon(), ANSWER_WITHIN_MS);
      socket.onopen = () => generation === this.generation && this.opened();
      socket.onmessage = (message) => generation === this.generation && this.received(String(message.data));
      socket.onclose = () => generation === this.generation && this.lost();
    } catch {
      // A ticket that cannot be had (offline, 5xx, ended session) is tried for again like a socket that cannot be opened.
      if (generation === this.generation) this.lost();
    }
  }

  private opened() {
    window.clearTimeout(this.answerTimer);
    const now = Date.now();
    noteSocketMessage();
    const lostAt = this.lostAt;
    this.lostAt = null;
    useLiveness.setState({ phase: "open", attempt: 0, nextTryAt: null, ...(lostAt ? { restoredAt: now } : {}) });
    this.pingTimer = window.setInterval(() => this.ping(), PING_EVERY_MS);
    if (lostAt) for (const listener of this.restoredListeners) listener({ lostMs: now - lostAt });
  }

  private received(text: string) {
    window.clearTimeout(this.answerTimer);
    noteSocketMessage();
    let message: { type?: string; runId?: string; event?: RunEvent };
    try {
      message = JSON.parse(text) as typeof message;
    } catch {
      // Not ours to read (a gateway's own notice); the REST catch-up is what correctness rests on.
      return;
    }
    if (message.type === "event" && message.runId && message.event)
      for (const listener of this.eventListeners) listener(message.runId, message.event);
  }

  private lost() {
    this.clearTimers();
    this.socket = null;
    if (!this.wanted) return;
    this.lostAt ??= Date.now();
    const attempt = useLiveness.getState().attempt + 1;
    const delay = backoffDelay(attempt);
    useLiveness.setState({ phase: "waiting", attempt, nextTryAt: Date.now() + delay });
    this.retryTimer = window.setTimeout(() => void this.open(), delay);
  }

  private ping() {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.socket.send(JSON.stringify({ action: "ping" }));
    window.clearTimeout(this.answerTimer);
    this.answerTimer = window.setTimeout(() => this.abandon(), ANSWER_WITHIN_MS);
  }

  /** A half-dead socket may take minutes to report its end: it is given up at once. */
  private abandon() {
    const dead = this.socket;
    this.generation += 1;
    this.lost();
    dead?.close();
  }

  private readonly onWake = () => {
    if (document.visibilityState === "hidden") return;
    const { phase, socketHeardAt } = useLiveness.getState();
    if (phase === "waiting") this.retryNow();
    else if (phase === "open" && Date.now() - (socketHeardAt ?? 0) > SUSPICIOUS_SILENCE_MS) this.ping();
  };

  private clearTimers() {
    window.clearTimeout(this.retryTimer);
    window.clearInterval(this.pingTimer);
    window.clearTimeout(this.answerTimer);
  }
}

export const eventSocket = new EventSocket();
