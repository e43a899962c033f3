import { CODE, session } from "./facts";
import { problem, type Answer } from "./mockApi";
import * as facts from "./settingsFacts";

const copy = <T>(value: T): T => structuredClone(value);
/** What the API lets through only after a step-up. */
const STEP_UP = [
  /^POST \/me\/(password|totp|recovery-codes|erase)$/,
  /^DELETE \/me\/totp$/,
  /^GET \/me\/export$/,
  /^(PATCH|DELETE) \/members\//,
  /^POST \/(invitations|exchanges)$/,
  /^POST \/strategies\/[^/]+\/webhook-secret$/,
];

type Body = Record<string, unknown>;

/** The account's and the workspace's part of the API, in the test's hands. */
export class MockSettings {
  name = session.user.name;
  totpEnabled = true;
  role = "admin";
  steppedUp = false;
  workspaceId = session.workspace.id;
  devices = copy(facts.devices);
  connections = copy(facts.connections);
  members = copy(facts.members);
  invitations = copy(facts.invitations);
  workspaces = copy(facts.workspaces);
  workspace = copy(facts.workspace);
  audit = copy(facts.auditRows) as { id: string; at: string; action: string; actor: string; subject: string; detail: string }[];
  verdict = copy(facts.verdict);

  session() {
    const place = this.workspaces.find(({ id }) => id === this.workspaceId)!;
    return {
      ...session,
      user: { ...session.user, name: this.name, totpEnabled: this.totpEnabled },
      workspace: { ...session.workspace, id: this.workspaceId, name: place.name, role: this.workspaceId === session.workspace.id ? this.role : place.role },
    };
  }

  /** Before signing in. */
  public(path: string, body: Body = {}): Answer | null {
    if (path === "/auth/register") {
      if (String(body.password).length < 12) return invalid("/password", "auth.password_short", { least: "12" });
      if (/^(.)\1+$/.test(String(body.password))) return invalid("/password", "auth.password_weak");
      return { status: 202 };
    }
    if (path === "/auth/verify-email/resend" || path === "/auth/password/forgot") return { status: 202 };
    if (path === "/auth/verify-email" || path === "/auth/password/reset")
      return body.token === facts.LINK_TOKEN ? { status: 204 } : problem(403, "auth.link_invalid", "the link is not valid");
    return null;
  }

  /** As the user; null for what is not of the account or the workspace. */
  answer(method: string, path: string, query: URLSearchParams, body: Body = {}): Answer | null {
    const call = `${method} ${path}`;
    if (call === "POST /auth/step-up") {
      if (this.totpEnabled && body.totp !== CODE && body.recoveryCode !== facts.RECOVERY_CODES[0]) return problem(401, "auth.totp_invalid", "wrong code");
      this.steppedUp = true;
      return { body: { accessToken: "token-1", expiresIn: 900, stepUpSeconds: 300 } };
    }
    if (call === "POST /auth/switch") {
      this.workspaceId = String(body.workspaceId);
      return { body: this.session() };
    }
    if (!this.steppedUp && STEP_UP.some((route) => route.test(call))) return problem(403, "auth.step_up_required", "prove that it is you");
    return this.account(call, body) ?? this.team(call, body) ?? this.exchange(call, body) ?? this.trail(call, query);
  }

  private account(call: string, body: Body): Answer | null {
    if (call === "PATCH /me") {
      if (String(body.name).includes("\u202e")) return invalid("/name", "request.invalid");
      this.name = String(body.name);
      this.members[0]!.name = this.name;
      const { user, workspace } = this.session();
      return { body: { user, workspace } };
    }
    if (call === "POST /me/totp") return { body: { secret: facts.SECRET, otpauthUri: `otpauth://totp/x?secret=${facts.SECRET}`, qrSvg: facts.qrSvg } };
    if (call === "POST /me/totp/confirm") {
      if (body.code !== CODE) return problem(403, "auth.totp_invalid", "wrong code");
      this.totpEnabled = true;
      return { body: { codes: facts.RECOVERY_CODES } };
    }
    if (call === "DELETE /me/totp") {
      this.totpEnabled = false;
      return { status: 204 };
    }
    if (call === "POST /me/recovery-codes") return { body: { codes: [...facts.RECOVERY_CODES].reverse() } };
    if (call === "GET /me/sessions") return { body: { items: this.devices } };
    if (call === "POST /me/sessions/revoke-others") {
      const before = this.devices.length;
      this.devices = this.devices.filter(({ current }) => current);
      return { body: { ended: before - this.devices.length } };
    }
    if (call.startsWith("DELETE /me/sessions/")) {
      this.devices = this.devices.filter(({ id }) => !call.endsWith(id));
      return { status: 204 };
    }
    if (call === "POST /me/password") return body.currentPassword === "wrong" ? problem(403, "auth.password_invalid", "wrong") : { status: 204 };
    if (call === "GET /me/export") return { body: { user: { email: session.user.email }, sessions: [], workspaces: [], complete: true } };
    if (call === "POST /me/erase") return { status: 204 };
    return null;
  }

