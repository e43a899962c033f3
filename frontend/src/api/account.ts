/** The account's own acts: registering, links from mails, password, second factor, sessions. */
import { queryOptions } from "@tanstack/react-query";

import { call, callSignedOut } from "./client";
import type { Device, RecoveryCodes, Session, TotpSetup } from "./types";

export interface Newcomer {
  email: string;
  password: string;
  name: string;
  locale: string;
  invitation?: string;
}

export const register = (newcomer: Newcomer) => callSignedOut("/auth/register", newcomer);
export const verifyEmail = (token: string) => callSignedOut("/auth/verify-email", { token });
export const resendVerification = (email: string) => callSignedOut("/auth/verify-email/resend", { email });
export const forgotPassword = (email: string) => callSignedOut("/auth/password/forgot", { email });
export const resetPassword = (token: string, password: string) => callSignedOut("/auth/password/reset", { token, password });

export const changePassword = (currentPassword: string, newPassword: string) => call<void>("POST", "/me/password", { body: { currentPassword, newPassword } });
export const changeProfile = (change: { name?: string; locale?: string }) => call<Pick<Session, "user">>("PATCH", "/me", { body: change });

export const setUpTotp = () => call<TotpSetup>("POST", "/me/totp", { body: {} });
export const confirmTotp = (code: string) => call<RecoveryCodes>("POST", "/me/totp/confirm", { body: { code } });
export const switchTotpOff = () => call<void>("DELETE", "/me/totp");
export const newRecoveryCodes = () => call<RecoveryCodes>("POST", "/me/recovery-codes", { body: {} });

export const sessionsKey = ["me", "sessions"] as const;
export const sessionsQuery = queryOptions({
  queryKey: sessionsKey,
  queryFn: ({ signal }) => call<{ items: Device[] }>("GET", "/me/sessions", { signal }).then((page) => page.items),
});
export const endSession = (id: string) => call<void>("DELETE", `/me/sessions/${id}`);
export const endOtherSessions = () => call<{ ended: number }>("POST", "/me/sessions/revoke-others", { body: {} });

/** Has the account forgotten, for good. */
export const eraseAccount = () => call<void>("POST", "/me/erase", { body: {} });
