import { describe, expect, it } from "vitest";

import { outsideSides } from "./outsideSides";

const ownEntry = { type: "crossover", a: { price: "close" }, b: { indicator: "ema" } };

describe("the sides that wait for a signal from outside", () => {
  it("are those whose whole entry is external", () => {
    expect(outsideSides({ entry: { long: { type: "external" }, short: ownEntry } })).toEqual(["long"]);
  });

  it("are those with an external member among their conditions", () => {
    expect(outsideSides({ entry: { long: ownEntry, short: { type: "all", conditions: [ownEntry, { type: "external" }] } } })).toEqual(["short"]);
  });

  it("are none where the strategy decides by itself, or has no entry", () => {
    expect(outsideSides({ entry: { long: ownEntry, short: ownEntry } })).toEqual([]);
    expect(outsideSides({})).toEqual([]);
  });
});