  private team(call: string, body: Body): Answer | null {
    if (call === "GET /workspaces") return { body: { items: this.workspaces } };
    if (call === "GET /workspace") return { body: { ...this.workspace, role: this.role } };
    if (call === "PATCH /workspace") {
      const limits = (body.limits ?? {}) as Record<string, number>;
      if ((limits.maxActiveRuns ?? 0) > 5) return invalid("/limits/maxActiveRuns", "workspace.limit_out_of_range", { min: "1", max: "5" });
      Object.assign(this.workspace, body.name ? { name: body.name } : {}, { limits: { ...this.workspace.limits, ...limits } });
      return { body: this.workspace };
    }
    if (call === "GET /members") return { body: { items: this.members } };
    const member = this.members.find(({ userId }) => call.endsWith(`/members/${userId}`));
    if (member && call.startsWith("PATCH")) {
      if (member.role === "admin" && body.role !== "admin") return problem(409, "member.last_admin", "the last admin");
      member.role = String(body.role);
      return { body: member };
    }
    if (member && call.startsWith("DELETE")) {
      this.members = this.members.filter((each) => each !== member);
      return { status: 204 };
    }
    if (call === "GET /invitations") return { body: { items: this.invitations } };
    if (call === "POST /invitations") {
      const made = { ...facts.invitations[0]!, id: "01KASM00000000000000INVI09", email: String(body.email), role: String(body.role) };
      this.invitations = [made, ...this.invitations];
      return { status: 201, body: made };
    }
    if (call === "POST /invitations/accept") return { body: { workspaceId: facts.OTHER_WORKSPACE, name: "Вторая команда" } };
    if (call.endsWith("/resend")) return { body: this.invitations[0] };
    if (call.startsWith("DELETE /invitations/")) {
      this.invitations = this.invitations.filter(({ id }) => !call.endsWith(id));
      return { status: 204 };
    }
    return null;
  }

  private exchange(call: string, body: Body): Answer | null {
    if (call === "GET /exchanges") return { body: { items: this.connections, nextCursor: null } };
    if (call === "POST /exchanges") {
      if (body.apiKey === "withdraws") return refusedKey("/apiKey", "exchange.key_withdraws", { scopes: "Wallet.Withdraw" });
      const made = { ...facts.connections[0]!, id: "01KASM00000000000000CONN09", name: String(body.name), env: String(body.env), warnings: [] };
      this.connections = [made, ...this.connections];
      return { status: 201, body: made };
    }
    const connection = this.connections.find(({ id }) => call.includes(`/exchanges/${id}`));
    if (!connection) return null;
    if (call.startsWith("DELETE")) {
      this.connections = this.connections.filter((each) => each !== connection);
      return { status: 204 };
    }
    Object.assign(connection, { status: "CONNECTED", fault: null });
    return { body: connection };
  }

  private trail(call: string, query: URLSearchParams): Answer | null {
    if (call === "GET /audit/verification") return { body: this.verdict };
    if (call === "GET /audit/export") {
      const after = Number(query.get("afterSeq"));
      const lines = this.audit.map((row, index) => JSON.stringify({ seq: index + 1, row })).slice(after, after + Number(query.get("limit")));
      return { text: lines.map((line) => `${line}\n`).join("") };
    }
    if (call !== "GET /audit") return null;
    const action = query.get("action");
    const actor = query.get("actor");
    const found = this.audit.filter(
      (row) =>
        (!action || row.action === action || row.action.startsWith(`${action}.`)) &&
        (!actor || row.actor === actor) &&
        Date.parse(row.at) >= Number(query.get("fromMs") ?? 0) &&
        Date.parse(row.at) <= Number(query.get("toMs") ?? Infinity),
    );
    const start = Number(query.get("cursor") ?? 0);
    const end = start + Number(query.get("limit") ?? 50);
    return { body: { items: found.slice(start, end), nextCursor: end < found.length ? String(end) : null } };
  }
}

function invalid(pointer: string, key: string, params: Record<string, string> = {}): Answer {
  return withErrors(problem(400, "request.invalid", "not valid"), pointer, key, params);
}

function refusedKey(pointer: string, key: string, params: Record<string, string>): Answer {
  return withErrors(problem(422, key, "refused"), pointer, key, params);
}

function withErrors(answer: Answer, pointer: string, key: string, params: Record<string, string>): Answer {
  return { ...answer, body: { ...(answer.body as object), params, errors: [{ pointer, key, params, detail: "as the server says it" }] } };
}
