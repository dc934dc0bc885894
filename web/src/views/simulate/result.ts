/** The answer of a simulation, and what is made of it to be read. */
import type { Inputs } from "./ask";

export interface Group {
  group: string;
  delivered: number;
  hours: number | null;
  hours_ci: number | null;
  p10_h: number | null;
  p50_h: number | null;
  p90_h: number | null;
  [column: string]: string | number | null;
}

export interface Cause {
  cause: string;
  mean: number;
  ci: number | null;
  share: number;
}

export interface Bottleneck {
  part: string;
  place: string;
  cause: string;
  unit_h: number;
  unit_h_ci: number | null;
}

/** What one more gives: differences a year, with the bounds of their 95 % intervals. */
export interface OneMore {
  part: string;
  change: string;
  unit: string;
  hours: number | null;
  hours_low: number | null;
  hours_high: number | null;
  waiting_h: number | null;
  waiting_h_low: number | null;
  waiting_h_high: number | null;
  here_h: number | null;
  here_h_low: number | null;
  here_h_high: number | null;
  delivered: number | null;
  delivered_low: number | null;
  delivered_high: number | null;
}

export interface Offer {
  part: string;
  unit: string;
  change: string;
  address: string;
  now: number | null;
}

export interface Result {
  run: { name: string; inputs: Inputs; clock?: { finished?: string | null } };
  package: string;
  results: {
    warmup_days: number;
    warmup_settled: boolean;
    unrouted: number;
    replications: number;
    mean_hours: number | null;
    balance: Record<string, number>;
  };
  times: Group[];
  by_cause: Cause[];
  bottlenecks: Bottleneck[];
  one_more: OneMore[];
}

/** A group is called `FROM - TO | family | unit`. */
export interface Flow {
  from: string;
  to: string;
  family: string;
  unit: string;
}

export function flow(group: string): Flow {
  const [ends = "", family = "", unit = ""] = group.split(" | ");
  const cut = ends.indexOf(" - ");
  return { from: cut < 0 ? ends : ends.slice(0, cut), to: cut < 0 ? "" : ends.slice(cut + 3), family, unit };
}

/** Causes of time that is work, not waiting. */
export const WORK: readonly string[] = ["travel", "handling", "papers"];

/** Hours of a group by cause, the most first: `travel_h`, `crane_h` ... of its row. */
export function causesOf(group: Group): { cause: string; hours: number; ci: number | null }[] {
  return Object.keys(group)
    .filter((name) => name.endsWith("_h") && !/^p\d+_h$/.test(name) && `${name}_ci` in group)
    .map((name) => ({ cause: name.slice(0, -2), hours: Number(group[name] ?? 0), ci: group[`${name}_ci`] as number | null }))
    .filter((row) => row.hours > 0)
    .sort((a, b) => b.hours - a.hours);
}

/** Waiting by place and cause, of the places with the most of it. */
export function byPlace(bottlenecks: readonly Bottleneck[], most: number): { place: string; cause: string; days: number }[] {
  const sums = new Map<string, { place: string; cause: string; days: number }>();
  const places = new Map<string, number>();
  for (const { place, cause, unit_h } of bottlenecks) {
    const key = `${place} ${cause}`;
    const row = sums.get(key) ?? { place, cause, days: 0 };
    row.days += unit_h / 24;
    sums.set(key, row);
    places.set(place, (places.get(place) ?? 0) + unit_h);
  }
  const kept = [...places].sort((a, b) => b[1] - a[1]).slice(0, most).map(([place]) => place);
  return [...sums.values()].filter((row) => kept.includes(row.place)).sort((a, b) => kept.indexOf(a.place) - kept.indexOf(b.place) || b.days - a.days);
}

/** What came in less what went out and is still there: 0, but for what a computer rounds. */
export function imbalance(balance: Record<string, number>): number {
  const of = (name: string): number => balance[name] ?? 0;
  return of("in_at_start") + of("created") - of("delivered") - of("turned_away") - of("in_at_end");
}
