import { beforeAll, describe, expect, it } from "vitest";

import type { RunEvent } from "@/api/types";
import { eventSentence } from "@/features/eventlog/eventSentence";

import { i18next, setLanguage, startI18n } from ".";
import { serverText } from "./serverText";

beforeAll(startI18n);

const event = (key: string, params: Record<string, string>): RunEvent => ({
  seq: 1,
  at: "2026-11-21T12:00:00.000Z",
  type: key.split(".")[1] as RunEvent["type"],
  severity: "info",
  intentId: null,
  key,
  params,
  data: {},
});

describe("a text that the server names by key", () => {
  it("is the variant's", () => {
    expect(eventSentence(i18next.t, event("events.execution.entry", { side: "Buy", qty: "0.015", price: "46377.5", fee: "0.38" }))).toBe(
      "Entry filled: Buy 0.015 at 46\u202f377.5, fee 0.3800",
    );
  });

  it("is the type's when the variant is newer than this page", () => {
    expect(serverText(i18next.t, "events.finding.something_new")).toBe("Something unexpected was found");
  });

  it("is the fallback when nothing is known, never the bare key", () => {
    expect(serverText(i18next.t, "events.brand_new", {}, "Event")).toBe("Event");
    expect(serverText(i18next.t, "problems.brand.new", {}, "as the server wrote it")).toBe("as the server wrote it");
  });

  it("translates the words among its parameters and signs results", async () => {
    await setLanguage("ru");
    expect(eventSentence(i18next.t, event("events.position_update.closed", { reason: "stop_loss", net: "-1.9996" }))).toBe(
      "Позиция закрыта (стоп-лосс); чистый итог пока \u22121.9996",
    );
    expect(eventSentence(i18next.t, event("events.finding.foreign_order", { count: "2" }))).toContain("2");
    await setLanguage("en");
  });
});
