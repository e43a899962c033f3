import type { RunEvent, TradingState } from "@/api/types";

export const STATES: readonly TradingState[] = ["IDLE", "ARMED", "ENTRY_PENDING", "IN_POSITION", "EXIT_PENDING", "PAUSED", "DISABLED"];

const TRADING: readonly TradingState[] = ["IDLE", "ARMED", "ENTRY_PENDING", "IN_POSITION", "EXIT_PENDING"];

/** The moves between the states of trading itself. A test holds this against the table that docs/runtime.md publishes. */
const OWN_MOVES: readonly (readonly [TradingState, TradingState])[] = [
  ["IDLE", "ARMED"],
  ["ARMED", "IDLE"],
  ["ARMED", "ENTRY_PENDING"],
  ["ENTRY_PENDING", "IDLE"],
  ["ENTRY_PENDING", "IN_POSITION"],
  ["ENTRY_PENDING", "EXIT_PENDING"],
  ["IN_POSITION", "EXIT_PENDING"],
  ["EXIT_PENDING", "IDLE"],
  ["EXIT_PENDING", "IN_POSITION"],
  ["IDLE", "IN_POSITION"],
  ["IDLE", "EXIT_PENDING"],
  ["IN_POSITION", "IDLE"],
  ["PAUSED", "IDLE"],
  ["PAUSED", "IN_POSITION"],
  ["PAUSED", "EXIT_PENDING"],
];

/** Every legal move: trading can be paused from anywhere, and the end of the run disables it from anywhere. */
export const MOVES: readonly (readonly [TradingState, TradingState])[] = [
  ...OWN_MOVES,
  ...TRADING.map((state) => [state, "PAUSED"] as const),
  ...[...TRADING, "PAUSED" as const].map((state) => [state, "DISABLED"] as const),
];

export const nextStates = (state: TradingState) => MOVES.filter(([from]) => from === state).map(([, to]) => to);

/** A move that a run has made. */
export interface Step {
  no: number;
  from: TradingState;
  to: TradingState;
  at: string;
  seq: number;
}

const isState = (value: unknown): value is TradingState => STATES.includes(value as TradingState);

/** The path a run has taken, from its events, numbered from 1. Moves of the run itself (queued, running …) are not part of it. */
export function pathTaken(events: RunEvent[]): Step[] {
  const steps: Step[] = [];
  for (const event of events) {
    if (event.type !== "state_transition") continue;
    const facts = { ...event.params, ...event.data } as Record<string, unknown>;
    const from = facts.from ?? facts.before;
    const to = facts.to ?? facts.after;
    if (isState(from) && isState(to)) steps.push({ no: steps.length + 1, from, to, at: event.at, seq: event.seq });
  }
  return steps;
}
