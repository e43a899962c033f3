import type { StrategySpec } from "@/api/types";

export type SignalSide = "long" | "short";

/** The sides whose entry waits for a signal from outside; as the server finds them (`sides_from_outside`). */
export function outsideSides(spec: StrategySpec): SignalSide[] {
  return (["long", "short"] as const).filter((side) => waits(spec.entry?.[side]));
}

function waits(condition: unknown): boolean {
  if (typeof condition !== "object" || condition === null) return false;
  return ("type" in condition && condition.type === "external") || Object.values(condition).some(waits);
}
