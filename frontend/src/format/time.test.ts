import { expect, it } from "vitest";

import { clockDuration, utcDateTime, utcTime } from "./time";

it("shows UTC whatever the machine's zone", () => {
  expect(utcTime("2026-11-21T12:03:04.007Z", true)).toBe("12:03:04.007");
  expect(utcDateTime("2026-03-29T00:59:59.000Z")).toBe("2026-03-29 00:59:59");
});

it("counts down in steady digits and never below zero", () => {
  expect(clockDuration(50_400)).toBe("00:50");
  expect(clockDuration(3_723_000)).toBe("1:02:03");
  expect(clockDuration(-5)).toBe("00:00");
});
