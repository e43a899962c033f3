import { iso } from "./facts";
import type { Answer } from "./mockApi";

export const WEBHOOK_SECRETS = ["3q2-7wAAbcd_EFGHijklmnopqrstuvwxyz012345678", "Zz9_8yXwVuTsRqPoNmLkJiHgFeDcBa-76543210abcd"];

/** The webhook of the one strategy, in the test's hands. */
export class MockWebhook {
  version = 0;
  rotatedAt: string | null = null;
  lastSignalAt: string | null = null;
  lastEventId: string | null = null;

  /** Null for what is not about a webhook. */
  answer(method: string, path: string): Answer | null {
    const [, strategyId, what] = /^\/strategies\/([^/]+)\/(webhook|webhook-secret)$/.exec(path) ?? [];
    const address = `/api/v1/signals/${strategyId}`;
    if (what === "webhook" && method === "GET") {
      const { version, rotatedAt, lastSignalAt, lastEventId } = this;
      return { body: { path: address, version, rotatedAt, lastSignalAt, lastEventId } };
    }
    if (what === "webhook-secret" && method === "POST") {
      this.version += 1;
      this.rotatedAt = iso(0);
      return { body: { path: address, version: this.version, secret: WEBHOOK_SECRETS[(this.version - 1) % WEBHOOK_SECRETS.length] } };
    }
    return null;
  }
}
