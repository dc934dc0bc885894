/** Days and instants. The service writes instants in the zone of the origin; they are shown as they stand there. */

/** `2026-12-01` of a day here, some days on. */
export function dayAfter(now: Date, days: number): string {
  const then = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
}

/** The wall clock of an instant, in the zone that is written in it, as if it were UTC. */
const wall = (instant: string): Date => new Date(`${instant.slice(0, 19)}Z`);

const style = (more: Intl.DateTimeFormatOptions): Intl.DateTimeFormatOptions => ({ timeZone: "UTC", ...more });

/** 1 Dec: the year is the one that follows from the departure. */
export const dayOf = (instant: string, language: string): string =>
  new Intl.DateTimeFormat(language, style({ day: "numeric", month: "short" })).format(wall(`${instant}T00:00:00`));

/** 1 December 2026. */
export const fullDay = (instant: string, language: string): string =>
  new Intl.DateTimeFormat(language, style({ day: "numeric", month: "long", year: "numeric" })).format(wall(`${instant}T00:00:00`));

/** 1 Dec, 14:05. */
export const hourOf = (instant: string, language: string): string =>
  new Intl.DateTimeFormat(language, style({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" })).format(
    wall(instant),
  );

/** `+08:00`, the zone that instants are in; empty for a plain day. */
export const zoneOf = (instant: string): string => /([+-]\d\d:\d\d|Z)$/.exec(instant)?.[0] ?? "";
