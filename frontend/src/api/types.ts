/**
 * The API's shapes: generated from docs/openapi.json (`npm run generate:api`), with the words that the page decides on
 * narrowed to what they can be. Decimals are strings and times ISO-8601 UTC, as they travel.
 */
import type { components } from "./generated";

type Schemas = components["schemas"];
/** `View` with some of its fields narrowed; a field that the view does not have is an error. */
type Narrow<View, Fields extends Partial<Record<keyof View, unknown>>> = Omit<View, keyof Fields> & Fields;

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** A problem as it may come: a gateway's own has less than the API's. */
export type Problem = Partial<Schemas["ProblemView"]> & { title: string; status: number };

export type Session = Schemas["SessionView"];
export type Instrument = Schemas["InstrumentView"];
export type Candle = Schemas["CandleView"];
export type Candles = Schemas["CandlesView"];
export type SocketTicket = Schemas["TicketView"];
export type KillSwitch = Schemas["KillSwitchView"];
export type StopAllResult = Schemas["StopAllView"];

export type SteppedUp = Schemas["SteppedUpView"];

export type Role = "viewer" | "trader" | "admin";
export const ROLES: readonly Role[] = ["viewer", "trader", "admin"];
/** Whether `role` reaches what asks for `least`. */
export const reaches = (role: string | undefined, least: Role) => ROLES.indexOf(role as Role) >= ROLES.indexOf(least);

export type TotpSetup = Schemas["TotpSetupView"];
export type RecoveryCodes = Schemas["RecoveryCodesView"];
export type Device = Schemas["SessionDeviceView"];
export type MyWorkspace = Narrow<Schemas["MyWorkspaceView"], { role: Role }>;
export type Workspace = Narrow<Schemas["WorkspaceDetailView"], { role: Role }>;
export type Member = Narrow<Schemas["MemberView"], { role: Role }>;
export type Invitation = Narrow<Schemas["InvitationView"], { role: Role }>;
export type Joined = Schemas["JoinedView"];
export type AuditEntry = Schemas["AuditEntryView"];
export type AuditVerdict = Narrow<Schemas["VerificationView"], { verdict: "intact" | "broken" }>;

export type KeyNote = Schemas["KeyNoteView"];
export type KeyPermissions = Schemas["KeyPermissionsView"];
export type ExchangeEnvironment = "demo" | "testnet" | "real";
export type Connection = Narrow<Schemas["ConnectionView"], { env: ExchangeEnvironment }>;

export type Bot = Narrow<Schemas["BotView"], { status: "ready" | "running" }>;

export type Level =
  | { type: "fixed_pct"; value: number | string }
  | { type: "fixed_price"; value: number | string }
  | { type: "atr_multiple"; value: number | string; atrLength?: number }
  | { type: string; value?: number | string };

/** What the page reads of a strategy's document; the API hands it through as it was saved. */
export interface StrategySpec {
  market?: { symbol?: string };
  timeframe?: string;
  entry?: { long?: unknown; short?: unknown };
  exit?: { stopLoss?: Level; takeProfit?: Level };
  risk?: {
    riskPerTradePct?: number | string;
    fixedNotionalUsd?: number | string;
    maxPositionSizeUsd?: number | string;
    maxLossPerRunUsd?: number | string;
    dailyLossLimitUsd?: number | string;
    cooldownSeconds?: number;
  };
  execution?: { onStop?: StopPolicy };
  guards?: { maxOrdersPerMinute?: number };
}

export type Strategy = Narrow<Schemas["StrategyView"], { spec: StrategySpec }>;
export type Webhook = Schemas["WebhookView"];
export type WebhookSecret = Schemas["WebhookSecretView"];

export type RunStatus = "queued" | "starting" | "running" | "paused" | "stopping" | "finished" | "stopped" | "error";
export type StopReason = "manual" | "timeout" | "risk" | "error" | "kill_switch" | "system";
export type StopPolicy = NonNullable<Schemas["StopRunBody"]["policy"]>;
export type TradingState = "IDLE" | "ARMED" | "ENTRY_PENDING" | "IN_POSITION" | "EXIT_PENDING" | "PAUSED" | "DISABLED";
export type Side = "Buy" | "Sell";

export type RunPosition = Narrow<Schemas["RunPositionView"], { side: Side }>;

/** A condition of the strategy on the newest bar: its formula, its values and whether it is true (null: undefined). */
export interface Reason {
  path: string;
  description: string;
  value: unknown;
  truth: boolean | null;
}

type LastBar = Narrow<Schemas["LastBarView"], { reasons: Reason[] }>;

export type Run = Narrow<
  Schemas["RunView"],
  { status: RunStatus; stopReason: StopReason | null; tradingState: TradingState; position: RunPosition | null; lastBar: LastBar | null }
>;

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

export type RunEvent = Narrow<
  Schemas["EventView"],
  { type: EventType; severity: Severity; params: Record<string, unknown>; data: Record<string, unknown> }
>;

export type Fill = Narrow<Schemas["FillView"], { side: Side }>;
export type Trade = Narrow<Schemas["TradeView"], { side: Side }>;
export type Report = Narrow<Schemas["ReportView"], { status: RunStatus; stopReason: StopReason | null; trades: Trade[] }>;

const ENDED: ReadonlySet<RunStatus> = new Set(["finished", "stopped", "error"]);

export const hasEnded = (run: { status: RunStatus }) => ENDED.has(run.status);
