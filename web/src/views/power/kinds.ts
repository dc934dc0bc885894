/** Technologies as statistics count them: few enough to be told apart by colour; and the layers of an hour. */
import { SERIES, type Look } from "$lib/colours";
import { t } from "$lib/language.svelte";
import type { Hours, Technology } from "./documents";

/** From below to above in a stack, each with its colour of the series. */
const COLOURS = { gas: 6, oil: 7, waste: 3, hydro: 0, wind: 2, solar: 4, battery: 1, electrolyser: 5 } as const;
export const KINDS = Object.keys(COLOURS);
/** What no plant makes: what crosses the edge of the zones, net; what is not served; what is let pass by. */
export const EXCHANGE = "exchange";
export const SHED = "shed";
export const CURTAILED = "curtailed";
const MORE: Record<Look, Readonly<Record<string, string>>> = {
  light: { [EXCHANGE]: "#8a6fd1", [SHED]: "#d3144f", [CURTAILED]: "#e2cd78" },
  dark: { [EXCHANGE]: "#a48bec", [SHED]: "#ff4f7d", [CURTAILED]: "#7a6c2a" },
};
/** Of technologies that a package counts to something of its own. */
const OWN: Record<Look, readonly string[]> = { light: ["#5b4636", "#6d7f1c", "#b5487d", "#2f7f86"], dark: ["#b99d87", "#b3c65a", "#e88ab8", "#74c3ca"] };

/** The colour of a kind; of one that we have no colour for, by its letters: always the same. */
export function kindColour(kind: string, look: Look): string {
  const at = COLOURS[kind as keyof typeof COLOURS];
  if (at !== undefined) return SERIES[look][at]!;
  const sum = [...kind].reduce((total, letter) => total + letter.codePointAt(0)!, 0);
  return MORE[look][kind] ?? OWN[look][sum % OWN[look].length]!;
}

/** What statistics count a technology to; of what makes nothing its sort; of what we have no word for its own name. */
export function kindsOf(technologies: readonly Technology[]): Map<string, string> {
  return new Map(technologies.map(({ id, name, reported, sort }) => [id, [reported, reported ? "" : sort].find((kind) => KINDS.includes(kind)) ?? name]));
}

/** A kind or a layer in words. */
export const kindName = (kind: string): string => (KINDS.includes(kind) || kind in MORE.light ? t(`power.kind.${kind}`) : kind);

/** One hour of one layer: above nought what comes, below it what goes elsewhere than to those who use it. */
export interface Piece {
  time: Date;
  kind: string;
  mw: number;
}

/** One hour with all that it has, MW. */
export interface Hour {
  time: Date;
  load: number;
  price: number;
  /** To other zones and markets, and what those send. */
  out: number;
  in: number;
  /** What of that is lost on ties before it comes. */
  lost: number;
  shed: number;
  curtailed: number;
  /** What comes over the edge of the zones less what goes. */
  net: number;
  /** How high all stands that comes. */
  top: number;
  /** gCO2e/kWh of the whole life, of what is used. */
  grams: number | null;
  /** What each kind makes, and what it takes. */
  kinds: Record<string, number>;
  taken: Record<string, number>;
}

export interface Stack {
  /** Kinds that make something and those that take, in the order of the stack. */
  kinds: string[];
  takers: string[];
  /** All layers that there are, as the legend has them. */
  layers: string[];
  above: Piece[];
  below: Piece[];
  hours: Hour[];
}

/** Figures have three decimals: less than this, added up, is nothing. */
const LITTLE_MW = 0.05;

/** What each hour is made of: above nought less below it is what is used. */
export function stacked(hours: Hours, kinds: ReadonlyMap<string, string>): Stack {
  const of = (technology: string): string => kinds.get(technology) ?? technology;
  const byKind = (series: Hours["made"], n: number): Record<string, number> => {
    const found: Record<string, number> = {};
    for (const { technology, mw } of series) found[of(technology)] = (found[of(technology)] ?? 0) + mw[n]!;
    return found;
  };
  const sum = (found: Record<string, number>): number => Object.values(found).reduce((total, mw) => total + mw, 0);
  const rows = hours.times.map((time, n): Hour => {
    const [made, taken] = [byKind(hours.made, n), byKind(hours.taken, n)];
    const [load, out, into, shed] = [hours.load_mw[n]!, hours.out_mw[n]!, hours.in_mw[n]!, hours.shed_mw[n]!];
    const left = sum(made) + shed + into - out - sum(taken) - load;
    const lost = left > LITTLE_MW ? Math.min(left, into) : 0;
    const net = into - lost - out;
    return {
      time: new Date(time), load, price: hours.price_usd_mwh[n]!, out, in: into, lost, shed, curtailed: hours.curtailed_mw[n]!, net,
      top: sum(made) + shed + Math.max(net, 0), grams: hours.carbon[0]?.life_used[n] ?? null, kinds: made, taken,
    };
  });
  const inOrder = (series: Hours["made"]): string[] => {
    const there = new Set(series.map(({ technology }) => of(technology)));
    return [...KINDS.filter((kind) => there.has(kind)), ...[...there].filter((kind) => !KINDS.includes(kind)).toSorted()];
  };
  const [makers, takers] = [inOrder(hours.made), inOrder(hours.taken)];
  const more = [
    ...(rows.some(({ net }) => Math.abs(net) > LITTLE_MW) ? [EXCHANGE] : []),
    ...(rows.some(({ shed }) => shed > 0) ? [SHED] : []),
  ];
  const layers = [...new Set([...makers, ...takers, ...more, ...(rows.some(({ curtailed }) => curtailed > 0) ? [CURTAILED] : [])])];
  const above = (row: Hour): Record<string, number> => ({ ...row.kinds, [EXCHANGE]: Math.max(row.net, 0), [SHED]: row.shed });
  const below = (row: Hour): Record<string, number> => ({ ...row.taken, [EXCHANGE]: Math.max(-row.net, 0) });
  const pieces = (names: readonly string[], side: (row: Hour) => Record<string, number>, sign: number): Piece[] =>
    rows.flatMap((row) => names.map((kind) => ({ time: row.time, kind, mw: sign * (side(row)[kind] ?? 0) })));
  return {
    kinds: makers, takers, layers, hours: rows, above: pieces([...makers, ...more], above, 1),
    below: pieces([...takers, ...more.filter((kind) => kind === EXCHANGE)], below, -1),
  };
}
