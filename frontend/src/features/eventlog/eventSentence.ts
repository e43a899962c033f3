import type { TFunction } from "i18next";

import type { RunEvent } from "@/api/types";
import { formatDecimal } from "@/format/numbers";
import { serverText } from "@/i18n/serverText";

/** Vocabularies whose words are translated when they appear as a parameter of a sentence. */
const VOCABULARIES: Record<string, string> = {
  side: "order:side",
  price: "order:type",
  from: "run:anyState",
  to: "run:anyState",
  policy: "run:policy",
  reason: "run:reason",
  origin: "run:reason",
  cause: "run:cause",
  what: "run:what",
  stream: "run:stream",
};

/** Parameters that are gains or losses and carry their sign. */
const SIGNED = new Set(["net", "amount"]);
/** Parameters that are numbers of an order or of money; the others (codes, ids) stay as they are. */
const AMOUNTS = new Set(["price", "close", "stopLoss", "takeProfit", "qty", "filled", "fee", "limit", "size", "seen", "expected"]);
const NUMBER = /^-?\d+(\.\d+)?$/;

function parameter(t: TFunction, type: string, name: string, value: string): string | number {
  if (name === "count") return Number(value);
  if (NUMBER.test(value)) {
    if (SIGNED.has(name)) return formatDecimal(value, { signed: true });
    if (AMOUNTS.has(name)) return formatDecimal(value);
  }
  // A position is long or short; an order buys or sells.
  const vocabulary = name === "side" && type === "position_update" ? "order:position" : VOCABULARIES[name];
  return vocabulary ? t(`${vocabulary}.${value}`, { defaultValue: value }) : value;
}

/** An event in the reader's language. */
export function eventSentence(t: TFunction, event: RunEvent): string {
  const params = Object.fromEntries(Object.entries(event.params ?? {}).map(([name, value]) => [name, parameter(t, event.type, name, String(value))]));
  const key = event.key.startsWith("events.") ? event.key : `events.${event.key}`;
  return serverText(t, key, params, t(`events:type.${event.type}`, { defaultValue: event.type }));
}
