import type { TradingState } from "@/api/types";

export const NODE = { width: 128, height: 32 };
export const CANVAS = { width: 296, height: 352 };

const COLUMN = 40;
const SIDE = 200;

/** Where each state stands: trading runs down one column, the two ways out of it stand beside. Top left corners. */
export const PLACES: Record<TradingState, { x: number; y: number; width: number }> = {
  IDLE: { x: COLUMN, y: 8, width: NODE.width },
  ARMED: { x: COLUMN, y: 84, width: NODE.width },
  ENTRY_PENDING: { x: COLUMN, y: 160, width: NODE.width },
  IN_POSITION: { x: COLUMN, y: 236, width: NODE.width },
  EXIT_PENDING: { x: COLUMN, y: 312, width: NODE.width },
  PAUSED: { x: SIDE, y: 84, width: 92 },
  DISABLED: { x: SIDE, y: 236, width: 92 },
};

export const beside = (state: TradingState) => state === "PAUSED" || state === "DISABLED";

export interface Arrow {
  path: string;
  /** Where the number of a step is written. */
  label: { x: number; y: number };
}

/** The line of a move between two states of the column: straight to the next, an arc on the right forward, on the left back. */
export function arrow(from: TradingState, to: TradingState): Arrow {
  const a = PLACES[from];
  const b = PLACES[to];
  const down = b.y > a.y;
  const rows = Math.abs(b.y - a.y) / 76;
  if (down && rows === 1) {
    const x = a.x + a.width / 2;
    return { path: `M ${x} ${a.y + NODE.height} V ${b.y - 1}`, label: { x: x + 12, y: (a.y + NODE.height + b.y) / 2 } };
  }
  const startY = a.y + NODE.height / 2 + (down ? 6 : -6);
  const endY = b.y + NODE.height / 2 + (down ? -6 : 6);
  const edge = down ? a.x + a.width : a.x;
  const reach = (down ? 1 : -1) * Math.min(36, 10 + rows * 7);
  const bend = edge + reach;
  return {
    path: `M ${edge} ${startY} C ${bend} ${startY}, ${bend} ${startY}, ${bend} ${startY + (endY - startY) * 0.25} V ${startY + (endY - startY) * 0.75} C ${bend} ${endY}, ${bend} ${endY}, ${edge + (down ? 1 : -1)} ${endY}`,
    label: { x: bend, y: (startY + endY) / 2 },
  };
}
