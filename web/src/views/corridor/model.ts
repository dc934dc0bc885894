/** What a corridor holds, as the view looks at it: places, links, facilities and services, and what belongs to what. */
import type { Position } from "geojson";
import type { MapData, MapFeature } from "$lib/map/features";

export const TABLES = ["facility", "link", "service", "place"] as const;
export type Table = (typeof TABLES)[number];
/** As the map says it: there, changed or new under the scenario, only planned. */
export type State = "there" | "changed" | "new" | "planned";

/** One thing of the corridor. */
export interface Thing {
  table: Table;
  id: string;
  /** `facility/ALAT-berth`: what the URL holds. */
  key: string;
  /** As it is shown. */
  name: string;
  /** Of a place or facility its kind, of a link or service its mode. */
  kind: string;
  state: State;
  /** ISO codes of the countries that it is in. */
  countries: readonly string[];
  /** Ids of the places that it is at, joins or stops at. */
  places: readonly string[];
  /** All cells that the service sent of it. */
  cells: Readonly<Record<string, unknown>>;
}

/** A row of the table service. */
export interface ServiceRow {
  id: string;
  name: string;
  mode: string;
  operator: string;
  vehicle: string;
  departs: string;
  headway_h: number | null;
  both_ways: boolean;
  [column: string]: unknown;
}

/** A row of the table stop. */
export interface StopRow {
  service: string;
  seq: number;
  place: string;
  call: string;
  dwell_h: number | null;
}

export interface Family {
  id: string;
  name: string;
  closed: boolean;
}

export interface Corridor {
  /** The package's name, as runs know it. */
  package: string;
  things: readonly Thing[];
  byKey: ReadonlyMap<string, Thing>;
  families: readonly Family[];
  /** Countries of places, by code, sorted. */
  countries: readonly string[];
  at: ReadonlyMap<string, Position>;
  features: ReadonlyMap<string, MapFeature>;
  facilitiesOf: ReadonlyMap<string, readonly Thing[]>;
  linksOf: ReadonlyMap<string, readonly Thing[]>;
  servicesOf: ReadonlyMap<string, readonly Thing[]>;
  /** Services that run over a link, and links that a service runs over. */
  servicesOver: ReadonlyMap<string, readonly Thing[]>;
  linksUnder: ReadonlyMap<string, readonly string[]>;
  stopsOf: ReadonlyMap<string, readonly StopRow[]>;
}

export const keyOf = (table: string, id: string): string => `${table}/${id}`;

/** All of a corridor out of the map, the services and their stops. */
export function corridorOf(map: MapData, services: readonly ServiceRow[], stops: readonly StopRow[]): Corridor {
  const features = new Map(map.features.map((feature) => [keyOf(feature.properties.table, String(feature.id)), feature]));
  const names = new Map<string, string>();
  const country = new Map<string, string>();
  const at = new Map<string, Position>();
  for (const { id, properties, geometry } of map.features) {
    if (properties.table !== "place" || geometry.type !== "Point") continue;
    names.set(String(id), properties.name ?? String(id));
    country.set(String(id), String(properties.country ?? ""));
    at.set(String(id), geometry.coordinates);
  }
  const placeName = (place: unknown): string => names.get(String(place)) ?? String(place);
  const countriesOf = (places: readonly string[], own = ""): string[] =>
    [...new Set([own, ...places.map((place) => country.get(place) ?? "")])].filter(Boolean);

  const things: Thing[] = map.features.map(({ id: key, properties }) => {
    const id = String(key);
    const { table, state } = properties as { table: Table; state: State };
    const places =
      table === "place" ? [id] : table === "link" ? [String(properties.from_place), String(properties.to_place)] : [String(properties.place)];
    const name =
      table === "place"
        ? placeName(id)
        : table === "link"
          ? `${placeName(places[0])} – ${placeName(places[1])}`
          : `${placeName(places[0])}: ${facilityWords(id, places[0]!, String(properties.kind))}`;
    const kind = String((table === "link" ? properties.mode : properties.kind) ?? "");
    return { table, id, key: keyOf(table, id), name, kind, state: state ?? "there", places, cells: properties,
             countries: countriesOf(places, String(properties.country ?? "")) }; // prettier-ignore
  });

  const stopsOf = grouped(stops.toSorted((one, other) => one.seq - other.seq), (stop) => [stop.service]);
  for (const row of services) {
    const places = [...new Set((stopsOf.get(row.id) ?? []).map(({ place }) => place))];
    things.push({ table: "service", id: row.id, key: keyOf("service", row.id), name: row.name, kind: row.mode, state: "there",
                  places, cells: row, countries: countriesOf(places) }); // prettier-ignore
  }

  const between = new Map<string, string[]>();
  for (const thing of things) {
    if (thing.table !== "link" || thing.state === "planned") continue;
    const [from, to] = thing.places as [string, string];
    for (const pair of [`${thing.kind} ${from} ${to}`, `${thing.kind} ${to} ${from}`]) {
      between.set(pair, [...(between.get(pair) ?? []), thing.id]);
    }
  }
  const linksUnder = new Map<string, string[]>();
  for (const row of services) {
    const route = stopsOf.get(row.id) ?? [];
    const links = route.slice(1).flatMap((stop, i) => between.get(`${row.mode} ${route[i]!.place} ${stop.place}`) ?? []);
    linksUnder.set(row.id, [...new Set(links)]);
  }
  const byKey = new Map(things.map((thing) => [thing.key, thing]));
  const of = (table: Table): Thing[] => things.filter((thing) => thing.table === table);
  return {
    package: String((map as { name?: string }).name ?? ""),
    things,
    byKey,
    families: (map as { families?: Family[] }).families ?? [],
    countries: [...new Set(country.values())].filter(Boolean).sort(),
    at,
    features,
    facilitiesOf: grouped(of("facility"), ({ places }) => places),
    linksOf: grouped(of("link"), ({ places }) => places),
    servicesOf: grouped(of("service"), ({ places }) => places),
    servicesOver: grouped(of("service"), ({ id }) => linksUnder.get(id) ?? []),
    linksUnder,
    stopsOf,
  };
}

