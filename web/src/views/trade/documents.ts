/** What the service says of trade, and how it is asked. */
import { get, post, type Schemas } from "$lib/api/client";

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
export type PairChange = Schemas["ChangedPair"];
export type CountryChange = Schemas["ChangedCountry"];
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
  extra_usd_teu: number | null;
}

/** The result of a run of `loss`. */
export interface Loss {
  gone: string[];
  scenario: string;
  year: number;
  settled: boolean;
  countries: LossRow[];
  instead: { country: string; family: string; tonnes: number; teu: number; extra_days: number; usd_teu: number | null }[];
}
