/** Technologies as statistics count them: few enough to be told apart by colour. */
import { SERIES, type Look } from "$lib/colours";
import type { Hours, Technology } from "./documents";

/** From below to above in a stack, each with its colour of the series. */
const COLOURS = { gas: 6, oil: 7, waste: 3, hydro: 0, wind: 2, solar: 4, battery: 1, electrolyser: 5 } as const;
export const KINDS = Object.keys(COLOURS);
const OTHER = 5;

export const kindColour = (kind: string, look: Look): string => SERIES[look][COLOURS[kind as keyof typeof COLOURS] ?? OTHER]!;

/** What statistics count a technology to; of what makes nothing its sort. */
export function kindsOf(technologies: readonly Technology[]): Map<string, string> {
  return new Map(technologies.map(({ id, reported, sort }) => [id, reported || sort]));
}

/** One hour of one kind. */
export interface Piece {
  time: Date;
  kind: string;
  mw: number;
}

/** One hour with all that it has. */
export interface Hour {
  time: Date;
  load: number;
  price: number;
  sent: number;
  curtailed: number;
  /** gCO2e/kWh of the whole life, of what is used. */
  grams: number | null;
  kinds: Record<string, number>;
}

/** What is made in each hour by kind, in the order of the stack; kinds that make nothing are left out. */
export function stacked(hours: Hours, kinds: ReadonlyMap<string, string>): { kinds: string[]; pieces: Piece[]; hours: Hour[] } {
  const of = (technology: string): string => kinds.get(technology) ?? technology;
  const rows: Hour[] = hours.times.map((time, n) => {
    const found: Record<string, number> = {};
    for (const { technology, mw } of hours.made) found[of(technology)] = (found[of(technology)] ?? 0) + mw[n]!;
    return {
      time: new Date(time), load: hours.load_mw[n]!, price: hours.price_usd_mwh[n]!, sent: hours.out_mw[n]! - hours.in_mw[n]!,
      curtailed: hours.curtailed_mw[n]!, grams: hours.carbon[0]?.life_used[n] ?? null, kinds: found,
    };
  });
  const there = new Set(hours.made.map(({ technology }) => of(technology)));
  const order = [...KINDS.filter((kind) => there.has(kind)), ...[...there].filter((kind) => !KINDS.includes(kind)).toSorted()];
  return { kinds: order, pieces: rows.flatMap(({ time, kinds: found }) => order.map((kind) => ({ time, kind, mw: found[kind] ?? 0 }))), hours: rows };
}
