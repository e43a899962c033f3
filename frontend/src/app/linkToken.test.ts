import { expect, it } from "vitest";

import { forgetLinkToken, takeLinkToken, useLinkToken } from "./linkToken";

it("moves the token from the address bar into memory", () => {
  window.history.replaceState(null, "", "/reset-password?x=1#token=aB3-_x");
  takeLinkToken();
  expect(useLinkToken.getState().token).toBe("aB3-_x");
  expect(window.location.href).toMatch(/\/reset-password\?x=1$/);
  forgetLinkToken();
});

it.each(["#main", "#token=", "#token=<script>", "#other=abc"])("leaves the fragment %s alone", (hash) => {
  window.history.replaceState(null, "", `/reset-password${hash}`);
  takeLinkToken();
  expect(useLinkToken.getState().token).toBeNull();
});
