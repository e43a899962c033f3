const DAY_MS = 86_400_000;

/** The first millisecond of a day in UTC (`2026-11-27`); undefined while no day is chosen. */
export function dayStart(day: string): number | undefined {
  const at = Date.parse(`${day}T00:00:00.000Z`);
  return Number.isNaN(at) || at < 0 ? undefined : at;
}

/** Its last millisecond: both ends of a range are whole days. */
export function dayEnd(day: string): number | undefined {
  const start = dayStart(day);
  return start === undefined ? undefined : start + DAY_MS - 1;
}

/** The day in UTC that a moment belongs to. */
export const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
