/** An answer made ready to be drawn. */
import type { Change, CountryChange, WhatIf } from "./documents";

/** What a change does to the turnover of two countries, per cent. */
export interface Bar {
  change: string;
  general: boolean;
  pct: number;
  low: number;
  high: number;
}

/** The pair that is looked at: the one chosen, else the country and its partner, else the first. */
export function choose(offered: readonly string[], wanted: string, country: string, partner: string): string {
  const own = [country, partner].toSorted().join("-");
  return [wanted, own].find((one) => offered.includes(one)) ?? offered[0] ?? "";
}

/** Both equilibria of each change of this pair; none where it had no trade. */
export function bars(answer: WhatIf, pair: string): Bar[] {
  return answer.changes.flatMap(({ name, between }) => {
    const row = between.find(({ one, other }) => `${one}-${other}` === pair);
    if (typeof row?.general_pct !== "number" || typeof row.partial_pct !== "number") return [];
    return [
      { change: name, general: true, pct: row.general_pct, low: row.general_low_pct!, high: row.general_high_pct! },
      { change: name, general: false, pct: row.partial_pct, low: row.partial_low_pct!, high: row.partial_high_pct! },
    ];
  });
}

/** Those whose costs change, then those whose welfare changes the most. */
export function ranked(rows: readonly CountryChange[], involved: readonly string[]): CountryChange[] {
  const size = ({ welfare_pct }: CountryChange): number => Math.abs(welfare_pct ?? 0);
  const inside = ({ country }: CountryChange): number => Number(involved.includes(country));
  return rows.toSorted((one, other) => inside(other) - inside(one) || size(other) - size(one) || one.country.localeCompare(other.country));
}

/** The first of those, the largest gain first. */
export const largest = (rows: readonly CountryChange[], involved: readonly string[], most: number): CountryChange[] =>
  ranked(rows, involved)
    .slice(0, most)
    .toSorted((one, other) => (other.welfare_pct ?? 0) - (one.welfare_pct ?? 0) || one.country.localeCompare(other.country));

/** The change that is looked at; what is together is what was asked for, and shown first. */
export const changeOf = (answer: WhatIf, name: string): Change => answer.changes.find((one) => one.name === name) ?? answer.changes.at(-1)!;

/** Names of changes that are said in the language of the page. */
export const SAID = ["accession", "area", "duties", "together"];
