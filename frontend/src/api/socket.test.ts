import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { useLiveness } from "./liveness";
import { backoffDelay, EventSocket } from "./socket";

vi.mock("./client", () => ({ call: () => Promise.resolve({ ticket: "t", url: "ws://events.test/socket" }) }));

class SilentSocket {
  static made: SilentSocket[] = [];
  closed = false;
  constructor() {
    SilentSocket.made.push(this);
  }
  close() {
    this.closed = true;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", SilentSocket);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("waits longer after each failed try, with jitter, and at most 30 s", () => {
  expect(backoffDelay(1, () => 1)).toBe(500);
  expect(backoffDelay(1, () => 0)).toBe(250);
  expect(backoffDelay(3, () => 1)).toBe(2000);
  expect(backoffDelay(30, () => 1)).toBe(30_000);
});

it("gives a socket up that neither opens nor fails, and tries again", async () => {
  const events = new EventSocket();
  events.start();
  await vi.advanceTimersByTimeAsync(9_000);
  expect(useLiveness.getState().phase).toBe("connecting");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(SilentSocket.made).toMatchObject([{ closed: true }]);
  expect(useLiveness.getState()).toMatchObject({ phase: "waiting", attempt: 1 });
  await vi.advanceTimersByTimeAsync(500);
  expect(SilentSocket.made).toHaveLength(2);
  events.stop();
});
