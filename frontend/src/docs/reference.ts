import "./zodWithoutCode";
import { createApiReference } from "@scalar/api-reference";
import "@scalar/api-reference/style.css";

import { keepNamesRight } from "./names";
import { setStylesByObject } from "./styleAttributes";

/** What is needed of a Vue app, whose own types are not among this project's. */
interface Components {
  component: (name: string, definition: { render: () => null }) => void;
}

/**
 * Draws the contract into `place`. What would leave this origin or write code or style elements into the page is off:
 * fonts, telemetry, the assistant, the request client, themes.
 */
export function showReference(contract: Record<string, unknown>, place: HTMLElement, theme: "dark" | "light") {
  setStylesByObject();
  keepNamesRight(place);
  const { app } = createApiReference({
    content: contract,
    theme: "none",
    forceDarkModeState: theme,
    hideDarkModeToggle: true,
    withDefaultFonts: false,
    telemetry: false,
    agent: { disabled: true },
    hideTestRequestButton: true,
    hideClientButton: true,
    showDeveloperTools: "never",
    documentDownloadType: "none",
    // The samples show where the token goes.
    authentication: { preferredSecurityScheme: "accessToken", securitySchemes: { accessToken: { token: "$ACCESS_TOKEN" } } },
  });
  // The colours come from docs.css: the <style> that the library would fill with a theme's text is left out.
  (app as unknown as Components).component("style", { render: () => null });
  app.mount(place);
}
