/** Where projects are on the map: their places, what they build, and what they change there. */
import type { Look } from "$lib/colours";
import type { MapData, MapFeature, Paint } from "$lib/map/features";
import { builtColour, changedColour, neutral } from "./paint";

/** What is told of a project or of what fulfils a commitment. */
export interface Placed {
  id: string;
  /** Places that it is at. */
  places?: readonly string[];
  /** `facility/ALAT-berth/servers +12.9`, a line each. */
  changes: readonly string[];
}

/** Table and row of a change; null for one that only counts what is built. */
export function changedRow(line: string): { table: string; row: string } | null {
  const found = /^([a-z_]+)\/([^/]+)\/[^/ ]+ /.exec(line);
  return found ? { table: found[1]!, row: found[2]! } : null;
}

/** `*` stands for any letters. */
const fits = (pattern: string, id: string): boolean =>
  pattern === id || (pattern.includes("*") && new RegExp(`^${pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`).test(id));

/** `facility/A;B/x` changes several rows. */
const touches = (placed: Placed, { id, properties }: MapFeature): boolean =>
  placed.changes.some((line) => {
    const changed = changedRow(line);
    return changed?.table === properties.table && changed.row.split(";").some((row) => fits(row, String(id)));
  });

const builds = (placed: Placed, { properties }: MapFeature): boolean => ((properties.projects as readonly string[] | undefined) ?? []).includes(placed.id);
const at = (placed: Placed, { id, properties }: MapFeature): boolean => properties.table === "place" && (placed.places?.includes(String(id)) ?? false);

/** All that a project builds, changes, or is at. */
export const featuresOf = (ground: MapData, placed: Placed): MapFeature[] =>
  ground.features.filter((feature) => builds(placed, feature) || touches(placed, feature) || at(placed, feature));

/** What is built in one colour, what is changed in another, and where it all is; those that are chosen stand out. */
export function projectPaints(ground: MapData, projects: readonly Placed[], chosen: ReadonlySet<string>, look: Look): Map<string, Paint> {
  const paints = new Map<string, Paint>();
  const put = (id: string, paint: Paint, strong: boolean): void => {
    const known = paints.get(id);
    const bigger = Math.max(known?.radius ?? 0, paint.radius ?? 0);
    paints.set(id, { ...known, ...paint, ...(bigger ? { radius: bigger } : {}), ...(strong || known?.named ? { named: true } : {}) });
  };
  const alone = projects.length === 1;
  for (const project of projects) {
    const strong = alone || chosen.has(project.id);
    for (const feature of ground.features) {
      const { table, place, state } = feature.properties;
      const id = String(feature.id);
      const built = builds(project, feature);
      if (built || touches(project, feature)) {
        const colour = built ? builtColour(look) : changedColour(look);
        if (table === "link") put(id, { colour, width: strong ? 5 : 3, opacity: 0.95 }, false);
        else put(table === "facility" ? String(place) : id, { colour, radius: strong ? 8 : 5.5, opacity: 1 }, strong);
      } else if (at(project, feature) && state !== "planned") {
        const known = paints.get(id);
        if (!known) put(id, { colour: neutral(look), radius: strong ? 7 : 4.5, opacity: 1 }, strong);
      }
    }
  }
  return paints;
}
