/** A strategy's webhook: where signals from outside are sent, and the secret that signs them. */
import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import type { Webhook, WebhookSecret } from "./types";

/** Who sets a sender up looks here for its first signal. */
const WEBHOOK_MS = 5000;

export const webhookQuery = (strategyId: string) =>
  queryOptions({
    queryKey: ["webhook", strategyId],
    queryFn: ({ signal }) => call<Webhook>("GET", `/strategies/${strategyId}/webhook`, { signal }),
    refetchInterval: WEBHOOK_MS,
  });

/** The next secret, told this once; the one before is void. */
export const makeWebhookSecret = (strategyId: string) => call<WebhookSecret>("POST", `/strategies/${strategyId}/webhook-secret`, { body: {} });
