/** A request: how it stands in the query string, and as the body of `POST /api/plan`. */
import { list, oneOf, text, type Codec, type Values } from "$lib/codec";
import { dayAfter } from "./when";

export const MODES = ["rail", "sea", "road", "inland_waterway", "air"] as const;
export const CRITERIA = ["arrival", "price", "co2e", "unreliability", "cost"] as const;
/** What options are compared on when nobody says otherwise: the service's own. */
export const USUAL = CRITERIA.slice(0, 4) as readonly string[];
const LEAD_DAYS = 7;

/** Several texts that may have commas in them. */
const parted: Codec<readonly string[]> = {
  standard: [],
  parse: (found) => found.split(";").filter(Boolean),
  print: (value) => value.join(";"),
};

export const SPEC = {
  from: text("XIAN"),
  to: text("HALKALI"),
  /** A day; empty: a week from today, or a scenario's own. */
  date: text(),
  /** Leave on `date`, on any day from it until `end`, or as late as arrives by `end`. */
  when: oneOf(["day", "until", "by"]),
  end: text(),
  load: text("2xFEU"),
  tonnes: text(),
  goods: text("general"),
  avoid: list(),
  via: list(),
  modes: list(),
  worth: text(),
  promised: text(),
  criteria: list(),
  using: text(),
  changes: parted,
};
export type Asked = Values<typeof SPEC>;

/** What a view asks beside the request: given up to be tried, not kept in the corridor. */
export const WHAT_IF = { whatif: parted };

export const KINDS = ["FEU", "TEU", "wagon", "t"] as const;
export type Kind = (typeof KINDS)[number] | "";

/** A load as a count and a kind; a mixed one has no kind, and stays as it is written. */
export function readLoad(written: string): { count: number; kind: Kind } {
  const [, count, unit] = /^\s*(\d+(?:\.\d+)?)\s*[x*×]?\s*(TEU|FEU|20ft|40ft|wagons?|t)\s*$/i.exec(written) ?? [];
  if (count === undefined || unit === undefined) return { count: 1, kind: "" };
  const plain = unit.toLowerCase();
  const kind = plain === "20ft" ? "TEU" : plain === "40ft" ? "FEU" : plain.startsWith("wagon") ? "wagon" : plain === "t" ? "t" : (plain.toUpperCase() as Kind);
  return { count: Number(count), kind };
}

export const writeLoad = (count: number, kind: Kind): string => (kind === "t" ? `${count}t` : `${count}x${kind}`);

export interface Body {
  corridor: string;
  scenario: string;
  origin: string;
  destination: string;
  depart?: string;
  past?: boolean;
  load: string;
  commodity: string;
  [more: string]: unknown;
}

/** The day that goods are ready, unless a scenario says its own (empty). */
export const readyDay = (asked: Pick<Asked, "date">, scenario: string, now: Date): string =>
  asked.date || (scenario ? "" : dayAfter(now, LEAD_DAYS));

/** The body of the request. A day that has passed is allowed, for an address may be opened long after it was made. */
export function bodyOf(asked: Asked, corridor: string, scenario: string, now: Date): Body {
  const depart = readyDay(asked, scenario, now);
  const day = dayAfter(now, 0);
  const body: Body = { corridor, scenario, origin: asked.from, destination: asked.to, load: asked.load, commodity: asked.goods };
  if (depart) body.depart = depart;
  if ([depart, asked.end, asked.promised].some((one) => one !== "" && one <= day)) body.past = true;
  if (asked.when !== "day" && asked.end) body[asked.when === "until" ? "until" : "arrive_by"] = asked.end;
  if (asked.promised) body.promised = asked.promised;
  for (const [name, value] of [["tonnes", asked.tonnes], ["value_of_time_usd_h", asked.worth]] as const)
    if (value !== "") body[name] = Number(value);
  for (const name of ["avoid", "via", "modes", "changes"] as const) if (asked[name].length) body[name] = [...asked[name]];
  if (asked.criteria.length) body.criteria = [...asked.criteria];
  if (asked.using) body.using = asked.using;
  return body;
}

/** How many of the rarer wishes are not as usual. */
export const rarer = (asked: Asked): number =>
  [
    asked.when !== "day", asked.tonnes, asked.avoid.length, asked.via.length, asked.modes.length, asked.worth,
    asked.promised, asked.criteria.length, asked.using, asked.changes.length,
  ].filter(Boolean).length;
