import { expect, it } from "vitest";

import { dayEnd, dayOf, dayStart } from "./days";

it("takes whole days of UTC, whatever zone the reader is in", () => {
  expect(dayStart("2026-11-27")).toBe(Date.UTC(2026, 10, 27));
  expect(dayEnd("2026-11-27")).toBe(Date.UTC(2026, 10, 28) - 1);
  expect(dayOf(dayStart("2026-11-27")!)).toBe("2026-11-27");
  expect(dayOf(dayEnd("2026-11-27")!)).toBe("2026-11-27");
});

it.each(["", "27.11.2026", "2026-13-01"])("takes %j for no day", (day) => {
  expect(dayStart(day)).toBeUndefined();
  expect(dayEnd(day)).toBeUndefined();
});
