import { expect, it } from "vitest";

import { backoffDelay } from "./socket";

it("waits longer after each failed try, with jitter, and at most 30 s", () => {
  expect(backoffDelay(1, () => 1)).toBe(500);
  expect(backoffDelay(1, () => 0)).toBe(250);
  expect(backoffDelay(3, () => 1)).toBe(2000);
  expect(backoffDelay(30, () => 1)).toBe(30_000);
});
