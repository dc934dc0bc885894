/** What the service says of the power system, and how it is asked. */
import { get, type Schemas } from "$lib/api/client";

export type About = Schemas["PowerPage"];
export type Zone = Schemas["PowerZone"];
export type Plant = Schemas["PowerPlant"];
export type Technology = Schemas["PowerTechnology"];
export type Hours = Schemas["PowerHours"];
export type PowerYear = Schemas["PowerYear"];
export type Month = Schemas["PowerMonth"];
export type Ties = Schemas["PowerTies"];
export type TieYear = Schemas["PowerTieYear"];
export type Train = Schemas["TrainPage"];
export type RunBody = Schemas["PowerRunBody"];

/** A country's year, as `karvan power run --json` has it. */
export type CountryYear = { country: string } & Record<string, number | string | null>;

export interface TechnologyYear {
  country: string;
  technology: string;
  reported: string;
  mw: number;
  twh: number;
  taken_twh: number;
  share: number | null;
  capacity_factor: number | null;
  curtailed_twh: number;
  gas_bcm: number;
  mtco2: number;
}

export interface PlantYear {
  plant: string;
  name: string;
  zone: string;
  technology: string;
  mw: number;
  twh: number;
}

/** A year that was dispatched; of a run that found none, why. */
export interface Result {
  solved: boolean;
  run: { name: string };
  scenario: string;
  said?: string;
  year: number;
  hours: number;
  hours_each_stands_for: number;
  notes: string[];
  countries: CountryYear[];
  technologies: TechnologyYear[];
  plants: PlantYear[];
}

export const aboutOf = (corridor: string, signal: AbortSignal): Promise<About> => get("/api/corridors/{corridor}/power", { named: { corridor }, signal });

export const resultOf = (run: string, signal: AbortSignal): Promise<Result> =>
  get("/api/runs/{run}/result", { named: { run }, signal }).then((answer) => answer as unknown as Result);

export const tiesOf = (run: string, signal: AbortSignal): Promise<Ties> => get("/api/runs/{run}/power/ties", { named: { run }, signal });

export const yearOf = (run: string, zone: string, signal: AbortSignal): Promise<PowerYear> =>
  get("/api/runs/{run}/power/year", { named: { run }, query: zone ? { zone } : {}, signal });

/** A week of a run; its first where none is said. */
export const hoursOf = (run: string, zone: string, from: string, signal: AbortSignal): Promise<Hours> =>
  get("/api/runs/{run}/power/hours", { named: { run }, query: { ...(from ? { from } : {}), ...(zone ? { zone } : {}) }, signal });

export interface TrainAsk {
  from: string;
  to: string;
  teu: number;
  tonnes: number;
  runs: readonly string[];
}

export const trainOf = (corridor: string, ask: TrainAsk, signal: AbortSignal): Promise<Train> =>
  get("/api/power/train", {
    query: { corridor, from: ask.from, to: ask.to, teu: ask.teu, tonnes_teu: ask.tonnes, runs: [...new Set(ask.runs)].filter(Boolean).join(",") },
    signal,
  });
