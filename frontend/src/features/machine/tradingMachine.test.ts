import { existsSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import type { RunEvent } from "@/api/types";

import { MOVES, nextStates, pathTaken, STATES } from "./tradingMachine";

/** The table that the runtime itself obeys and that its documentation publishes. */
const TABLE = "../chalicelib/domain/runtime/transitions.py";

describe("the machine drawn on the page", () => {
  it.skipIf(!existsSync(TABLE))("has every move of the published table and no other", () => {
    const source = readFileSync(TABLE, "utf8");
    const own = [...source.matchAll(/\(Trading\.([A-Z_]+), Trading\.([A-Z_]+)\): "/g)].map(([, from, to]) => `${from} ${to}`);
    const paused = STATES.filter((state) => state !== "PAUSED" && state !== "DISABLED").map((state) => `${state} PAUSED`);
    const disabled = STATES.filter((state) => state !== "DISABLED").map((state) => `${state} DISABLED`);
    expect(own.length).toBeGreaterThan(10);
    expect(MOVES.map((move) => move.join(" ")).sort()).toEqual([...own, ...paused, ...disabled].sort());
  });

  it("ends in DISABLED", () => {
    expect(nextStates("DISABLED")).toEqual([]);
  });
});

describe("the path of a run", () => {
  it("is the trading machine's steps, numbered, without the run's own", () => {
    const event = (seq: number, from: string, to: string): RunEvent => ({
      seq,
      at: "2026-11-21T12:00:00.000Z",
      type: "state_transition",
      severity: "info",
      intentId: null,
      key: "events.state_transition.trading",
      params: { from, to },
      data: { from, to },
    });
    const path = pathTaken([event(1, "queued", "starting"), event(2, "IDLE", "ARMED"), event(3, "ARMED", "ENTRY_PENDING")]);
    expect(path.map((step) => [step.no, step.from, step.to, step.seq])).toEqual([
      [1, "IDLE", "ARMED", 2],
      [2, "ARMED", "ENTRY_PENDING", 3],
    ]);
  });
});
