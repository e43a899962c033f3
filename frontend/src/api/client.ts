import { NoAnswer, ApiProblem, problemFrom } from "./problem";
import { closeSession, currentSession, expireSession, openSession, storedCsrf } from "./session";
import { noteServerAnswer } from "./liveness";
import type { Session } from "./types";

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

/** Calls the API as the user. An expired access token is renewed once, silently; a dead session asks for a new login. */
export async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const first = await send(method, path, options, currentSession()?.accessToken);
  if (first.status !== 401) return read<T>(first);
  if (!(await renew())) {
    expireSession();
    return read<T>(first);
  }
  return read<T>(await send(method, path, options, currentSession()?.accessToken));
}

export async function login(email: string, password: string, totp: string): Promise<void> {
  const body = totp ? { email, password, totp } : { email, password };
  openSession(await read<Session>(await send("POST", "/auth/login", { body })));
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
