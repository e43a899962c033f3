import { create } from "zustand";

import type { Session } from "./types";

/** Not a secret by itself: it proves that a page of this origin asks. Tabs share it as they share the refresh cookie. */
const CSRF = "bm.csrf";

interface SessionState {
  /** Memory only: a reload asks the refresh cookie for a new access token. */
  session: Session | null;
  /** Set when the session ended under a page that is in use: the page stays, a dialog asks to log in again. */
  expired: boolean;
}

export const useSession = create<SessionState>(() => ({ session: null, expired: false }));

export const currentSession = () => useSession.getState().session;

export function openSession(session: Session) {
  localStorage.setItem(CSRF, session.csrfToken);
  useSession.setState({ session, expired: false });
}

export function closeSession() {
  localStorage.removeItem(CSRF);
  useSession.setState({ session: null, expired: false });
}

export function expireSession() {
  useSession.setState((state) => (state.session ? { expired: true } : state));
}

/** The same session with another access token: a stepped-up one. */
export function replaceAccessToken(accessToken: string) {
  useSession.setState((state) => (state.session ? { session: { ...state.session, accessToken } } : state));
}

/** What is known of the user or the workspace has changed: the shell shows it. */
export function amendSession(change: { user?: Partial<Session["user"]>; workspace?: Partial<Session["workspace"]> }) {
  useSession.setState(({ session }) =>
    session ? { session: { ...session, user: { ...session.user, ...change.user }, workspace: { ...session.workspace, ...change.workspace } } } : {},
  );
}

export const storedCsrf = () => localStorage.getItem(CSRF);
