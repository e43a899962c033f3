import { create } from "zustand";

/** The token of a link that came by mail (`…/reset-password#token=…`), in memory only. */
export const useLinkToken = create<{ token: string | null }>(() => ({ token: null }));

/** Takes the token out of the address bar, and so out of the history, of screenshots and of what is copied from there. */
export function takeLinkToken() {
  const found = /^#token=([\w.~-]{1,128})$/.exec(window.location.hash);
  if (!found) return;
  useLinkToken.setState({ token: found[1]! });
  window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
}

export const forgetLinkToken = () => useLinkToken.setState({ token: null });

// Before the router reads the address, and when a link is pasted into a tab that is open already.
takeLinkToken();
window.addEventListener("hashchange", takeLinkToken);
