/** The API's shapes. Decimals are strings and times ISO-8601 UTC, as they travel. */

export type Decimal = string;
export type IsoTime = string;

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface ProblemError {
  pointer: string;
  detail: string;
  key?: string;
  params?: Record<string, string>;
}

export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  instance?: string;
  code?: string;
  params?: Record<string, string>;
  errors?: ProblemError[];
  requestId?: string;
}

export interface Limits {
  maxActiveRuns: number;
  maxDurationMinutes: number;
  defaultDurationMinutes: number;
  startCooldownSeconds: number;
}

export interface Session {
  accessToken: string;
  expiresIn: number;
  csrfToken: string;
  user: { id: string; email: string; locale: string };
  workspace: { id: string; name: string; role: string; limits: Limits };
}

export interface Instrument {
  symbol: string;
  baseCoin: string;
  quoteCoin: string;
  tickSize: Decimal;
  qtyStep: Decimal;
  minOrderQty: Decimal;
  minNotional: Decimal;
  maxLeverage: Decimal;
  status: string;
}

export interface Candle {
  openTime: number;
  open: Decimal;
  high: Decimal;
  low: Decimal;
  close: Decimal;
  volume: Decimal;
}

export interface Candles {
  symbol: string;
  interval: string;
  items: Candle[];
  forming: Candle | null;
}

export interface Bot {
  id: string;
  name: string;
  strategyId: string;
  strategyVersion: number;
  strategyName: string;
  exchangeConnectionId: string;
  symbol: string;
  timeframe: string;
  env: string;
  status: "ready" | "running";
  activeRunId: string | null;
  createdAt: IsoTime;
  updatedAt: IsoTime;
}

export type Level =
  | { type: "fixed_pct"; value: number | string }
  | { type: "fixed_price"; value: number | string }
  | { type: "atr_multiple"; value: number | string; atrLength?: number }
  | { type: string; value?: number | string };

export interface StrategySpec {
  id: string;
  name: string;
  timeframe: string;
  market: { symbol: string; env?: string };
  entry?: { long?: unknown; short?: unknown; order?: { type?: string } };
  exit?: { stopLoss?: Level; takeProfit?: Level | { type: "ladder"; steps?: unknown[] }; timeExit?: { maxBars: number } };
  risk?: {
    riskPerTradePct?: number | string;
    fixedNotionalUsd?: number | string;
    maxPositionSizeUsd?: number | string;
    maxLossPerRunUsd?: number | string;
    dailyLossLimitUsd?: number | string;
    cooldownSeconds?: number;
  };
  execution?: { onStop?: StopPolicy };
  guards?: { maxOrdersPerMinute?: number; pauseOnError?: boolean };
}

export interface Strategy {
  id: string;
  name: string;
  version: number;
  spec: StrategySpec;
  hash: string;
  enabled: boolean;
}

export type RunStatus = "queued" | "starting" | "running" | "paused" | "stopping" | "finished" | "stopped" | "error";
export type StopReason = "manual" | "timeout" | "risk" | "error" | "kill_switch" | "system";
export type StopPolicy = "close_market" | "leave_protected" | "cancel_entries_only";
export type TradingState = "IDLE" | "ARMED" | "ENTRY_PENDING" | "IN_POSITION" | "EXIT_PENDING" | "PAUSED" | "DISABLED";
export type Side = "Buy" | "Sell";

export interface RunPosition {
  side: Side;
  qty: Decimal;
  entryPrice: Decimal;
  stopLoss: Decimal | null;
  takeProfit: Decimal | null;
  protected: boolean;
  protectedAt: IsoTime | null;
  openedAt: IsoTime;
}

export interface Reason {
  path: string;
  description: string;
  value: unknown;
  truth: boolean | null;
}

export interface Run {
  id: string;
  botId: string;
  botName: string;
  strategyId: string;
  strategyVersion: number;
  exchangeConnectionId: string;
  symbol: string;
  timeframe: string;
  env: string;
  status: RunStatus;
  stopReason: StopReason | null;
  tradingState: TradingState;
  createdAt: IsoTime;
  startedAt: IsoTime | null;
  deadlineAt: IsoTime;
  endedAt: IsoTime | null;
  durationMinutes: number;
  position: RunPosition | null;
  pnl: { realised: Decimal; fees: Decimal; funding: Decimal; unrealised: Decimal | null; net: Decimal };
  counts: { orders: number; fills: number; trades: number; errors: number };
  lastBar: { openTime: number | IsoTime; signal: string | null; reasons: Reason[] } | null;
  lastTickAt: IsoTime | null;
  eventSeq: number;
  pausedReason: string | null;
}

export type EventType =
  | "run_queued"
  | "state_transition"
  | "signal_generated"
  | "order_intent_created"
  | "order_sent"
  | "order_update"
  | "execution"
  | "position_update"
  | "trading_stop_set"
  | "risk_blocked"
  | "reconciled"
  | "finding"
  | "ws_reconnect"
  | "error"
  | "stop_requested"
  | "run_ended";
export type Severity = "info" | "warning" | "error";

export interface RunEvent {
  seq: number;
  at: IsoTime;
  type: EventType;
  severity: Severity;
  intentId?: string | null;
  key: string;
  params: Record<string, string>;
  data: Record<string, unknown>;
}

export interface Fill {
  execId: string;
  intentId: string;
  side: Side;
  /** Trade, Funding, ...: only some kinds change the position. */
  type: string;
  qty: Decimal;
  price: Decimal;
  fee: Decimal;
  /** Why the position was left; empty for an entry. */
  exitReason: string;
  at: IsoTime;
}

export interface Trade {
  no: number;
  side: Side;
  qty: Decimal;
  entryPrice: Decimal;
  entryAt: IsoTime;
  exitPrice: Decimal | null;
  exitAt: IsoTime | null;
  exitReason: string | null;
  grossPnl: Decimal;
  fees: Decimal;
  netPnl: Decimal;
}

export interface Report {
  runId: string;
  symbol: string;
  status: RunStatus;
  stopReason: StopReason | null;
  startedAt: IsoTime | null;
  endedAt: IsoTime;
  grossPnl: Decimal;
  fees: Decimal;
  funding: Decimal;
  netPnl: Decimal;
  trades: Trade[];
  equity: { at: IsoTime; value: Decimal }[];
  winRate: Decimal | null;
  maxDrawdown: Decimal | null;
  counts: { orders: number; fills: number; trades: number; errors: number };
  meteredMinutes: number;
  flat: boolean;
  openOrdersLeft: number;
  /** False when executions that were not the run's own are in it. */
  complete: boolean;
}

export interface StopAllResult {
  stopped: string[];
  errors: { runId: string; detail: string }[];
  total: number;
}

export interface SocketTicket {
  ticket: string;
  url: string;
  expiresAt: IsoTime;
}

const ENDED: ReadonlySet<RunStatus> = new Set(["finished", "stopped", "error"]);

export const hasEnded = (run: { status: RunStatus }) => ENDED.has(run.status);
