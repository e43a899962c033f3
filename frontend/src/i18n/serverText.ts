import type { TFunction } from "i18next";

/**
 * The reader's sentence for a key the server sent ("events.order_sent.entry"). A variant this page does not know yet
 * falls back to its type ("events.order_sent"), and at last to `fallback`: a newer server never leaves a bare key on screen.
 */
export function serverText(t: TFunction, key: string, params: Record<string, unknown> = {}, fallback = key): string {
  const [namespace = "", ...rest] = key.split(".");
  const candidates: string[] = [];
  for (let length = rest.length; length > 0; length -= 1) candidates.push(`${namespace}:${rest.slice(0, length).join(".")}`);
  const known = candidates.find((candidate) => i18nHas(t, candidate, params));
  return known ? t(known, params as Record<string, string>) : fallback;
}

function i18nHas(t: TFunction, key: string, params: Record<string, unknown>): boolean {
  const missing = "\u0000";
  return t(key, { ...params, defaultValue: missing } as Record<string, string>) !== missing;
}
