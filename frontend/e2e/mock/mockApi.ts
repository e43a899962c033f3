import type { Page, Route, WebSocketRoute } from "@playwright/test";

import * as facts from "./facts";
import { MockSettings } from "./mockSettings";
import { MockWebhook } from "./mockWebhook";
import { RECOVERY_CODES } from "./settingsFacts";

export interface Answer {
  status?: number;
  body?: unknown;
  /** What is no JSON. */
  text?: string;
  headers?: Record<string, string>;
}

type Override = (route: Route) => Promise<boolean>;

const copy = <T>(value: T): T => structuredClone(value);

/** The API as the page sees it, in the test's hands: it can be told to move on, to break, or to lose the push channel. */
export class MockApi {
  readonly requests: { method: string; path: string; body: unknown; headers: Record<string, string> }[] = [];
  bots = copy(facts.bots);
  runs: Record<string, typeof facts.activeRun> = { [facts.OLD_RUN_ID]: copy(facts.oldRun) as typeof facts.activeRun };
  events: Record<string, ReturnType<typeof facts.storyOfRun>> = { [facts.OLD_RUN_ID]: [] };
  reports: Record<string, unknown> = {
    [facts.OLD_RUN_ID]: {
      ...copy(facts.report),
      runId: facts.OLD_RUN_ID,
      trades: [],
      equity: [],
      equityPoints: 0,
      winRate: null,
      grossPnl: "0",
      fees: "0",
      netPnl: "0",
      maxDrawdown: "0",
      counts: { orders: 0, fills: 0, trades: 0, errors: 0 },
    },
  };
  strategy = copy(facts.strategy) as { spec: { entry: Record<string, unknown> } };
  readonly settings = new MockSettings();
  readonly webhook = new MockWebhook();
  loggedIn = false;
  tokenValid = true;
  private sockets: WebSocketRoute[] = [];
  private refuseSockets = false;
  private readonly overrides: Override[] = [];

  static async install(page: Page, { loggedIn = true } = {}): Promise<MockApi> {
    const api = new MockApi();
    api.loggedIn = loggedIn;
    await page.clock.install({ time: facts.NOW });
    if (loggedIn) await page.addInitScript(() => localStorage.setItem("bm.csrf", "csrf-1"));
    await page.route("**/api/v1/**", (route) => api.answer(route));
    await page.routeWebSocket(/\/socket\?ticket=/, (socket) => api.connect(socket));
    return api;
  }

  /** A run in its second minute, with one trade behind it and a protected position. */
  startRun() {
    const run = copy(facts.activeRun);
    this.events[run.id] = facts.storyOfRun();
    run.eventSeq = this.events[run.id]!.length;
    this.runs[run.id] = run;
    Object.assign(this.bots[0]!, { status: "running", activeRunId: run.id });
    return run;
  }

  endRun(run: typeof facts.activeRun, changes: Partial<typeof facts.activeRun> = {}) {
    Object.assign(run, { status: "stopped", stopReason: "manual", tradingState: "DISABLED", position: null, endedAt: facts.iso(0) }, changes);
    run.pnl = { realised: "1.2270", fees: "1.53060381", funding: "0", unrealised: "0", net: "-0.30360381" };
    this.reports[run.id] = copy(facts.report);
    Object.assign(this.bots[0]!, { status: "ready", activeRunId: null });
  }

  /** Writes an event and pushes it, or keeps it back as if the push had been lost. */
  emit(runId: string, type: string, variant: string, params: Record<string, string> = {}, more: object = {}, pushed = true) {
    const list = (this.events[runId] ??= []);
    const event = facts.event(list.length + 1, 0, type, variant, params, more);
    list.push(event);
    this.runs[runId]!.eventSeq = event.seq;
    if (pushed) for (const socket of this.sockets) socket.send(JSON.stringify({ type: "event", runId, event }));
  }

  async cutSocket() {
    this.refuseSockets = true;
    for (const socket of this.sockets.splice(0)) await socket.close({ code: 1011, reason: "gone" });
  }

  allowSocket() {
    this.refuseSockets = false;
  }

  /** Answers matching calls in its own way until told otherwise. */
  answering(method: string, path: RegExp, answer: Answer | "abort", times = Infinity) {
    let left = times;
    this.overrides.push(async (route) => {
      const request = route.request();
      if (left <= 0 || request.method() !== method || !path.test(new URL(request.url()).pathname)) return false;
      left -= 1;
      if (answer === "abort") await route.abort("connectionrefused");
      else await reply(route, answer);
      return true;
    });
  }

  private connect(socket: WebSocketRoute) {
    if (this.refuseSockets) {
      void socket.close({ code: 1013, reason: "later" });
      return;
    }
    this.sockets.push(socket);
    socket.onMessage((message) => {
      if (String(message).includes("ping")) socket.send(JSON.stringify({ type: "pong" }));
    });
  }

