/** Realistic answers of the API for the browser tests. Numbers add up, as the server's do. */

export const NOW = Date.parse("2026-11-21T12:34:56.000Z");
export const iso = (offsetMs = 0) => new Date(NOW + offsetMs).toISOString();

export const RUN_ID = "01KASM3Z7Q8V5T2W9X4Y6N1B0C";
export const OLD_RUN_ID = "01KASKJ5M0A2B3C4D5E6F7G8H9";
export const PASSWORD = "correct horse battery staple";
export const CODE = "123456";

export const session = {
  accessToken: "token-1",
  expiresIn: 900,
  csrfToken: "csrf-1",
  user: { id: "01KASM0000000000000000USER", email: "demo@botmarketplace.example", name: "Demo", locale: "en", totpEnabled: true },
  workspace: {
    id: "01KASM0000000000000000WORK",
    name: "Demo",
    role: "trader",
    limits: { maxActiveRuns: 2, maxDurationMinutes: 1440, defaultDurationMinutes: 60, startCooldownSeconds: 60 },
  },
};

export const instruments: Record<string, object> = {
  BTCUSDT: {
    symbol: "BTCUSDT",
    baseCoin: "BTC",
    quoteCoin: "USDT",
    tickSize: "0.10",
    qtyStep: "0.001",
    minOrderQty: "0.001",
    minNotional: "5",
    maxLeverage: "100.00",
    status: "Trading",
  },
  "1000PEPEUSDT": {
    symbol: "1000PEPEUSDT",
    baseCoin: "1000PEPE",
    quoteCoin: "USDT",
    tickSize: "0.0000001",
    qtyStep: "100",
    minOrderQty: "100",
    minNotional: "5",
    maxLeverage: "25.00",
    status: "Trading",
  },
};

export const bots = [
  {
    id: "01KASM00000000000000BOT001",
    name: "RSI dip on Bitcoin",
    strategyId: "rsi-dip",
    strategyVersion: 1,
    strategyName: "RSI dip",
    exchangeConnectionId: "01KASM00000000000000CONN01",
    symbol: "BTCUSDT",
    timeframe: "1m",
    env: "demo",
    status: "ready",
    activeRunId: null as string | null,
    createdAt: iso(-86_400_000),
    updatedAt: iso(-86_400_000),
  },
  {
    id: "01KASM00000000000000BOT002",
    name: "Очень длинное название бота, которое придумал человек, не думавший о ширине столбца таблицы",
    strategyId: "rsi-dip",
    strategyVersion: 12,
    strategyName: "EMA cross with a trailing stop and an hourly trend filter",
    exchangeConnectionId: "01KASM00000000000000CONN01",
    symbol: "1000PEPEUSDT",
    timeframe: "5m",
    env: "demo",
    status: "ready",
    activeRunId: null as string | null,
    createdAt: iso(-86_400_000),
    updatedAt: iso(-86_400_000),
  },
];

export const strategy = {
  id: "rsi-dip",
  name: "RSI dip",
  version: 1,
  hash: "sha256:0f",
  enabled: true,
  spec: {
    id: "rsi-dip",
    name: "RSI dip",
    dslVersion: 1,
    market: { symbol: "BTCUSDT", env: "demo" },
    timeframe: "1m",
    entry: { long: { type: "crossover" }, short: { type: "crossunder" }, order: { type: "Market" } },
    exit: { stopLoss: { type: "atr_multiple", value: 2, atrLength: 14 }, takeProfit: { type: "fixed_pct", value: 1.5 } },
    risk: { riskPerTradePct: 1, maxPositionSizeUsd: 1000, maxLossPerRunUsd: 20, cooldownSeconds: 60 },
    execution: { onStop: "close_market" },
    guards: { maxOrdersPerMinute: 10, pauseOnError: true },
  },
};

/** A quiet random walk that always comes out the same. */
export function candles(count = 240, minutes = 1, start = 46_377) {
  let price = start;
  let seed = 7;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const step = minutes * 60_000;
  const first = Math.floor(NOW / step) * step - count * step;
  return Array.from({ length: count }, (_, index) => {
    const open = price;
    const close = open + (random() - 0.49) * 46;
    price = close;
    const high = Math.max(open, close) + random() * 18;
    const low = Math.min(open, close) - random() * 18;
    const text = (value: number) => value.toFixed(1);
    return { openTime: first + index * step, open: text(open), high: text(high), low: text(low), close: text(close), volume: "12.345" };
  });
}

