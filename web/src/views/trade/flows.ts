/** Trade on the map: lines between capitals, as wide as the trade is large, and a ring at each partner. */
import type { LineString, Point } from "geojson";
import { SERIES, type Look } from "$lib/colours";
import { boundsOf, type Bounds } from "$lib/map/bounds";
import type { MapData, MapFeature, Paint } from "$lib/map/features";
import { factsOf, type Country, type Flow } from "./documents";

/** Lines that are drawn: the largest. */
export const LINES = 60;
/** Partners whose name and turnover stand on the map. */
const NAMED = 7;
const POINTS = 32;
/** How far a line leaves the straight one, as a share of its length: always to the left of who sells. */
const BOW = 0.14;
const [THIN, WIDE] = [0.8, 9];
const [THERE, ASIDE] = [0.9, 0.45];
/** What the camera sees at first: lines of so many pixels, to partners within so many degrees of longitude. */
const [STOUT, NEAR] = [1.6, 75];

export type At = readonly [lon: number, lat: number];

export const exportsColour = (look: Look): string => SERIES[look][0]!;
export const importsColour = (look: Look): string => SERIES[look][1]!;

const RADIANS = Math.PI / 180;
const mercator = (lat: number): number => Math.log(Math.tan(Math.PI / 4 + (lat * RADIANS) / 2)) / RADIANS;
const latitude = (y: number): number => (2 * Math.atan(Math.exp(y * RADIANS)) - Math.PI / 2) / RADIANS;

/** A bowed line from seller to buyer, the short way round the earth. */
export function bow(from: At, to: At): [number, number][] {
  const [x1, y1] = [from[0], mercator(from[1])];
  const turns = Math.round((from[0] - to[0]) / 360);
  const [x2, y2] = [to[0] + 360 * turns, mercator(to[1])];
  const [mx, my] = [(x1 + x2) / 2 - BOW * 2 * (y2 - y1), (y1 + y2) / 2 + BOW * 2 * (x2 - x1)];
  return Array.from({ length: POINTS + 1 }, (_, k) => {
    const u = k / POINTS;
    const [a, b, c] = [(1 - u) ** 2, 2 * u * (1 - u), u ** 2];
    return [a * x1 + b * mx + c * x2, latitude(a * y1 + b * my + c * y2)];
  });
}

/** Pixels of a line: the area that it covers goes with the trade. */
export const widthOf = (musd: number, most: number): number => THIN + (WIDE - THIN) * Math.sqrt(musd / Math.max(most, 1e-9));

/** A line of the legend. */
export interface Key {
  text: string;
  colour?: string;
  pixels?: number;
  dashed?: boolean;
}

/** Round figures below the largest, as wide as they are drawn. */
export function steps(most: number): { musd: number; pixels: number }[] {
  if (most <= 0) return [];
  const top = 10 ** Math.floor(Math.log10(most));
  return [top, top / 10].filter((musd) => musd >= 1).map((musd) => ({ musd, pixels: widthOf(musd, most) }));
}

/** What is drawn on the map. */
export interface Picture {
  data: MapData;
  paints: Map<string, Paint>;
  /** The largest flow, or change, million USD. */
  most: number;
}

export interface Drawn extends Picture {
  /** Whether some of what is drawn is foretold. */
  foretold: boolean;
  /** What the camera sees at first. */
  bounds: Bounds | null;
  /** Partners, the largest turnover first. */
  partners: { id: string; exports: number; imports: number }[];
}

export interface Drawing {
  country: string;
  partner: string;
  look: Look;
  name: (id: string) => string;
  short: (musd: number) => string;
}

const both = ({ exports, imports }: { exports: number; imports: number }): number => exports + imports;

