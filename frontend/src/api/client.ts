import { NoAnswer, ApiProblem, problemFrom } from "./problem";
import { closeSession, currentSession, expireSession, openSession, replaceAccessToken, storedCsrf } from "./session";
import { noteServerAnswer } from "./liveness";
import { askStepUp, isStepUpRequired } from "./stepUp";
import type { Session, SteppedUp } from "./types";

export const API = "/api/v1";

interface Options {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  query?: Record<string, string | number | undefined>;
}

async function send(method: string, path: string, { body, headers, signal, query }: Options, token?: string): Promise<Response> {
  const url = new URL(API + path, window.location.origin);
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value));
  try {
    const response = await fetch(url, {
      method,
      credentials: "same-origin",
      signal: signal ?? null,
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    noteServerAnswer(response.headers.get("Date"));
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new NoAnswer(error);
  }
}

async function read<T>(response: Response): Promise<T> {
  if (!response.ok) throw await problemFrom(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Calls the API as the user, and reads the answer's JSON. */
export async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  return read<T>(await authorised(method, path, options));
}

/** Calls the API as the user for something to keep as a file. */
export async function callForText(path: string, query: Options["query"] = {}): Promise<string> {
  const response = await authorised("GET", path, { query, headers: { Accept: "*/*" } });
  if (!response.ok) throw await problemFrom(response);
  return response.text();
}

/** Calls the API as nobody: what comes before signing in. */
export async function callSignedOut(path: string, body: unknown): Promise<void> {
  const response = await send("POST", path, { body });
  if (!response.ok) throw await problemFrom(response);
}

/**
 * An expired access token is renewed once, silently; a dead session asks for a new login. Where the API wants to know
 * that its owner is there, the page asks for a proof and sends the same request again.
 */
async function authorised(method: string, path: string, options: Options): Promise<Response> {
  const first = await renewed(method, path, options);
  if (first.status !== 403 || !isStepUpRequired(await problemFrom(first.clone()))) return first;
  return (await askStepUp()) ? renewed(method, path, options) : first;
}

async function renewed(method: string, path: string, options: Options): Promise<Response> {
  const first = await send(method, path, options, currentSession()?.accessToken);
  if (first.status !== 401 || !(await isAboutToken(first))) return first;
  if (!(await renew())) {
    expireSession();
    return first;
  }
  return send(method, path, options, currentSession()?.accessToken);
}

/** A wrong one-time code is a 401 too, and sending it again would count as another try. */
async function isAboutToken(response: Response): Promise<boolean> {
  const { code } = await problemFrom(response.clone());
  return code === "" || code.startsWith("auth.token_") || code === "auth.session_ended";
}

/** What shows, beside the password, that it is you. */
export interface SecondProof {
  totp?: string;
  recoveryCode?: string;
}

export async function login(email: string, password: string, proof: SecondProof = {}): Promise<void> {
  openSession(await read<Session>(await send("POST", "/auth/login", { body: { email, password, ...proof } })));
}

/** Proves that the owner is there. The token that comes back reaches what is dangerous for some minutes. */
export async function stepUp(proof: SecondProof & { password?: string }): Promise<void> {
  replaceAccessToken((await read<SteppedUp>(await renewed("POST", "/auth/step-up", { body: proof }))).accessToken);
}

/** Goes on in another workspace of one's own; the tokens of the one before are void at once. */
export async function switchWorkspace(workspaceId: string): Promise<void> {
  const csrf = storedCsrf() ?? "";
  openSession(await read<Session>(await send("POST", "/auth/switch", { body: { workspaceId }, headers: { "X-CSRF-Token": csrf } }, currentSession()?.accessToken)));
}

let renewal: Promise<boolean> | null = null;

/** Trades the refresh cookie for a new session. Calls that find the token dead at the same moment share one renewal. */
export function renew(): Promise<boolean> {
  renewal ??= alone(tradeCookie).finally(() => {
    renewal = null;
  });
  return renewal;
}

/** One tab at a time: a refresh token works once, and a second use of it would end the session everywhere. */
async function alone(task: () => Promise<boolean>): Promise<boolean> {
  // Locks exist on secure origins only; elsewhere two tabs must meet in the same instant to disturb each other.
  return navigator.locks ? await navigator.locks.request("bm.refresh", task) : await task();
}

async function tradeCookie(): Promise<boolean> {
  const csrf = storedCsrf();
  if (!csrf) return false;
  const response = await send("POST", "/auth/refresh", { headers: { "X-CSRF-Token": csrf } });
  if (response.ok) {
    openSession(await read<Session>(response));
    return true;
  }
  if (response.status >= 500) throw await problemFrom(response);
  return false;
}

export async function logout(): Promise<void> {
  const csrf = storedCsrf();
  try {
    if (csrf) await send("POST", "/auth/logout", { headers: { "X-CSRF-Token": csrf } }, currentSession()?.accessToken);
  } finally {
    closeSession();
  }
}

export { ApiProblem, NoAnswer };