export const activeRun = {
  id: RUN_ID,
  botId: bots[0]!.id,
  botName: bots[0]!.name,
  strategyId: "rsi-dip",
  strategyVersion: 1,
  exchangeConnectionId: "01KASM00000000000000CONN01",
  symbol: "BTCUSDT",
  timeframe: "1m",
  env: "demo",
  status: "running",
  stopReason: null as string | null,
  tradingState: "IN_POSITION",
  createdAt: iso(-121_000),
  startedAt: iso(-120_000),
  deadlineAt: iso(60_000),
  endedAt: null as string | null,
  durationMinutes: 3,
  position: {
    side: "Buy",
    qty: "0.015",
    entryPrice: "46377.5",
    stopLoss: "46102.1",
    takeProfit: "47073.2",
    protected: true,
    protectedAt: iso(-88_700),
    openedAt: iso(-90_000),
  } as object | null,
  pnl: { realised: "-1.2345", fees: "0.76529", funding: "0", unrealised: "2.4315", net: "0.43171" },
  counts: { orders: 3, fills: 3, trades: 1, errors: 0 },
  lastBar: {
    openTime: NOW - 116_000,
    signal: null,
    reasons: [
      { path: "/entry/long", side: "Buy", description: "rsi(14) crosses above 30", value: "rsi(14) = 47.312345, 30 = 30", truth: false },
      { path: "/entry/short", side: "Sell", description: "rsi(14) crosses below 70", value: "rsi(14) = 47.312345, 70 = 70", truth: false },
    ],
  },
  lastTickAt: iso(-2_000),
  eventSeq: 0,
  pausedReason: null as string | null,
};

interface EventRow {
  seq: number;
  at: string;
  type: string;
  severity: string;
  intentId: string | null;
  key: string;
  params: Record<string, string>;
  data: Record<string, unknown>;
}

export function event(seq: number, offsetMs: number, type: string, variant: string, params: Record<string, string> = {}, more: Partial<EventRow> = {}): EventRow {
  return { seq, at: iso(offsetMs), type, severity: "info", intentId: null, key: variant ? `events.${type}.${variant}` : `events.${type}`, params, data: {}, ...more };
}

const moved = (seq: number, offset: number, machine: string, from: string, to: string) =>
  event(seq, offset, "state_transition", machine, { from, to }, { data: { machine, from, to } });

/** One trip lost, another under way. */
export function storyOfRun(): EventRow[] {
  const first = { intentId: "000001" };
  const second = { intentId: "000002" };
  const third = { intentId: "000003" };
  return [
    event(1, -121_000, "run_queued", ""),
    moved(2, -120_400, "run", "queued", "starting"),
    event(3, -120_100, "reconciled", "", { cause: "start", booked: "0" }),
    moved(4, -120_000, "run", "starting", "running"),
    event(5, -116_000, "signal_generated", "entry", { side: "Buy", close: "46410.2" }),
    moved(6, -116_000, "trading", "IDLE", "ARMED"),
    event(7, -116_000, "order_intent_created", "entry", { side: "Buy", qty: "0.015", symbol: "BTCUSDT", price: "Market", stopLoss: "46135.4", takeProfit: "47106.3", reason: "signal" }, first),
    event(8, -115_700, "order_sent", "entry", { side: "Buy", qty: "0.015", message: "OK" }, first),
    moved(9, -115_700, "trading", "ARMED", "ENTRY_PENDING"),
    event(10, -115_400, "execution", "entry", { side: "Buy", qty: "0.015", price: "46411", fee: "0.38289075" }, { ...first, data: { execId: "e-1", origin: "signal" } }),
    event(11, -115_400, "position_update", "open", { side: "Buy", qty: "0.015", price: "46411" }, first),
    event(12, -115_000, "trading_stop_set", "", { stopLoss: "46136.2", takeProfit: "47107.1" }, first),
    moved(13, -115_000, "trading", "ENTRY_PENDING", "IN_POSITION"),
    event(14, -112_000, "ws_reconnect", "", { stream: "private", seconds: "1.4" }, { severity: "warning" }),
    event(15, -111_800, "reconciled", "", { cause: "reconnect", booked: "0" }),
    event(16, -100_000, "execution", "exit", { side: "Sell", qty: "0.015", price: "46328.7", fee: "0.38221178" }, { ...second, data: { execId: "e-2", origin: "stop_loss" } }),
    moved(17, -100_000, "trading", "IN_POSITION", "EXIT_PENDING"),
    event(18, -100_000, "position_update", "closed", { reason: "stop_loss", net: "-1.99960253" }, second),
    moved(19, -100_000, "trading", "EXIT_PENDING", "IDLE"),
    event(20, -95_000, "risk_blocked", "cooldown", { seconds: "55" }, { severity: "warning" }),
    event(21, -91_000, "signal_generated", "entry", { side: "Buy", close: "46376.9" }),
    moved(22, -91_000, "trading", "IDLE", "ARMED"),
    event(23, -91_000, "order_intent_created", "entry", { side: "Buy", qty: "0.015", symbol: "BTCUSDT", price: "Market", stopLoss: "46102.1", takeProfit: "47073.2", reason: "signal" }, third),
    event(24, -90_700, "order_sent", "unresolved", { side: "Buy", qty: "0.015", message: "timeout" }, { ...third, severity: "warning" }),
    moved(25, -90_700, "trading", "ARMED", "ENTRY_PENDING"),
    event(26, -90_000, "order_update", "filled", { filled: "0.015", qty: "0.015", price: "46377.5", reason: "" }, third),
    event(27, -90_000, "execution", "entry", { side: "Buy", qty: "0.015", price: "46377.5", fee: "0.38261438" }, { ...third, data: { execId: "e-3", origin: "signal" } }),
    event(28, -90_000, "position_update", "open", { side: "Buy", qty: "0.015", price: "46377.5" }, third),
    event(29, -88_700, "trading_stop_set", "", { stopLoss: "46102.1", takeProfit: "47073.2" }, third),
    moved(30, -88_700, "trading", "ENTRY_PENDING", "IN_POSITION"),
  ];
}

