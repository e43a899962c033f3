const pad = (value: number, width = 2) => String(value).padStart(width, "0");

/** "12:03:04" or with milliseconds "12:03:04.123", always UTC. */
export function utcTime(iso: string | number, milliseconds = false): string {
  const at = new Date(iso);
  const clock = `${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}:${pad(at.getUTCSeconds())}`;
  return milliseconds ? `${clock}.${pad(at.getUTCMilliseconds(), 3)}` : clock;
}

/** "2026-11-21 12:03:04", always UTC. */
export function utcDateTime(iso: string | number): string {
  return `${utcDate(iso)} ${utcTime(iso)}`;
}

/** "2026-11-21", always UTC. */
export function utcDate(iso: string | number): string {
  const at = new Date(iso);
  return `${at.getUTCFullYear()}-${pad(at.getUTCMonth() + 1)}-${pad(at.getUTCDate())}`;
}

/** For a tooltip: UTC, the reader's own zone and the raw value, so that any two sources can be matched. */
export function bothZones(iso: string | number, locale: string): string {
  const at = new Date(iso);
  const local = at.toLocaleString(locale, { dateStyle: "medium", timeStyle: "medium" });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return `${utcDateTime(iso)} UTC\n${local} (${zone})\n${at.toISOString()}`;
}

/** "1:02:03" or "02:03": a countdown that does not change its width every second. */
export function clockDuration(milliseconds: number): string {
  const total = Math.max(0, Math.floor(milliseconds / 1000));
  const hours = Math.floor(total / 3600);
  const rest = `${pad(Math.floor((total % 3600) / 60))}:${pad(total % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
