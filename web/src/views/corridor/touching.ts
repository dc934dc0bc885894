/** What would change a thing, and what may stop it. */

export interface Project {
  id: string;
  name: string;
  kind: string;
  status: string;
  places: readonly string[];
  opens: string | null;
  capex_musd: number | null;
  modelled: boolean;
  changes: readonly string[];
  commitments: readonly string[];
}

export interface Commitment {
  id: string;
  title: string;
  status: string;
  made: string;
  due: string | null;
}

export interface Closure {
  id: string;
  stops_table: string;
  stops: readonly string[];
  times_of: string;
  duration_h: number | null;
  duration_dist: string;
  note: string;
}

export interface ClosureRate {
  closure: string;
  month: number;
  starts: number;
}

export interface ClosureTime {
  closure: string;
  begins: string;
  ends: string;
  note: string;
}

/** Whether an address of rows, where a * stands for any letters, has this row. */
export function names(pattern: string, row: string): boolean {
  if (!pattern.includes("*")) return pattern.split(",").includes(row);
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(row);
}

/** The changes of a project, as lines of words, that are to this row. */
export function changesOf(project: Project, table: string, row: string): string[] {
  return project.changes.filter((line) => {
    const [address = ""] = line.split(" ");
    const [found, rows] = address.split("/");
    return (found === table || found === `planned_${table}`) && rows !== undefined && names(rows, row);
  });
}

export interface Bearing {
  project: Project;
  /** Its changes to the thing itself; none where it only is at its place. */
  changes: string[];
}

/** Projects that change a thing, then those that are at one of its places. */
export function bearings(projects: readonly Project[], table: string, row: string, places: readonly string[]): Bearing[] {
  const found = projects.map((project) => ({ project, changes: changesOf(project, table, row) }));
  const near = (one: Bearing): boolean => (table === "place" || table === "facility") && one.project.places.some((place) => places.includes(place));
  return [...found.filter(({ changes }) => changes.length), ...found.filter((one) => !one.changes.length && near(one))];
}

/** Closures that stop a thing itself, or its place. */
export function closing(closures: readonly Closure[], table: string, row: string, places: readonly string[]): Closure[] {
  return closures.filter(
    ({ stops_table: stopped, stops }) =>
      (stopped === table && stops.includes(row)) || (stopped === "place" && table === "facility" && stops.some((place) => places.includes(place))),
  );
}
