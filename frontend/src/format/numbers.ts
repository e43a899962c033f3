import Big from "big.js";

/** Shown where a value is not known. Never shown for zero. */
export const UNKNOWN = "—";

const MINUS = "\u2212";
const THIN_SPACE = "\u202f";

/** How many decimals an instrument's step has: "0.10" has 1, "0.001" has 3, "1" has 0. */
export function decimalsOf(step: string | null | undefined): number | null {
  if (!step) return null;
  try {
    const normal = new Big(step).toFixed();
    return normal.includes(".") ? normal.split(".")[1]!.length : 0;
  } catch {
    return null;
  }
}

function parse(value: string | null | undefined): Big | null {
  if (value === null || value === undefined || value === "") return null;
  try {
    return new Big(value);
  } catch {
    return null;
  }
}

function grouped(absolute: string): string {
  const [whole = "0", fraction] = absolute.split(".");
  const spaced = whole.replace(/\B(?=(\d{3})+(?!\d))/g, THIN_SPACE);
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}

interface Options {
  /** Decimals to show; null shows what the server sent. */
  decimals?: number | null;
  /** Explicit plus in front of gains, none in front of zero. */
  signed?: boolean;
}

/** A server's decimal string for reading: dot, thin spaces, a real minus, no exponent. Unknown stays unknown. */
export function formatDecimal(value: string | null | undefined, { decimals = null, signed = false }: Options = {}): string {
  const big = parse(value);
  if (big === null) return UNKNOWN;
  const rounded = decimals === null ? big : big.round(decimals, Big.roundHalfEven);
  const digits = decimals === null ? rounded.abs().toFixed() : rounded.abs().toFixed(decimals);
  const sign = rounded.lt(0) ? MINUS : signed && rounded.gt(0) ? "+" : "";
  return sign + grouped(digits);
}

/** Money in the quote coin: four decimals, because fees of small orders live there. */
export const MONEY_DECIMALS = 4;

export function formatMoney(value: string | null | undefined, signed = false): string {
  return formatDecimal(value, { decimals: MONEY_DECIMALS, signed });
}

export type Sign = "up" | "down" | "zero" | "unknown";

/** The sign as it is shown, so that a value rounded to zero is neither gain nor loss. */
export function signOf(value: string | null | undefined, decimals: number | null = MONEY_DECIMALS): Sign {
  const big = parse(value);
  if (big === null) return "unknown";
  const shown = decimals === null ? big : big.round(decimals, Big.roundHalfEven);
  return shown.gt(0) ? "up" : shown.lt(0) ? "down" : "zero";
}

/** A ratio such as 0.6667 as percent with one decimal. */
export function formatRatio(value: string | null | undefined): string {
  const big = parse(value);
  return big === null ? UNKNOWN : `${formatDecimal(big.times(100).toFixed(), { decimals: 1 })}${THIN_SPACE}%`;
}

/** For canvases only: a drawing has no use for exact decimals. */
export function forDrawing(value: string): number {
  return Number(value);
}