/** What follows the place in a facility's id, which by custom says what it is: ALAT-berth-ferry, AKTAU-border-in. */
export function facilityWords(id: string, place: string, kind: string): string {
  const rest = id.startsWith(`${place}-`) ? id.slice(place.length + 1) : kind;
  return rest.replaceAll(/[-_]/g, " ");
}

function grouped<T>(rows: readonly T[], keys: (row: T) => readonly string[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows) for (const key of keys(row)) found.set(key, [...(found.get(key) ?? []), row]);
  return found;
}

/** What of the corridor is wanted. Empty is all. */
export interface Wanted {
  country: string;
  /** Of facilities. */
  kind: string;
  family: string;
  /** Modes that are not. */
  without: readonly string[];
}

/**
 * Whether a thing is wanted. A family has those links and services whose goods it carried by the run, and without one
 * the links that make it what it is; of places and facilities those on them.
 */
export function wants(corridor: Corridor, wanted: Wanted, familyServices: ReadonlySet<string> | null): (thing: Thing) => boolean {
  const { country, kind, family, without } = wanted;
  const links = new Set<string>();
  if (family && familyServices) for (const service of familyServices) for (const link of corridor.linksUnder.get(service) ?? []) links.add(link);
  else if (family) {
    for (const thing of corridor.things) {
      if (thing.table === "link" && (thing.cells.families as string[] | undefined)?.includes(family)) links.add(thing.id);
    }
  }
  const places = new Set([...links].flatMap((link) => corridor.byKey.get(keyOf("link", link))?.places ?? []));
  const inFamily = (thing: Thing): boolean => {
    if (!family) return true;
    if (thing.table === "link") return links.has(thing.id);
    if (thing.table === "service")
      return familyServices ? familyServices.has(thing.id) : (corridor.linksUnder.get(thing.id) ?? []).some((link) => links.has(link));
    return thing.places.some((place) => places.has(place));
  };
  return (thing) =>
    (!country || thing.countries.includes(country)) &&
    (!(thing.table === "link" || thing.table === "service") || !without.includes(thing.kind)) &&
    (!kind || (thing.table === "facility" && thing.kind === kind) ||
      (thing.table === "place" && (corridor.facilitiesOf.get(thing.id) ?? []).some((facility) => facility.kind === kind)) ||
      thing.table === "link" || thing.table === "service") &&
    inFamily(thing);
}

const bare = (text: string): string => text.normalize("NFD").replaceAll(/\p{Diacritic}/gu, "").toLowerCase();

/** Things whose name or id holds all the words of a text, those that begin with it first. */
export function search(things: readonly Thing[], text: string, most: number): Thing[] {
  const words = bare(text).split(/[\s:–,/-]+/).filter(Boolean);
  if (!words.length) return [];
  const rank = (thing: Thing): number => {
    const name = bare(thing.name);
    if (name === bare(text.trim()) || thing.id.toLowerCase() === text.trim().toLowerCase()) return 0;
    return name.startsWith(words[0]!) ? 1 : 2;
  };
  return things
    .filter((thing) => {
      const said = `${bare(thing.name)} ${thing.id.toLowerCase()}`;
      return words.every((word) => said.includes(word));
    })
    .map((thing, i) => ({ thing, i, rank: rank(thing) }))
    .sort((one, other) => one.rank - other.rank || one.i - other.i)
    .slice(0, most)
    .map(({ thing }) => thing);
}
