/** What a what-if asks, out of the address and into the body that the service takes. */
import type { WhatIfBody } from "./documents";
import type { BY } from "./state";

export interface Ask {
  area: string;
  by: (typeof BY)[number];
  /** Who joins the World Trade Organization. */
  accession: readonly string[];
  duty: readonly string[];
  days: number;
  usd: number;
  value: number;
  among: readonly string[];
  base: number;
  draws: number;
  seed: number;
}

export const NO_AREA = "none";

/** Codes of a free-trade area; that of the country and its partner where the address names none. */
export const areaOf = (written: string, country: string, partner: string): string[] =>
  written === NO_AREA ? [] : written ? written.split(",") : [country, partner];

/** The same as the address has it. */
export const printArea = (codes: readonly string[], country: string, partner: string): string =>
  !codes.length ? NO_AREA : codes.join(",") === `${country},${partner}` ? "" : codes.join(",");

/** With its countries written out: what was asked stays the same when another partner is looked at. */
export function settled(ask: Ask, country: string, partner: string): Ask {
  const area = areaOf(ask.area, country, partner);
  const ways = ask.among.length || area.length || !(ask.days || ask.usd) ? ask.among : [country, partner];
  return { ...ask, area: area.join(",") || NO_AREA, among: ways };
}

export interface Duty {
  exporter: string;
  importer: string;
  rate_pct: number;
}

/** `CHN-AZE=0`: what Azerbaijan takes of Chinese goods, `ALL-AZE=5` of goods of every country; null where it does not read so. */
export function dutyOf(line: string): Duty | null {
  const found = /^([A-Z]{3})-([A-Z]{3})=(\d+(?:\.\d+)?)$/i.exec(line.trim());
  if (!found || found[1]!.toUpperCase() === found[2]!.toUpperCase()) return null;
  return { exporter: found[1]!.toUpperCase(), importer: found[2]!.toUpperCase(), rate_pct: Number(found[3]) };
}

/** Whether anything changes at all. */
export const changes = (ask: Ask, area: readonly string[]): boolean => area.length > 0 || ask.accession.length > 0 || ask.duty.length > 0 || ask.days !== 0 || ask.usd !== 0;

export function body(corridor: string, given: Ask, country: string, partner: string): WhatIfBody {
  const ask = settled(given, country, partner);
  const area = areaOf(ask.area, country, partner);
  return {
    corridor,
    ...(area.length ? { area } : {}),
    ...(ask.accession.length ? { accession: [...ask.accession] } : {}),
    ...(area.length || ask.accession.length ? { by: ask.by } : {}),
    ...(ask.duty.length ? { duties: ask.duty.flatMap((line) => dutyOf(line) ?? []) } : {}),
    ...(ask.days ? { days: ask.days } : {}),
    ...(ask.usd ? { usd_teu: ask.usd, ...(ask.value ? { value_teu: ask.value } : {}) } : {}),
    ...((ask.days || ask.usd) && ask.among.length ? { among: [...ask.among] } : {}),
    year: ask.base,
    draws: ask.draws,
    seed: ask.seed,
  };
}
