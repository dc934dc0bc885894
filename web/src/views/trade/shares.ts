/** Shares of partners over the years, as layers that add up to all of the trade. */
import type { ShareRow } from "./documents";

/** What two bounds may differ by and still be one figure: they are sums of the same numbers in another order. */
const SAME = 1e-9;

export const sameBound = (low: number, high: number): boolean => high - low <= SAME * Math.max(1, Math.abs(high));

export interface Layer {
  year: number;
  /** A code; empty: all others that are known; `?`: what no figure tells of whom it is. */
  partner: string;
  /** 0-1, what it is at the least. */
  share: number;
}

export interface Layers {
  rows: Layer[];
  /** Those that have a layer of their own, the largest first. */
  partners: string[];
  others: boolean;
  unknown: boolean;
}

/** The partners with the largest shares of any year, and `always` among them, at the least of their bounds. */
export function layers(shares: readonly ShareRow[], most: number, always: string): Layers {
  const largest = new Map<string, number>();
  for (const { partner, share_low } of shares) largest.set(partner, Math.max(largest.get(partner) ?? 0, share_low));
  const ranked = [...largest].filter(([, share]) => share > 0).sort(([a, one], [b, other]) => other - one || a.localeCompare(b)).map(([id]) => id);
  let partners = ranked.slice(0, most);
  if (ranked.includes(always) && !partners.includes(always)) partners = [...partners.slice(0, most - 1), always];
  const rows: Layer[] = [];
  const years = [...new Set(shares.map(({ year }) => year))].toSorted((one, other) => one - other);
  for (const year of years) {
    const there = shares.filter((row) => row.year === year);
    const of = (id: string): number => there.find((row) => row.partner === id)?.share_low ?? 0;
    const known = there.reduce((sum, { share_low }) => sum + share_low, 0);
    const named = partners.map((partner) => ({ year, partner, share: of(partner) })).filter(({ share }) => share > 0);
    const others = known - named.reduce((sum, { share }) => sum + share, 0);
    rows.push(...named);
    if (others > SAME) rows.push({ year, partner: "", share: others });
    if (1 - known > SAME) rows.push({ year, partner: "?", share: 1 - known });
  }
  return { rows, partners, others: rows.some(({ partner }) => partner === ""), unknown: rows.some(({ partner }) => partner === "?") };
}
