import { create } from "zustand";

import type { Session } from "./types";

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
  sessionStorage.setItem(CSRF, session.csrfToken);
  useSession.setState({ session, expired: false });
}

export function closeSession() {
  sessionStorage.removeItem(CSRF);
  useSession.setState({ session: null, expired: false });
}

export function expireSession() {
  useSession.setState((state) => (state.session ? { expired: true } : state));
}

export const storedCsrf = () => sessionStorage.getItem(CSRF);
