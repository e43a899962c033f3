import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { call, stepUp } from "./client";
import { openSession } from "./session";
import { settleStepUp, staffStepUp, useStepUp } from "./stepUp";
import type { Session } from "./types";

const session = { accessToken: "plain", csrfToken: "c", user: {}, workspace: {} } as Session;
let leave: () => void = () => undefined;

/** An API that wants a stepped-up token, and gives one for the code 123456. */
function api() {
  const seen: { path: string; token: string | undefined; key: string | undefined }[] = [];
  const problem = (status: number, code: string) => new Response(JSON.stringify({ title: "no", status, code }), { status });
  vi.stubGlobal("fetch", (url: URL, { headers, body }: { headers: Record<string, string>; body: string | null }) => {
    const path = url.pathname.replace("/api/v1", "");
    const token = headers.Authorization;
    seen.push({ path, token, key: headers["Idempotency-Key"] });
    if (path === "/auth/step-up")
      return Promise.resolve(
        String(body).includes("123456") ? new Response(JSON.stringify({ accessToken: "up", expiresIn: 900, stepUpSeconds: 300 })) : problem(401, "auth.totp_invalid"),
      );
    return Promise.resolve(token === "Bearer up" ? new Response(JSON.stringify({ done: true })) : problem(403, "auth.step_up_required"));
  });
  return seen;
}

beforeEach(() => {
  openSession(session);
  leave = staffStepUp();
});
afterEach(() => {
  leave();
  vi.unstubAllGlobals();
});

it("asks for a proof and sends the same request again", async () => {
  const seen = api();
  const answer = call("POST", "/invitations", { body: {}, headers: { "Idempotency-Key": "k1" } });
  await vi.waitFor(() => expect(useStepUp.getState().waiting).toHaveLength(1));
  await stepUp({ totp: "123456" });
  settleStepUp(true);
  expect(await answer).toEqual({ done: true });
  const sent = seen.filter(({ path }) => path === "/invitations");
  expect(sent.map(({ token, key }) => [token, key])).toEqual([
    ["Bearer plain", "k1"],
    ["Bearer up", "k1"],
  ]);
});

it("refuses as the API did when the dialog is left", async () => {
  api();
  const answer = call("DELETE", "/me/totp");
  await vi.waitFor(() => expect(useStepUp.getState().waiting).toHaveLength(1));
  settleStepUp(false);
  await expect(answer).rejects.toMatchObject({ code: "auth.step_up_required" });
});

it("sends a wrong code once: a second time would count as another try", async () => {
  const seen = api();
  await expect(stepUp({ totp: "000000" })).rejects.toMatchObject({ code: "auth.totp_invalid" });
  expect(seen).toHaveLength(1);
});

it("waits for nobody where no dialog can ask", async () => {
  api();
  leave();
  await expect(call("DELETE", "/me/totp")).rejects.toMatchObject({ code: "auth.step_up_required" });
});
