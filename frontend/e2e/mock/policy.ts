import { expect, type Page } from "@playwright/test";

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

/** Puts an inline script into the open page, which must not run it and must report it to `violations`. */
export async function expectIntruderRefused(page: Page, violations: string[]) {
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.intruder = true";
    document.body.append(script);
  });

  expect(await page.evaluate(() => "intruder" in globalThis)).toBe(false);
  await expect.poll(() => violations.join()).toContain("script-src-elem inline");
}
