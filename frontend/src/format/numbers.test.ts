import { describe, expect, it } from "vitest";

import { decimalsOf, formatDecimal, formatMoney, formatRatio, signOf } from "./numbers";

describe("decimals of a step", () => {
  it.each([
    ["0.10", 1],
    ["0.001", 3],
    ["1", 0],
    ["100", 0],
    ["0.0000001", 7],
    ["1e-7", 7],
    [undefined, null],
    ["abc", null],
  ])("%s has %s", (step, decimals) => {
    expect(decimalsOf(step)).toBe(decimals);
  });
});

describe("a decimal for reading", () => {
  it("is cut to the instrument's step without passing through a float", () => {
    expect(formatDecimal("46377.5", { decimals: 1 })).toBe("46\u202f377.5");
    expect(formatDecimal("0.00000123", { decimals: 8 })).toBe("0.00000123");
    expect(formatDecimal("9007199254740993.1", { decimals: 1 })).toBe("9\u202f007\u202f199\u202f254\u202f740\u202f993.1");
  });

  it("never shows an exponent", () => {
    expect(formatDecimal("1e-7")).toBe("0.0000001");
  });

  it("has a real minus and, if asked, a plus, and no sign at zero", () => {
    expect(formatMoney("-1.2345", true)).toBe("\u22121.2345");
    expect(formatMoney("0.4", true)).toBe("+0.4000");
    expect(formatMoney("0", true)).toBe("0.0000");
    expect(formatMoney("-0.00001", true)).toBe("0.0000");
  });

  it("shows what is unknown as unknown, not as zero", () => {
    expect(formatMoney(null)).toBe("—");
    expect(formatMoney(undefined)).toBe("—");
    expect(formatRatio(null)).toBe("—");
  });
});

describe("the sign of a value", () => {
  it("is that of the value as shown", () => {
    expect(signOf("0.00001")).toBe("zero");
    expect(signOf("-0.1")).toBe("down");
    expect(signOf("0.1")).toBe("up");
    expect(signOf(null)).toBe("unknown");
  });
});
