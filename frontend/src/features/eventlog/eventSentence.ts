import type { TFunction } from "i18next";

import type { RunEvent } from "@/api/types";
import { formatDecimal, formatMoney } from "@/format/numbers";
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
const PRICES = new Set(["price", "close", "stopLoss", "takeProfit"]);
/** Other numbers of an order; what is in no set (codes, ids) stays as it is. */
const AMOUNTS = new Set(["qty", "filled", "limit", "size", "seen", "expected"]);
const NUMBER = /^-?\d+(\.\d+)?$/;

function parameter(t: TFunction, type: string, name: string, value: string, tickDecimals: number | null): string | number {
  if (name === "count") return Number(value);
  if (NUMBER.test(value)) {
    if (SIGNED.has(name)) return formatMoney(value, true);
    if (name === "fee") return formatMoney(value);
    if (PRICES.has(name)) return formatDecimal(value, { decimals: tickDecimals });
    if (AMOUNTS.has(name)) return formatDecimal(value);
  }
  // A position is long or short; an order buys or sells.
  const vocabulary = name === "side" && type === "position_update" ? "order:position" : VOCABULARIES[name];
  return vocabulary ? t(`${vocabulary}.${value}`, { defaultValue: value }) : value;
}

/** An event in the reader's language, prices with `tickDecimals` decimals; the exact values stay in the event's facts. */
export function eventSentence(t: TFunction, event: RunEvent, tickDecimals: number | null = null): string {
  const params = Object.fromEntries(Object.entries(event.params ?? {}).map(([name, value]) => [name, parameter(t, event.type, name, String(value), tickDecimals)]));
  const key = event.key.startsWith("events.") ? event.key : `events.${event.key}`;
  return serverText(t, key, params, t(`events:type.${event.type}`, { defaultValue: event.type }));
}
