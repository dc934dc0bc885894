/** What the service says of trade, and how it is asked. */
import { get, post, type Schemas } from "$lib/api/client";
import { Problems } from "$lib/api/problems";

export type About = Schemas["TradePage"];
export type Country = Schemas["TradeCountry"];
export type Flows = Schemas["FlowList"];
export type Flow = Schemas["Flow"];
export type Figures = Schemas["FiguresPage"];
export type FigureYear = Schemas["TradeYear"];
export type Stated = Schemas["TradeFigure"];
export type Forecast = Schemas["ForecastPage"];
export type Dependence = Schemas["DependencePage"];
export type IndexRow = Schemas["DependenceYear"];
export type ShareRow = Schemas["PartnerShare"];
export type Fit = Schemas["FitPage"];
export type Coefficient = Schemas["FitCoefficient"];
export type Residual = Schemas["Residual"];
export type WhatIf = Schemas["TradeWhatIfPage"];
export type WhatIfBody = Schemas["TradeWhatIfBody"];
export type Change = Schemas["ChangedTrade"];
export type Carried = Schemas["CarriedPage"];
export type CarriedChange = Schemas["CarriedChange"];
export type CarryBody = Schemas["CarryBody"];
export type Name = Schemas["TradeName"];
export type PairChange = Schemas["ChangedPair"];
export type CountryChange = Schemas["ChangedCountry"];
export type Boxes = Schemas["BoxesPage"];
export type BoxedWay = Schemas["BoxedWay"];
export type BoxedGoods = Schemas["BoxedGoods"];
/** Where a method found no answer; it says why. */
export type NotConverged = Schemas["NoFit"];

export const converged = <T extends object>(found: T | NotConverged | null): found is T => found !== null && !("converged" in found);

/** Flows that are asked for at once: more than any country has partners. */
const MOST = 500;

export const aboutOf = (corridor: string, signal: AbortSignal): Promise<About> => get("/api/corridors/{corridor}/trade", { named: { corridor }, signal });

export const flowsOf = (corridor: string, country: string, year: string, signal: AbortSignal): Promise<Flows | NotConverged> =>
  get("/api/corridors/{corridor}/trade/flows", { named: { corridor }, query: { country, year, limit: MOST }, signal });

export const figuresOf = (corridor: string, one: string, other: string, signal: AbortSignal): Promise<Figures> =>
  get("/api/corridors/{corridor}/trade/figures", { named: { corridor }, query: { one, other }, signal });

export const forecastOf = (corridor: string, one: string, other: string, signal: AbortSignal): Promise<Forecast | NotConverged> =>
  get("/api/corridors/{corridor}/trade/forecast", { named: { corridor }, query: { pairs: `${one}-${other}` }, signal });

/** Trade in boxes. Where the two have no demand, all that the seller sends stands in; where that is nothing, general cargo. */
export async function boxesOf(corridor: string, one: string, other: string, year: number, signal: AbortSignal): Promise<Boxes | NotConverged> {
  const ask = (fallback: "exporter" | "general"): Promise<Boxes | NotConverged> =>
    get("/api/corridors/{corridor}/trade/boxes", { named: { corridor }, query: { one, other, year, fallback }, signal });
  try {
    return await ask("exporter");
  } catch (thrown) {
    if (!(thrown instanceof Problems) || thrown.status !== 422) throw thrown;
    return ask("general");
  }
}

export const dependenceOf = (corridor: string, country: string, signal: AbortSignal): Promise<Dependence> =>
  get("/api/corridors/{corridor}/trade/dependence/{country}", { named: { corridor, country }, signal });

export const fitOf = (corridor: string, query: Record<string, string>, signal: AbortSignal): Promise<Fit | NotConverged> =>
  get("/api/corridors/{corridor}/trade/fit", { named: { corridor }, query, signal });

export const whatIfOf = (body: WhatIfBody, signal: AbortSignal): Promise<WhatIf | NotConverged> => post("/api/trade/what-if", body, { signal });

/** The facts that a figure stands on: none of what is foretold, or is not among the year's figures. */
export const factsOf = (stands: string): string[] => (stands === "foretold" ? [] : stands.split(/\s*\+\s*/).filter(Boolean));

/** What a country loses; its code is alpha-2, and empty for all together. */
export interface LossRow {
  country: string;
  trade_t: number;
  hit_t: number;
  rerouted_t: number;
  unserved_t: number;
  crowded_t: number;
  days_before: number | null;
  days_after: number | null;
  /** Of the days after, those in queues that grow all year. */
  queue_days_after: number | null;
  extra_usd_teu: number | null;
  /** Asked for instead of trade with a partner that is gone, and carried. */
  taken_t: number;
}

/** What others take over of a partner's trade: million USD, per cent and tonnes, with P5 and P95. */
export interface TakenRow {
  country: string;
  code: string;
  partner: boolean;
  lost_musd: number;
  lost_exports_musd: number;
  lost_imports_musd: number;
  taken_exports_musd: number;
  taken_imports_musd: number;
  taken_musd: number;
  taken_musd_low: number;
  taken_musd_high: number;
  welfare_pct: number;
  welfare_pct_low: number;
  welfare_pct_high: number;
  asked_t: number | null;
  asked_t_low: number | null;
  asked_t_high: number | null;
}

/** What is used most after a loss. */
export interface LoadedRow {
  resource: string;
  used_before: number;
  used_after: number;
  wait_days_before: number;
  wait_days_after: number;
  tonnes_after: number;
  grows: boolean;
}

/** The result of a run of `loss`. */
export interface Loss {
  gone: string[];
  scenario: string;
  year: number;
  settled: boolean;
  countries: LossRow[];
  instead: { country: string; family: string; tonnes: number; teu: number; extra_days: number; usd_teu: number | null }[];
  reasons: { reason: string; tonnes: number }[];
  loaded: LoadedRow[];
  /** Of a loss of which it was asked what others take over. */
  trade?: TakenRow[];
  trade_year?: number;
}

/** Growth of the trade of some countries with some, by elasticity: central, and low and high where they were asked for. */
export interface Group {
  name: string;
  musd_before: number;
  musd: Record<string, number>;
  pct: Record<string, number | null>;
  tonnes_before: number;
  tonnes: number;
}

/** What a scenario does to two countries: their ways, the delivered price, and trade. Shares are 0-1. */
export interface UnderPair {
  exporter: string;
  importer: string;
  teu_before: number;
  teu: number;
  factor: number;
  price_change: number | null;
  lost: number;
  days_before: number | null;
  days_after: number | null;
}

/** The result of a run of `trade-under`. */
export interface Under {
  scenario: string;
  base: string;
  elasticity: { value: number; low: number; high: number };
  settled: boolean;
  rounds: Record<string, number>;
  gap: Record<string, number>;
  groups: Group[];
  pairs: UnderPair[];
}
