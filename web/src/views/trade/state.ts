/** What of the view stands in the URL. */
import { flag, list, number, oneOf, text } from "$lib/codec";

export const TABS = ["figures", "dependence", "what-if", "under", "loss", "gravity"] as const;
export const WAYS = ["turnover", "exports", "imports"] as const;
export type Way = (typeof WAYS)[number];
/** How a free-trade area is counted. */
export const BY = ["duty", "agreement"] as const;

export const spec = {
  /** The camera. */
  at: text(),
  /** ISO alpha-3. */
  country: text("AZE"),
  partner: text("CHN"),
  tab: oneOf(TABS),
  /** The year of the map's flows; empty: the last of which all pairs are known. */
  year: text(),
  /** Figures by the powers of ten. */
  log: flag(),
  /** What dependence is looked at. */
  way: oneOf(WAYS),
  /** Tables. */
  sort: text(),
};

/** What a what-if asks; written when it is asked. */
export const askSpec = {
  asked: flag(),
  /** Codes with commas; empty: the country and its partner; `none`: no area. */
  area: text(),
  by: oneOf(BY),
  /** Who joins the World Trade Organization. */
  accession: list(),
  /** `CHN-AZE=0` */
  duty: list(),
  days: number(0, -365, 365),
  usd: number(0, -1e6, 1e6),
  /** What the goods in a TEU are worth; 0: not said. */
  value: number(0, 0, 1e9),
  among: list(),
  base: number(2024, 1990, 2100),
  draws: number(400, 2, 100000),
  seed: number(1, 0, 2 ** 32 - 1),
};

/** Of an answer: which change and which pair are looked at. */
export const answerSpec = { change: text(), pair: text(), pairs: text(), welfare: text() };

/** What changed trade puts on a corridor: which, the job that is followed, the run that is read, how its table is sorted. */
export const carrySpec = { on: text("base-2025"), cjob: text(), carried: text(), csort: text() };

/** What a scenario does to trade: what is asked, the job that is followed, the run that is read, how tables are sorted. */
export const underSpec = {
  under: text("world-bank"),
  from: text("base-2030"),
  /** Empty: the package's. */
  elasticity: text(),
  /** Empty: by the commodity. */
  pct_day: text(),
  ends: flag(),
  ujob: text(),
  grown: text(),
  gsort: text(),
  usort: text(),
};

/** What is lost: what goes, the world before, the job that is followed, the run that is read, how its table is sorted. */
export const lossSpec = { gone: text("caspian"), before: text("base-2024"), ljob: text(), lost: text(), lsort: text() };

export const FIXED = ["exporter-year", "importer-year", "exporter", "importer", "pair", "year"] as const;
export const CLUSTER = ["pair", "exporter", "importer"] as const;
export const ON = ["log_dist_km", "contiguous", "common_language", "common_spoken", "common_colonizer"] as const;

/** How gravity is fitted. */
export const fitSpec = {
  /** Years that are fitted; empty: all that there are. */
  fitted: list(),
  on: list(["log_dist_km", "contiguous", "common_language", "common_colonizer"]),
  fixed: list(["exporter-year", "importer-year"]),
  cluster: list(["pair"]),
};
