import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ApiProblem, call, NoAnswer } from "./client";
import { closeSession, currentSession, openSession, useSession } from "./session";
import type { Session } from "./types";

const session = (accessToken: string): Session => ({
  accessToken,
  expiresIn: 900,
  csrfToken: "csrf",
  user: { id: "u", email: "a@b.example", name: "A", locale: "en", totpEnabled: true },
  workspace: { id: "w", name: "W", role: "trader", limits: { maxActiveRuns: 1, maxDurationMinutes: 60, defaultDurationMinutes: 5, startCooldownSeconds: 0 } },
});

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

/** A server of one function: what it is asked, it answers. */
function serve(answer: (path: string, token: string | null) => Response | Promise<Response>) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: URL, init: RequestInit) => {
    const token = (init.headers as Record<string, string>).Authorization ?? null;
    asked.push(url.pathname);
    return Promise.resolve(answer(url.pathname, token));
  });
  return asked;
}

beforeEach(() => openSession(session("old")));
afterEach(() => {
  closeSession();
  vi.unstubAllGlobals();
});

describe("a call with an expired token", () => {
  it("is renewed once, silently, however many calls notice it at the same moment", async () => {
    const asked = serve((path, token) => {
      if (path.endsWith("/auth/refresh")) return json(session("new"));
      return token === "Bearer new" ? json({ ok: true }) : json({ code: "auth.token_expired" }, 401);
    });
    const answers = await Promise.all([call("GET", "/bots"), call("GET", "/runs")]);
    expect(answers).toEqual([{ ok: true }, { ok: true }]);
    expect(asked.filter((path) => path.endsWith("/auth/refresh"))).toHaveLength(1);
    expect(currentSession()?.accessToken).toBe("new");
  });

  it("asks for a new login when the session is over, and keeps the page", async () => {
    serve(() => json({ code: "auth.token_expired" }, 401));
    await expect(call("GET", "/bots")).rejects.toBeInstanceOf(ApiProblem);
    expect(useSession.getState()).toMatchObject({ expired: true });
    expect(currentSession()).not.toBeNull();
  });
});

describe("an answer that says no", () => {
  it("is a refusal with its code", async () => {
    serve(() => json({ title: "Conflict", status: 409, code: "run.quota" }, 409));
    const problem = await call("POST", "/bots/1/runs").catch((error: unknown) => error as ApiProblem);
    expect(problem).toMatchObject({ status: 409, code: "run.quota", refused: true });
  });

  it("of a gateway is unknown, not refused, also when it is no JSON", async () => {
    serve(() => new Response("<html>bad gateway</html>", { status: 502 }));
    const problem = await call("POST", "/bots/1/runs").catch((error: unknown) => error as ApiProblem);
    expect(problem).toMatchObject({ status: 502, refused: false });
  });
});

it("no answer is told apart from a refusal", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed to fetch")));
  await expect(call("GET", "/bots")).rejects.toBeInstanceOf(NoAnswer);
});
