/** What a scenario does to trade, as it is asked and drawn. */
import type { Group, UnderPair } from "./documents";

export interface Asked {
  corridor: string;
  scenario: string;
  base: string;
  /** As they are written; empty: not said. */
  elasticity: string;
  pct_day: string;
  ends: boolean;
}

/** A number as it is written; null where nothing is, or nothing that makes sense. */
export function written(text: string): number | null {
  const value = Number(text.trim().replace("−", "-"));
  return text.trim() === "" || !Number.isFinite(value) ? null : value;
}

export const body = ({ corridor, scenario, base, elasticity, pct_day, ends }: Asked) => ({
  corridor, scenario, base, elasticity: written(elasticity), pct_day: written(pct_day), ends,
});

/** Growth of a group with the ends of the elasticity, per cent; the ends are the growth itself where there are none. */
export interface Growth {
  name: string;
  pct: number;
  low: number;
  high: number;
}

export const growths = (groups: readonly Group[]): Growth[] =>
  groups.flatMap(({ name, pct }) => {
    if (pct.central === null || pct.central === undefined) return [];
    const ends = [pct.central, pct.low ?? pct.central, pct.high ?? pct.central];
    return [{ name, pct: pct.central, low: Math.min(...ends), high: Math.max(...ends) }];
  });

/** Those whose trade changes the most, in tonnes that are not lost by rounding: by boxes, and then by growth. */
export const largestFirst = (pairs: readonly UnderPair[]): UnderPair[] =>
  pairs.toSorted((one, other) => Math.abs(other.teu - other.teu_before) - Math.abs(one.teu - one.teu_before) || Math.abs(other.factor - 1) - Math.abs(one.factor - 1));
