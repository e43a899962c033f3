import type { Page } from "@playwright/test";

/** What the page does against the content security policy, as the browser reports it. */
export async function watchPolicy(page: Page): Promise<string[]> {
  const found: string[] = [];
  await page.exposeFunction("violated", (text: string) => found.push(text));
  await page.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", (event) =>
      (globalThis as unknown as { violated: (text: string) => void }).violated(
        `${location.pathname}: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`,
      ),
    ),
  );
  return found;
}