/** A country's trade with its partners. */
export function partnersOf(flows: readonly Flow[], country: string): Drawn["partners"] {
  const found = new Map<string, { id: string; exports: number; imports: number }>();
  for (const { exporter, importer, musd } of flows) {
    if (exporter !== country && importer !== country) continue;
    const id = exporter === country ? importer : exporter;
    const row = found.get(id) ?? { id, exports: 0, imports: 0 };
    row[exporter === country ? "exports" : "imports"] += musd;
    found.set(id, row);
  }
  return [...found.values()].sort((one, other) => both(other) - both(one) || one.id.localeCompare(other.id));
}

export const capitals = (countries: readonly Country[]): Map<string, At> =>
  new Map(countries.flatMap(({ id, lon, lat }) => (lon === null || lat === null ? [] : [[id, [lon, lat] as const]])));

export function draw(countries: readonly Country[], flows: readonly Flow[], how: Drawing): Drawn {
  const { country, partner, look } = how;
  const at = capitals(countries);
  const home = at.get(country);
  const partners = partnersOf(flows, country);
  const drawn = flows
    .filter(({ exporter, importer, musd }) => musd > 0 && (exporter === country) !== (importer === country) && at.has(exporter) && at.has(importer))
    .toSorted((one, other) => other.musd - one.musd)
    .filter(({ exporter, importer }, n) => n < LINES || exporter === partner || importer === partner);
  const most = drawn[0]?.musd ?? 0;
  const paints = new Map<string, Paint>();
  const features: MapFeature[] = [];
  for (const flow of drawn) {
    const id = `${flow.exporter}-${flow.importer}`;
    const chosen = flow.exporter === partner || flow.importer === partner;
    // What is foretold is dashed, as a mode that the map draws so.
    const mode = factsOf(flow.stands_on).length ? "rail" : "sea";
    const geometry: LineString = { type: "LineString", coordinates: bow(at.get(flow.exporter)!, at.get(flow.importer)!) };
    features.push({ type: "Feature", id, geometry, properties: { table: "link", mode, partner: flow.exporter === country ? flow.importer : flow.exporter } });
    paints.set(id, {
      colour: (flow.exporter === country ? exportsColour : importsColour)(look),
      width: widthOf(flow.musd, most),
      opacity: chosen ? THERE : ASIDE,
    });
  }
  const reached = new Set(drawn.flatMap(({ exporter, importer }) => [exporter, importer]));
  const shown = partners.filter(({ id }) => reached.has(id) && at.has(id));
  const dot = (id: string, label: string, paint: Paint): void => {
    const geometry: Point = { type: "Point", coordinates: [...at.get(id)!] };
    features.push({ type: "Feature", id, geometry, properties: { table: "place", name: label, partner: id } });
    paints.set(id, paint);
  };
  const top = partners[0] ? both(partners[0]) : 1;
  for (const [n, one] of shown.entries()) {
    const named = n < NAMED || one.id === partner;
    dot(one.id, `${how.name(one.id)} ${how.short(both(one))}`, { radius: 3 + 7 * Math.sqrt(both(one) / top), named, opacity: one.id === partner || named ? 1 : 0.7 });
  }
  if (home) dot(country, how.name(country), { radius: 7, colour: look === "light" ? "#17242d" : "#e8eef2", named: true });
  const foretold = drawn.some(({ stands_on }) => !factsOf(stands_on).length);
  return { data: { type: "FeatureCollection", features }, paints, most, foretold, bounds: seen(features, paints, home, partner), partners };
}

/** The partner, and those who are near and matter: one far one would make all others small. */
function seen(features: readonly MapFeature[], paints: ReadonlyMap<string, Paint>, home: At | undefined, partner: string): Bounds | null {
  const wanted = features.filter(({ id, geometry, properties }) => {
    if (geometry.type !== "LineString" || !home) return false;
    const far = geometry.coordinates.some(([lon]) => Math.abs(lon! - home[0]) > NEAR);
    return properties.partner === partner || (!far && (paints.get(String(id))?.width ?? 0) >= STOUT);
  });
  return boundsOf(wanted.map(({ geometry }) => geometry));
}
