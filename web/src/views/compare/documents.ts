/** Calls of the service that the view makes, with the shapes of their answers. */
import { get, type Schemas } from "$lib/api/client";
import type { MapData } from "$lib/map/features";

export type RunLine = Schemas["RunLineDetails"];
export type RunDetails = Schemas["RunDetails"];
export type Project = Schemas["ProjectLine"];
export type ProjectPage = Schemas["ProjectDetails"];

/** A row of the table `changes`. */
export interface Change {
  scenario: string;
  engine: string;
  subject: string;
  name: string;
  detail: string;
  measure: string;
  unit: string;
  before: number | null;
  after: number | null;
  difference: number | null;
  low: number | null;
  high: number | null;
  pairs: number;
  only_in: "" | "base" | "scenario";
  moved: boolean;
}

export interface OptionChange {
  request: string;
  family: string;
  change: string;
  before: string;
  after: string;
  before_by: string;
  after_by: string;
  why: string;
}

export interface BottleneckChange {
  part: string;
  place_and_cause: string;
  before: number;
  after: number;
  difference: number;
  low: number | null;
  high: number | null;
  share_before: number;
  share_after: number;
  became: string;
}

export interface Interaction {
  first_scenario: string;
  second_scenario: string;
  engine: string;
  subject: string;
  name: string;
  detail: string;
  measure: string;
  unit: string;
  base: number | null;
  first_alone: number | null;
  second_alone: number | null;
  together: number | null;
  interaction: number | null;
  low: number | null;
  high: number | null;
}

/** One side of a comparison; the first is the base. */
export interface Side {
  name: string;
  title: string;
  year: number;
  stands: string;
  runs: Readonly<Record<string, string>>;
}

/** The title of a side; of one that is laid over the base only what is laid over it. */
export function titleOf(side: Side, base: Side | undefined): string {
  const before = `${base?.title ?? ""} + `;
  return base && side.title.startsWith(before) ? side.title.slice(before.length) : side.title;
}

/** What the record of a comparison tells. */
export interface Compared {
  sides: readonly Side[];
  requests: readonly string[];
  notes: readonly string[];
  converged: boolean;
}

const PACKAGE = "package";
/** What the service calls the corridor as it is, where a scenario is meant. */
export const scenarioOf = (side: string): string => (side === PACKAGE ? "" : side);

export const mapOf = async (corridor: string, scenario: string, signal: AbortSignal): Promise<MapData> =>
  (await get("/api/corridors/{corridor}/map", {
    named: { corridor },
    query: { scenario: scenarioOf(scenario) },
    signal,
  })) as unknown as MapData;

/** Runs of a command on a corridor, the newest first. */
export async function runsOf(command: string, name: string, signal: AbortSignal): Promise<readonly RunLine[]> {
  const answer = await get("/api/runs", { query: { command, package: name, limit: 200 }, signal });
  return answer.runs;
}

/** Rows of a table of a run; none where it has no such table. */
export async function rowsOf<R>(run: RunDetails, table: string, signal: AbortSignal, where: readonly string[] = []): Promise<readonly R[]> {
  if (!run.tables.some((one) => one.table === table)) return [];
  const rows: R[] = [];
  for (;;) {
    const named = { run: run.run, table };
    const answer = await get("/api/runs/{run}/tables/{table}", { named, query: { where, limit: 10_000, offset: rows.length }, signal });
    rows.push(...(answer.rows as unknown as R[]));
    if (rows.length >= answer.total || !answer.rows.length) return rows;
  }
}

/** What differs under a scenario in one subject. */
export const changesOf = (run: RunDetails, scenario: string, engine: string, subject: string, signal: AbortSignal): Promise<readonly Change[]> =>
  rowsOf<Change>(run, "changes", signal, [`scenario=${scenario}`, `engine=${engine}`, `subject=${subject}`]);

export const comparedOf = (run: RunDetails | null): Compared | null => (run?.results as Compared | null | undefined) ?? null;