  private async answer(route: Route) {
    const request = route.request();
    const url = new URL(request.url());
    const path = url.pathname.replace("/api/v1", "");
    const text = request.postData();
    const body = text ? (JSON.parse(text) as Record<string, unknown>) : undefined;
    this.requests.push({ method: request.method(), path, body, headers: request.headers() });
    for (const override of this.overrides) if (await override(route)) return;
    await reply(route, this.route(request.method(), path, url.searchParams, body, request.headers()));
  }

  private route(method: string, path: string, query: URLSearchParams, body: Record<string, unknown> | undefined, headers: Record<string, string>): Answer {
    if (path === "/auth/login") return this.login(body ?? {});
    if (path === "/auth/refresh") {
      if (!this.loggedIn || headers["x-csrf-token"] !== "csrf-1") return problem(401, "auth.refresh_invalid", "log in again");
      return { body: this.settings.session() };
    }
    const before = this.settings.public(path, body);
    if (before) return before;
    if (path === "/auth/logout") {
      this.loggedIn = false;
      return { status: 204 };
    }
    if (!this.tokenValid || headers.authorization !== "Bearer token-1") return problem(401, "auth.token_expired", "the token has expired");
    const own = this.settings.answer(method, path, query, body) ?? this.webhook.answer(method, path);
    if (own) return own;
    if (path === "/sockets/tickets") return { status: 201, body: { ticket: "t-1", url: "ws://127.0.0.1:1/socket", expiresAt: facts.iso(30_000) } };
    if (path === "/bots") return { body: { items: this.bots, nextCursor: null } };
    if (path.startsWith("/strategies/")) return path.endsWith("/versions") ? { body: { items: [{ ...this.strategy, version: 12 }], nextCursor: null } } : { body: this.strategy };
    if (path.startsWith("/instruments/")) return { body: facts.instruments[path.split("/")[2]!] };
    if (path === "/terminal/candles") return { body: { symbol: query.get("symbol"), interval: query.get("interval"), items: facts.candles(), forming: null } };
    const started = /^\/bots\/([^/]+)\/runs$/.exec(path);
    if (started && method === "POST") {
      const run = this.startRun();
      run.durationMinutes = Number(body?.durationMinutes);
      return { status: 201, body: run };
    }
    if (path === "/runs") return { body: { items: this.listed(query.get("status")), nextCursor: null } };
    if (path === "/kill-switch") return { body: { engaged: false, reason: "", workspace: null, platform: null } };
    if (path === "/runs/stop-all") {
      const active = this.listed("active");
      for (const run of active) run.status = "stopping";
      return { status: 202, body: { stopped: active.map((run) => run.id), errors: [], total: active.length } };
    }
    return this.aboutRun(method, path, query);
  }

  private aboutRun(method: string, path: string, query: URLSearchParams): Answer {
    const [, , id = "", what] = path.split("/");
    const run = this.runs[id];
    if (!run) return problem(404, "run.not_found", "there is no such run");
    if (!what) return { body: run };
    if (what === "stop" && method === "POST") {
      Object.assign(run, { status: "stopping", stopReason: "manual" });
      return { status: 202, body: run };
    }
    if (what === "fills") return { body: { items: id === facts.RUN_ID ? facts.fills : [], nextCursor: null } };
    if (what === "report") return this.reports[id] ? { body: this.reports[id] } : problem(404, "run.report_not_ready", "not yet");
    if (what === "events") {
      const after = Number(query.get("after") ?? 0);
      return { body: { items: (this.events[id] ?? []).filter((event) => event.seq > after).slice(0, Number(query.get("limit") ?? 100)), nextCursor: null } };
    }
    return problem(404, "not_found", "not found");
  }

  private listed(status: string | null) {
    const ended = new Set(["finished", "stopped", "error"]);
    return Object.values(this.runs)
      .filter((run) => !status || (status === "ended") === ended.has(run.status))
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  private login(body: Record<string, unknown>): Answer {
    if (body.email !== facts.session.user.email || body.password !== facts.PASSWORD) return problem(401, "auth.invalid_credentials", "wrong");
    if (body.recoveryCode) {
      if (body.recoveryCode !== RECOVERY_CODES[0]) return problem(401, "auth.recovery_code_invalid", "wrong code");
    } else if (!body.totp) return problem(401, "auth.totp_required", "code needed");
    else if (body.totp !== facts.CODE) return problem(401, "auth.totp_invalid", "wrong code");
    this.loggedIn = true;
    this.tokenValid = true;
    return { body: this.settings.session() };
  }
}

export function problem(status: number, code: string, detail: string): Answer {
  return { status, body: { type: `/problems/${code}`, title: "Problem", status, detail, code, requestId: "req-0042" }, headers: { "content-type": "application/problem+json" } };
}

async function reply(route: Route, { status = 200, body, text, headers = {} }: Answer) {
  await route.fulfill({ status, contentType: "application/json", headers, body: text ?? (body === undefined ? "" : JSON.stringify(body)) });
}
