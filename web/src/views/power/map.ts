/** The power system on the map: zones, ties as wide as what they carried, with an arrow, and plants. */
import type { LineString, Point } from "geojson";
import { sequence, type Look } from "$lib/colours";
import { boundsOf, type Bounds } from "$lib/map/bounds";
import type { MapFeature, Paint } from "$lib/map/features";
import { bow, type At, type Picture } from "../trade/flows";
import type { About, PlantYear, TieYear } from "./documents";
import { kindColour, kindsOf } from "./kinds";

const [THIN, WIDE] = [1, 9];
/** What is only planned, or where no run says how much went. */
const FAINT = 0.45;
/** How far back the ends of an arrow lie, as steps of the line and as a share of its length. */
const [BACK, SIDE] = [3, 0.035];
/** MW of a plant whose dot has so many pixels. */
const [LARGE_MW, LARGE_PIXELS] = [2000, 11];

export interface Drawn extends Omit<Picture, "most"> {
  /** The most that a tie carried, TWh. */
  most: number;
  bounds: Bounds | null;
  /** Plants that are drawn; of a run with what they gave, TWh. */
  plants: { id: string; name: string; technology: string; mw: number; twh: number | null; planned: boolean }[];
  /** Of those that are there, how many have no known place, and their MW. */
  elsewhere: { plants: number; mw: number };
  ties: { id: string; from: string; to: string; twh: number | null; use: number | null }[];
}

export const widthOf = (twh: number, most: number): number => THIN + (WIDE - THIN) * Math.sqrt(twh / Math.max(most, 1e-9));

/** What a tie carried both ways, TWh. */
export const carried = (tie: TieYear): number => tie.out_twh + tie.back_twh;

/** The id of a tie or a plant out of that of what is pressed: an arrow is its tie's. */
export const bare = (id: string): string => id.replace(/^(plant|tie|arrow):/, "");

/** The head of an arrow on the middle of a line. */
export function arrow(line: readonly (readonly [number, number])[]): [number, number][] {
  const middle = Math.floor(line.length / 2);
  const [tip, back] = [line[middle + 1]!, line[middle + 1 - BACK]!];
  const [first, last] = [line[0]!, line.at(-1)!];
  const side = SIDE * Math.hypot(last[0] - first[0], last[1] - first[1]);
  const [dx, dy] = [tip[0] - back[0], tip[1] - back[1]];
  const long = Math.hypot(dx, dy) || 1;
  const [nx, ny] = [(-dy / long) * side, (dx / long) * side];
  return [[back[0] + nx, back[1] + ny], [tip[0], tip[1]], [back[0] - nx, back[1] - ny]];
}

/** Without a run what is there, and pale what is planned; with one the plants and ties that it had. */
export function draw(about: About, run: { ties: readonly TieYear[]; plants: readonly PlantYear[] } | null, look: Look): Drawn {
  const years = run?.ties ?? null;
  const at = new Map<string, At>(about.zones.map(({ id, lon, lat }) => [id, [lon, lat] as const]));
  const of = new Map(years?.map((tie) => [tie.tie, tie]));
  const features: MapFeature[] = [];
  const paints = new Map<string, Paint>();
  const most = Math.max(0, ...(years ?? []).map(carried));
  const ties: Drawn["ties"] = [];
  const line = (id: string, mode: string, coordinates: [number, number][], paint: Paint, ends = {}): void => {
    const geometry: LineString = { type: "LineString", coordinates };
    features.push({ type: "Feature", id, geometry, properties: { table: "link", mode, ...ends } });
    paints.set(id, paint);
  };
  for (const tie of about.ties) {
    const year = of.get(tie.id);
    // Without a run what is there; with one what it had.
    if (years ? !year : tie.projects.length) continue;
    const backward = year !== undefined && year.back_twh > year.out_twh;
    const [from, to] = backward ? [tie.to_zone, tie.from_zone] : [tie.from_zone, tie.to_zone];
    if (!at.has(from) || !at.has(to)) continue;
    const way = bow(at.get(from)!, at.get(to)!);
    const colour = year ? sequence(1 - Math.min(1, year.use ?? 0), look) : sequence(0.5, look);
    const width = year ? widthOf(carried(year), most) : 2;
    // Its ends: names of zones are given room before those of plants.
    line(`tie:${tie.id}`, tie.projects.length ? "sea" : "rail", way, { colour, width, opacity: 0.9 }, { from_place: from, to_place: to });
    if (year && carried(year) > 0) line(`arrow:${tie.id}`, "rail", arrow(way), { colour, width: Math.max(1.6, width * 0.6), opacity: 0.9 });
    ties.push({ id: tie.id, from, to, twh: year ? carried(year) : null, use: year?.use ?? null });
  }
  const dot = (id: string, name: string, where: At, paint: Paint): void => {
    const geometry: Point = { type: "Point", coordinates: [...where] };
    features.push({ type: "Feature", id, geometry, properties: { table: "place", name } });
    paints.set(id, paint);
  };
  const kinds = kindsOf(about.technologies);
  const places = new Map(about.plants.flatMap(({ id, lon, lat }) => (lon === null || lat === null ? [] : [[id, [lon, lat] as const]])));
  const all: Drawn["plants"] = run
    ? run.plants.map(({ plant, name, technology, mw, twh }) => ({ id: plant, name, technology, mw, twh, planned: false }))
    : about.plants.map(({ id, name, technology, mw, projects }) => ({ id, name, technology, mw, twh: null, planned: projects.length > 0 }));
  const plants = all.filter(({ id }) => places.has(id));
  for (const { id, name, technology, mw, planned } of plants) {
    const radius = Math.max(2.5, LARGE_PIXELS * Math.sqrt(mw / LARGE_MW));
    dot(`plant:${id}`, name, places.get(id)!, { colour: kindColour(kinds.get(technology) ?? technology, look), radius, opacity: planned ? FAINT : 0.95 });
  }
  // Versions of what is planned are not added up.
  const lost = all.filter(({ id, planned }) => !planned && !places.has(id));
  for (const zone of about.zones) dot(zone.id, zone.name, [zone.lon, zone.lat], { radius: zone.market ? 5 : 7, colour: look === "light" ? "#17242d" : "#e8eef2", named: true });
  ties.sort((one, other) => (other.twh ?? 0) - (one.twh ?? 0) || one.id.localeCompare(other.id));
  const own = about.zones.filter(({ market }) => !market);
  const bounds = boundsOf((own.length ? own : about.zones).map(({ lon, lat }) => ({ coordinates: [lon, lat] })));
  return { data: { type: "FeatureCollection", features }, paints, most, bounds, plants, elsewhere: { plants: lost.length, mw: lost.reduce((sum, { mw }) => sum + mw, 0) }, ties };
}
