/** The answer of `POST /api/plan`, as far as the view shows it, and what is read out of it. */
import type { LineString, MultiLineString } from "geojson";

export interface Odds {
  share: number;
  low: number;
  high: number;
}

/** A quantile with its 95 % interval, h. */
export interface Quantile {
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface Connection {
  leg: number;
  service: string;
  place: string;
  planned: string | null;
  missed: Odds;
  lost_h: number | null;
}

export interface SpreadOf {
  samples: number;
  never: number;
  mean_h: number | null;
  sd_h: number | null;
  quantiles_h: { p10: Quantile; p50: Quantile; p90: Quantile; p95: Quantile };
  buffer95_h: number | null;
  on_time: Odds | null;
  price_usd: number;
  storage_usd: number;
  share_by_leg: number[];
  connections: Connection[];
}

export interface Leg {
  mode: string;
  service: string;
  from: string;
  to: string;
  depart: string;
  arrive: string;
  time_h: number;
  wait_h: number;
  price_usd: number;
  co2e_kg: number;
  distance_km: number;
  passes: string[];
  grade: string;
  waits_from: string | null;
  /** With a - where it is travelled from its second end. */
  links?: string[] | null;
  geometry?: LineString | MultiLineString | null;
}

/** A number of the corridor package under a figure. */
export interface Grounds {
  number: string;
  value: unknown;
  unit: string;
  grade: string;
}

export interface Item {
  kind: string;
  place: string;
  row: string;
  time_h: number;
  price_usd: number;
  co2e_kg: number;
  distance_km: number;
  numbers: Grounds[];
}

export interface Option {
  id: string;
  family: string;
  depart: string;
  any_time: boolean | null;
  arrive: string;
  time_h: { mean: number; p10: number | null; p50: number | null; p90: number | null; p95: number | null };
  spread: SpreadOf | null;
  price_usd: number;
  co2e_kg: number;
  distance_km: number;
  reloads: number;
  borders: number;
  beaten: { by: string; on: string[] } | null;
  legs: Leg[];
  assumptions: { number: string; value: unknown; grade: string; note: string }[];
  explain?: { leg: number; waits_by_the_clock_h: number; items: Item[] }[] | null;
}

export interface LeftOut {
  family: string;
  beaten_by: string | null;
  on: string;
  time_h: number | null;
  price_usd: number | null;
  co2e_kg: number | null;
  via: string[];
  refused: string[];
}

export interface Plan {
  run: { slack: number; found: string; spread: string; using: { run: string; differences: string[] } | null };
  request: {
    origin: string;
    destination: string;
    depart: string;
    until: string | null;
    arrive_by: string | null;
    promised: string | null;
    load: string;
    tonnes: number;
    commodity: string;
    value_of_time_usd_h: number;
  };
  options: Option[];
  left_out: LeftOut[];
}

export const HANDLING = "handling";
export const HOURS_A_DAY = 24;

export const days = (hours: number | null | undefined): number | null =>
  hours === null || hours === undefined ? null : hours / HOURS_A_DAY;

/** The weakest grade of all the legs: the letter that stands last. */
export const weakest = (option: Option): string => option.legs.map((leg) => leg.grade).reduce((a, b) => (b > a ? b : a), "");

/** Legs that take time or cost something; the others are only steps of the search. */
export const told = (legs: readonly Leg[]): Leg[] =>
  legs.filter((leg) => leg.mode !== HANDLING || leg.time_h > 0 || leg.price_usd > 0);

/** Where the load changes from one vehicle to another, in the order of travel, with both ends. */
export function stops(option: Option): string[] {
  const rides = option.legs.filter((leg) => leg.mode !== HANDLING);
  const places = rides.flatMap((leg) => [leg.from, leg.to]);
  return places.filter((place, at) => place !== places[at - 1]);
}

/** Ids of the links of an option, without direction. */
export const linksOf = (option: Option): string[] =>
  option.legs.flatMap((leg) => (leg.links ?? []).map((link) => link.replace(/^-/, "")));

export const ORDERS = ["cost", "time", "price", "co2e", "spread"] as const;
export type Order = (typeof ORDERS)[number];

/** Options by a figure, least first; equal ones as they came, those without it last. Cost: the price, and the time at its worth. */
export function ordered(plan: Plan, by: Order): Option[] {
  const of = (option: Option): number => {
    const { mean, p10, p50, p90 } = option.time_h;
    if (by === "cost") return option.price_usd + mean * plan.request.value_of_time_usd_h;
    if (by === "price") return option.price_usd;
    if (by === "co2e") return option.co2e_kg;
    if (by === "spread") return p10 === null || p90 === null ? Infinity : p90 - p10;
    return p50 ?? Infinity;
  };
  return plan.options
    .map((option) => ({ option, value: of(option) }))
    .sort((one, other) => (one.value === other.value ? 0 : one.value - other.value))
    .map(({ option }) => option);
}

/** The option to look at first. */
export const first = (plan: Plan): Option | null => ordered(plan, "cost")[0] ?? null;

/** What a figure of a leg rests on. */
export const FIGURES = ["time", "price", "co2e", "distance"] as const;
export type FigureOf = (typeof FIGURES)[number];

/** Which figure a number goes into, by its column; a length goes into two. */
export function figuresOf(number: string): FigureOf[] {
  const column = number.slice(number.lastIndexOf("/") + 1);
  if (column === "length_km") return ["time", "price", "co2e", "distance"];
  if (/usd/.test(column)) return ["price"];
  if (/co2e|kwh/.test(column)) return ["co2e"];
  return ["time"];
}

const AMOUNTS = { time: "time_h", price: "price_usd", co2e: "co2e_kg", distance: "distance_km" } as const;

/** How much of a figure an item makes. */
export const amount = (item: Item, figure: FigureOf): number => item[AMOUNTS[figure]];

/**
 * Items of a leg that make up a figure, each with the numbers under it. A price by the kilometre stands on the
 * carriage, and its lengths on the links travelled: these come along without a price of their own.
 */
export function grounds(items: readonly Item[], figure: FigureOf): Item[] {
  return items
    .map((item) => ({ ...item, numbers: item.numbers.filter(({ number }) => figuresOf(number).includes(figure)) }))
    .filter((item) => item.numbers.length > 0 && (amount(item, figure) !== 0 || (figure === "price" && item.kind === "travel")));
}
