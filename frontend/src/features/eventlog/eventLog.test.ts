import { describe, expect, it } from "vitest";

import type { RunEvent } from "@/api/types";

import { completeTo, emptyLog, grouped, matches, noFilter, withEvents } from "./eventLog";

const event = (seq: number, more: Partial<RunEvent> = {}): RunEvent => ({
  seq,
  at: `2026-11-21T12:00:${String(seq).padStart(2, "0")}.000Z`,
  type: "finding",
  severity: "info",
  intentId: null,
  key: "events.finding",
  params: {},
  data: {},
  ...more,
});

describe("a run's log", () => {
  it("takes every event once, in order, however it comes", () => {
    const log = withEvents(withEvents(emptyLog, [event(3), event(1)]), [event(2), event(3)]);
    expect(log.events.map((each) => each.seq)).toEqual([1, 2, 3]);
  });

  it("is the same object when nothing new came, so that nothing is drawn again", () => {
    const log = withEvents(emptyLog, [event(1)]);
    expect(withEvents(log, [event(1)])).toBe(log);
  });

  it("knows up to where nothing is missing", () => {
    expect(completeTo(emptyLog)).toBe(0);
    expect(completeTo(withEvents(emptyLog, [event(1), event(2), event(5)]))).toBe(2);
    expect(completeTo(withEvents(emptyLog, [event(2)]))).toBe(0);
  });
});

describe("groups", () => {
  it("join neighbours of one order", () => {
    const groups = grouped([event(1), event(2, { intentId: "a" }), event(3, { intentId: "a" }), event(4, { intentId: "b" })]);
    expect(groups.map((group) => group.events.map((each) => each.seq))).toEqual([[1], [2, 3], [4]]);
  });

  it("join what one decision wrote in one instant, and give it the order's name", () => {
    const at = "2026-11-21T12:00:00.000Z";
    const groups = grouped([event(1, { at }), event(2, { at, intentId: "a" }), event(3, { at, intentId: "b" })]);
    expect(groups.map((group) => [group.intentId, group.events.length])).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
  });
});

describe("the filter", () => {
  it("finds by type, severity and text of the sentence or the facts", () => {
    const each = event(1, { severity: "error", data: { orderId: "X-77" } });
    expect(matches(each, "Sentence", noFilter)).toBe(true);
    expect(matches(each, "Sentence", { ...noFilter, severity: "info" })).toBe(false);
    expect(matches(each, "Sentence", { ...noFilter, type: "execution" })).toBe(false);
    expect(matches(each, "Sentence", { ...noFilter, text: "x-77" })).toBe(true);
    expect(matches(each, "Sentence", { ...noFilter, text: "SENT" })).toBe(true);
    expect(matches(each, "Sentence", { ...noFilter, text: "nothing" })).toBe(false);
  });
});
