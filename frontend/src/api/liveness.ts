import { create } from "zustand";

export type SocketPhase = "off" | "connecting" | "open" | "waiting";

interface Liveness {
  /** When the server was last heard, by any channel, on this machine's clock. */
  serverHeardAt: number | null;
  /** When the push channel last said anything. */
  socketHeardAt: number | null;
  phase: SocketPhase;
  attempt: number;
  nextTryAt: number | null;
  /** When the push channel came back after a break. */
  restoredAt: number | null;
  /** The server's clock minus this machine's, in milliseconds; whole seconds are all that HTTP tells. */
  clockOffset: number;
}

export const useLiveness = create<Liveness>(() => ({
  serverHeardAt: null,
  socketHeardAt: null,
  phase: "off",
  attempt: 0,
  nextTryAt: null,
  restoredAt: null,
  clockOffset: 0,
}));

/** Below this the difference may be the rounding of the Date header and the way through the network. */
const CLOCK_TOLERANCE_MS = 2500;

export function noteServerAnswer(dateHeader: string | null) {
  const now = Date.now();
  const server = dateHeader ? Date.parse(dateHeader) : Number.NaN;
  const offset = Number.isNaN(server) ? useLiveness.getState().clockOffset : server - now;
  useLiveness.setState({ serverHeardAt: now, clockOffset: Math.abs(offset) < CLOCK_TOLERANCE_MS ? 0 : offset });
}

export function noteSocketMessage() {
  const now = Date.now();
  useLiveness.setState({ socketHeardAt: now, serverHeardAt: now });
}
