/** Answers of the API about the account and the workspace, as long and as odd as real ones. */
import { iso, session } from "./facts";

const DAY_MS = 86_400_000;
const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36";
const PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1";

export const SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
export const RECOVERY_CODES = Array.from({ length: 10 }, (_, index) => `AB${index}D-EFGH-JKLM-NPQR`);
export const LINK_TOKEN = "V2h5IGFyZSB5b3UgcmVhZGluZyB0aGlzPw-_0000000";
export const OTHER_WORKSPACE = "01KASM0000000000000000WRK2";

/** A picture like a QR code's: squares, and a margin. */
export const qrSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29"><path fill="#000" d="${Array.from({ length: 29 * 29 }, (_, index) => index)
  .filter((index) => (index * 7919) % 13 < 6)
  .map((index) => `M${index % 29} ${Math.floor(index / 29)}h1v1h-1z`)
  .join("")}"/></svg>`;

export const devices = [
  { id: "01KASM00000000000000SESS01", userAgent: CHROME, ip: "203.0.113.24", createdAt: iso(-2 * 3_600_000), lastUsedAt: iso(-60_000), expiresAt: iso(6 * DAY_MS), current: true },
  { id: "01KASM00000000000000SESS02", userAgent: PHONE, ip: "2001:db8:85a3:8d3:1319:8a2e:370:7348", createdAt: iso(-3 * DAY_MS), lastUsedAt: iso(-DAY_MS), expiresAt: iso(4 * DAY_MS), current: false },
  { id: "01KASM00000000000000SESS03", userAgent: "", ip: "198.51.100.7", createdAt: iso(-5 * DAY_MS), lastUsedAt: iso(-5 * DAY_MS), expiresAt: iso(2 * DAY_MS), current: false },
];

const permissions = { readOnly: false, trade: true, withdraw: false, ipBound: false, expiresAt: iso(12 * DAY_MS), marginMode: "ISOLATED_MARGIN", scopes: ["ContractTrade.Order", "ContractTrade.Position"] };

export const connections = [
  {
    id: "01KASM00000000000000CONN01",
    exchange: "bybit",
    env: "demo",
    name: "Demo account of the team",
    maskedKey: "xQ3•••9fK",
    account: "104553211",
    status: "CONNECTED",
    fault: null as object | null,
    warnings: [
      { key: "exchange.key_expires", detail: "the key expires soon", params: { days: "12", date: "2026-12-03" }, level: "warning" },
      { key: "exchange.key_unbound", detail: "the key is bound to no IP address", params: {}, level: "warning" },
    ],
    permissions: permissions as object | null,
    lastCheckedAt: iso(-600_000),
    createdAt: iso(-78 * DAY_MS),
    updatedAt: iso(-600_000),
  },
  {
    id: "01KASM00000000000000CONN02",
    exchange: "bybit",
    env: "real",
    name: "Основной счёт с очень длинным названием, которое не помещается в строку",
    maskedKey: "Lm8•••0aa",
    account: "99012344",
    status: "FAILED",
    fault: { key: "exchange.key_address", detail: "the key is bound to other IP addresses than ours", params: {}, level: "error" },
    warnings: [],
    permissions: { ...permissions, ipBound: true, expiresAt: null },
    lastCheckedAt: iso(-3_600_000),
    createdAt: iso(-20 * DAY_MS),
    updatedAt: iso(-3_600_000),
  },
];

export const members = [
  { userId: session.user.id, email: session.user.email, name: "Demo", role: "admin", totpEnabled: true },
  { userId: "01KASM0000000000000000USR2", email: "konstantin.konstantinopolsky@trading-desk.example", name: "Константин Константинопольский", role: "trader", totpEnabled: true },
  { userId: "01KASM0000000000000000USR3", email: "intern@botmarketplace.example", name: "", role: "viewer", totpEnabled: false },
];

export const invitations = [
  { id: "01KASM00000000000000INVI01", email: "new.colleague@trading-desk.example", role: "trader", invitedBy: session.user.id, createdAt: iso(-DAY_MS), expiresAt: iso(6 * DAY_MS) },
];

export const workspaces = [
  { id: session.workspace.id, name: session.workspace.name, role: "admin", current: true },
  { id: OTHER_WORKSPACE, name: "Вторая команда", role: "viewer", current: false },
];

export const workspace = {
  id: session.workspace.id,
  name: session.workspace.name,
  role: "admin",
  limits: session.workspace.limits,
  usage: {
    activeRuns: { used: 1, most: 5 },
    connections: { used: 2, most: 2 },
    strategies: { used: 14, most: 100 },
    bots: { used: 9, most: 50 },
    datasets: { used: 3, most: 20 },
    members: { used: 4, most: 10 },
  },
  createdAt: iso(-90 * DAY_MS),
};

const ACTS = [
  ["session.opened", session.user.id, session.user.id, "password and one-time code"],
  ["connection.tested", "01KASM0000000000000000USR2", "01KASM00000000000000CONN01", "CONNECTED"],
  ["decrypt", "execution", "01KASM00000000000000CONN01", "purpose: place order; caller: run 01KASM3Z7Q8V5T2W9X4Y6N1B0C"],
  ["run.start_requested", "01KASM0000000000000000USR2", "01KASM3Z7Q8V5T2W9X4Y6N1B0C", '{"fields":["durationMinutes"]}'],
  ["order.executed", "run", "01KASM3Z7Q8V5T2W9X4Y6N1B0C", "Buy 0.015 BTCUSDT at 46377.5"],
  ["member.role_changed", session.user.id, "01KASM0000000000000000USR3", '{"fields":["role"]}'],
  ["kill_switch.engage", "01KASM0000000000000000USR2", "workspace", "Strange fills"],
  ["newer.action", "somebody", "something", "an action that this page has no words for"],
] as const;

/** Newest first; the acts repeat. */
export const auditRows = Array.from({ length: 73 }, (_, index) => {
  const [action, actor, subject, detail] = ACTS[index % ACTS.length]!;
  return { id: `01KASM00000000000000AUD${String(index).padStart(3, "0")}`, at: iso(-index * 3_700_000), action, actor, subject, detail };
});

export const verdict = {
  verdict: "intact",
  fromSeq: 1,
  head: { seq: 72, hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" },
  unsealed: 1,
  brokenAt: null as number | null,
  reason: null as string | null,
};
