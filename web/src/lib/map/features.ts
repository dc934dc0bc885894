/** What `/api/corridors/{corridor}/map` sends, and how it becomes what the map draws. */
import type { Feature, FeatureCollection, Geometry } from "geojson";

/** Of any feature: which table it is a row of, and what it is called; links have a mode, facilities a place. */
export interface MapProperties {
  table: "link" | "place" | "facility";
  name?: string;
  mode?: string;
  kind?: string;
  /** As it is, changed or new under the scenario, or only planned. */
  state?: "there" | "changed" | "new" | "planned";
  [column: string]: unknown;
}

export type MapFeature = Feature<Geometry, MapProperties>;
export type MapData = FeatureCollection<Geometry, MapProperties>;

/** How one link or place is drawn instead of as usual; what is left out stays as it is. */
export interface Paint {
  colour?: string;
  /** Of a line, pixels at zoom 2 to 9 times 0.7 to 2. */
  width?: number;
  /** Of a place's ring, pixels. */
  radius?: number;
  opacity?: number;
  /** Of a place: its name is shown from afar, too. */
  named?: boolean;
}

export type Paints = ReadonlyMap<string, Paint>;

/** What is pressed on the map, or chosen from its list. */
export interface Picked {
  table: string;
  id: string;
  properties: Readonly<Record<string, unknown>>;
}

/** One line of the list that says in words what the map shows. */
export interface Shown {
  table: string;
  id: string;
  text: string;
}

/**
 * Features of these tables as a source of the map, with their paint put on. With `rest`, all that `paints` does not
 * name is drawn so: faint behind what matters. What is only planned is drawn where `paints` names it.
 */
export function drawn(data: MapData | null, tables: readonly string[], paints?: Paints, rest?: Paint): MapData {
  const met = tables.includes("place") ? meetings(data) : null;
  const features = (data?.features ?? [])
    .filter(({ id, properties }) => tables.includes(properties.table) && (properties.state !== "planned" || paints?.has(String(id))))
    .map((feature) => {
      const key = String(feature.id);
      const order = -(met?.get(key) ?? 0);
      return { ...feature, properties: { ...feature.properties, key, order, ...(paints?.get(key) ?? rest) } };
    });
  return { type: "FeatureCollection", features: features as MapFeature[] };
}

/** How many links meet at each place: names of junctions are given room before those of stops on the way. */
function meetings(data: MapData | null): Map<string, number> {
  const found = new Map<string, number>();
  for (const { properties } of data?.features ?? []) {
    if (properties.table !== "link") continue;
    for (const end of [properties.from_place, properties.to_place]) found.set(String(end), (found.get(String(end)) ?? 0) + 1);
  }
  return found;
}
