/** What differs: which figures there are, in which order they are read, and what differs on each link and at each place. */
import type { Change } from "./documents";

export interface Subject {
  engine: string;
  subject: string;
  measures: readonly string[];
}

/** Figures by what they are of; the first measure is the one that is shown at first. */
export const SUBJECTS: readonly Subject[] = [
  { engine: "simulate", subject: "family", measures: ["hours", "delivered"] },
  { engine: "simulate", subject: "pair", measures: ["hours", "delivered"] },
  { engine: "simulate", subject: "group", measures: ["hours", "p50_h", "p90_h", "delivered"] },
  { engine: "simulate", subject: "from country", measures: ["hours", "delivered"] },
  { engine: "simulate", subject: "to country", measures: ["hours", "delivered"] },
  { engine: "simulate", subject: "cause", measures: ["spent"] },
  { engine: "simulate", subject: "place", measures: ["waiting", "boarded"] },
  { engine: "simulate", subject: "place and cause", measures: ["waiting"] },
  { engine: "simulate", subject: "part", measures: ["queue", "wait_h", "use", "served", "boarded", "waiting"] },
  { engine: "assign", subject: "family", measures: ["tonnes", "teu", "hours"] },
  { engine: "assign", subject: "pair", measures: ["tonnes", "teu", "hours", "usd_unit", "kg_co2e"] },
  { engine: "assign", subject: "pair and family", measures: ["tonnes", "teu", "hours"] },
  { engine: "assign", subject: "from country", measures: ["tonnes", "teu", "hours"] },
  { engine: "assign", subject: "to country", measures: ["tonnes", "teu", "hours"] },
  { engine: "assign", subject: "place", measures: ["tonnes", "waiting"] },
  { engine: "assign", subject: "resource", measures: ["waiting", "wait_h", "used", "load", "capacity"] },
  { engine: "assign", subject: "link", measures: ["tonnes", "teu"] },
  { engine: "assign", subject: "unserved", measures: ["tonnes", "teu"] },
  { engine: "plan", subject: "request", measures: ["hours", "p50_h", "p90_h", "usd", "kg_co2e", "generalised_usd"] },
];

/** `assign/pair and family` as it stands in the query, where spaces are hard to read. */
export const keyOf = ({ engine, subject }: Pick<Subject, "engine" | "subject">): string => `${engine}/${subject.replaceAll(" ", "-")}`;

/** Those of the engines that ran. */
export const subjectsOf = (engines: readonly string[]): readonly Subject[] => SUBJECTS.filter(({ engine }) => engines.includes(engine));

/** Whether the interval leaves out zero; an engine without luck is sure of all it says. */
export const sure = ({ low, high }: { low: number | null; high: number | null }): boolean =>
  low === null || high === null || low > 0 || high < 0;

/** Half of the interval. */
export const half = ({ low, high }: { low: number | null; high: number | null }): number | null =>
  low === null || high === null ? null : (high - low) / 2;

/** What moved, what came or went first, then the largest difference. */
export function ranked<R extends { difference: number | null; moved?: boolean }>(rows: readonly R[]): R[] {
  const size = ({ difference }: R): number => (difference === null ? Infinity : Math.abs(difference));
  return rows.filter(({ moved }) => moved !== false).toSorted((one, other) => size(other) - size(one) || 0);
}

/** The difference as a share of what was before, with its bounds; null where there was nothing before. */
export interface Share {
  measure: string;
  engine: string;
  share: number;
  low: number | null;
  high: number | null;
}

export function share(row: Change): Share | null {
  const { before, difference, low, high, measure, engine } = row;
  if (!before || difference === null) return null;
  const of = (value: number | null): number | null => (value === null ? null : value / Math.abs(before));
  return { measure, engine, share: difference / Math.abs(before), low: of(low), high: of(high) };
}

/** Of a link or a place: before, after, and the difference. */
export interface Moved {
  before: number;
  after: number;
  difference: number;
}

/** Of what is there: differences of an assignment below it are of its own gap. */
const ROUNDING = 1e-6;

/** By id; the two ways over a link are added up, and what only one side has counts as nothing on the other. */
export function byName(rows: readonly Change[], measure: string): Map<string, Moved> {
  const found = new Map<string, Moved>();
  for (const row of rows) {
    if (row.measure !== measure) continue;
    const known = found.get(row.name) ?? { before: 0, after: 0, difference: 0 };
    const before = known.before + (row.before ?? 0);
    const after = known.after + (row.after ?? 0);
    const difference = Math.abs(after - before) <= ROUNDING * Math.max(before, after) ? 0 : after - before;
    found.set(row.name, { before, after, difference });
  }
  return found;
}

/** The largest of them. */
export const most = (moved: ReadonlyMap<string, Moved>, of: "difference" | "load"): number =>
  Math.max(0, ...[...moved.values()].map(({ before, after, difference }) => (of === "load" ? Math.max(before, after) : Math.abs(difference))));
