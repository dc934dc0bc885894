/** Calls of the service that the view makes, with the shapes of their answers. */
import { get } from "$lib/api/client";
import type { RowPage } from "$lib/evidence/documents";
import type { MapData } from "$lib/map/features";
import type { RunLine } from "./loads";
import { corridorOf, type Corridor, type ServiceRow, type StopRow } from "./model";

type Row = Readonly<Record<string, unknown>>;

/** All rows of a table of the corridor under a scenario. */
export async function rowsOf<R>(corridor: string, table: string, signal: AbortSignal, scenario = "", where: readonly string[] = []): Promise<R[]> {
  const answer = await get("/api/corridors/{corridor}/tables/{table}", {
    named: { corridor, table },
    query: { scenario, where, limit: 10_000 },
    signal,
  });
  return answer.rows as unknown as R[];
}

/** The map, the services and their stops, under a scenario. */
export async function corridorAt(corridor: string, scenario: string, signal: AbortSignal): Promise<{ map: MapData; corridor: Corridor }> {
  const [map, services, stops] = await Promise.all([
    get("/api/corridors/{corridor}/map", { named: { corridor }, query: { scenario }, signal }) as unknown as Promise<MapData>,
    rowsOf<ServiceRow>(corridor, "service", signal, scenario),
    rowsOf<StopRow>(corridor, "stop", signal, scenario),
  ]);
  return { map, corridor: corridorOf(map, services, stops) };
}

/** Finished runs of a package, the newest first. */
export async function finishedRuns(name: string, signal: AbortSignal): Promise<RunLine[]> {
  const answer = await get("/api/runs", { query: { package: name, status: "complete", limit: 200 }, signal });
  return answer.runs;
}

/** Rows of a table of a run; of one replication where each has its own. */
export async function runRows(run: string, table: string, signal: AbortSignal, more: { replication?: number; where?: string[] } = {}): Promise<Row[]> {
  const answer = await get("/api/runs/{run}/tables/{table}", { named: { run, table }, query: { ...more, limit: 10_000 }, signal });
  return answer.rows;
}

export const numbersOf = async (corridor: string, scenario: string, table: string, row: string, signal: AbortSignal): Promise<RowPage> =>
  (await get("/api/corridors/{corridor}/numbers/{table}/{row}", { named: { corridor, table, row }, query: { scenario }, signal })) as unknown as RowPage;