const fill = (no: number, side: string, price: string, fee: string, exitReason: string, at: string) => ({
  execId: `e-${no}`,
  orderId: `o-${no}`,
  orderLinkId: `bm-x-e${no}`,
  intentId: `00000${no}`,
  symbol: "BTCUSDT",
  side,
  type: "Trade",
  qty: "0.015",
  price,
  fee,
  exitReason,
  at,
});

export const fills = [
  fill(1, "Buy", "46411", "0.38289075", "", iso(-40 * 60_000)),
  fill(2, "Sell", "46328.7", "0.38221178", "stop_loss", iso(-25 * 60_000)),
  fill(3, "Buy", "46377.5", "0.38261438", "", iso(-12 * 60_000)),
];

export const report = {
  runId: RUN_ID,
  symbol: "BTCUSDT",
  status: "stopped",
  stopReason: "manual",
  startedAt: iso(-120_000),
  endedAt: iso(0),
  grossPnl: "1.2270",
  fees: "1.53060381",
  funding: "0",
  netPnl: "-0.30360381",
  trades: [
    { no: 1, side: "Buy", qty: "0.015", entryPrice: "46411", entryAt: iso(-115_400), exitPrice: "46328.7", exitAt: iso(-100_000), exitReason: "stop_loss", grossPnl: "-1.2345", fees: "0.76510253", netPnl: "-1.99960253" },
    { no: 2, side: "Buy", qty: "0.015", entryPrice: "46377.5", entryAt: iso(-90_000), exitPrice: "46541.6", exitAt: iso(-400), exitReason: "stop_manual", grossPnl: "2.4615", fees: "0.76550128", netPnl: "1.69599872" },
  ],
  equity: [
    { at: iso(-115_400), value: "-0.38289075" },
    { at: iso(-100_000), value: "-1.99960253" },
    { at: iso(-90_000), value: "-2.38221691" },
    { at: iso(-400), value: "-0.30360381" },
  ],
  equityPoints: 4,
  winRate: "0.5000",
  maxDrawdown: "2.38221691",
  counts: { orders: 4, fills: 4, trades: 2, errors: 0 },
  meteredMinutes: 2,
  flat: true,
  proven: true,
  openOrdersLeft: 0,
  complete: true,
};

export const oldRun = {
  ...activeRun,
  id: OLD_RUN_ID,
  botId: bots[1]!.id,
  botName: bots[1]!.name,
  symbol: "1000PEPEUSDT",
  timeframe: "5m",
  status: "finished",
  stopReason: "timeout",
  tradingState: "DISABLED",
  createdAt: iso(-7_300_000),
  startedAt: iso(-7_299_000),
  deadlineAt: iso(-3_699_000),
  endedAt: iso(-3_698_500),
  durationMinutes: 60,
  position: null,
  pnl: { realised: "0", fees: "0", funding: "0", unrealised: "0", net: "0" },
  counts: { orders: 0, fills: 0, trades: 0, errors: 0 },
};
