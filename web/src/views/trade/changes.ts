/** What a what-if changes, on the map: flows that grow and flows that shrink, as wide as the change is large. */
import type { LineString, Point } from "geojson";
import { SERIES, type Look } from "$lib/colours";
import type { MapFeature, Paint } from "$lib/map/features";
import type { Country, PairChange } from "./documents";
import { bow, capitals, LINES, widthOf, type Picture } from "./flows";

/** Countries whose name and change stand on the map. */
const NAMED = 9;
const [STRONG, PALE] = [0.9, 0.6];

export const growsColour = (look: Look): string => SERIES[look][2]!;
export const shrinksColour = (look: Look): string => SERIES[look][1]!;

export interface Changes extends Picture {
  /** Those that are drawn, the largest change first. */
  pairs: PairChange[];
}

interface How {
  country: string;
  partner: string;
  look: Look;
  name: (id: string) => string;
  short: (musd: number) => string;
}

const moved = ({ change_musd }: PairChange): number => change_musd ?? 0;

/** The end of a pair that pressing it chooses as the partner of the country that is looked at. */
export const otherEnd = ({ exporter, importer }: PairChange, country: string): string => (exporter === country ? importer : importer === country ? exporter : importer);

export function drawChanges(countries: readonly Country[], pairs: readonly PairChange[], how: How): Changes {
  const { country, partner, look } = how;
  const at = capitals(countries);
  const drawn = pairs
    .filter((pair) => moved(pair) !== 0 && at.has(pair.exporter) && at.has(pair.importer))
    .toSorted((one, other) => Math.abs(moved(other)) - Math.abs(moved(one)))
    .slice(0, LINES);
  const most = Math.abs(moved(drawn[0] ?? ({ change_musd: 0 } as PairChange)));
  const paints = new Map<string, Paint>();
  const features: MapFeature[] = [];
  const sums = new Map<string, number>();
  for (const pair of drawn) {
    const id = `${pair.exporter}-${pair.importer}`;
    const grows = moved(pair) > 0;
    const own = [pair.exporter, pair.importer].includes(country) && [pair.exporter, pair.importer].includes(partner);
    const geometry: LineString = { type: "LineString", coordinates: bow(at.get(pair.exporter)!, at.get(pair.importer)!) };
    // What shrinks is dashed, as a mode that the map draws so: colours alone do not tell it to every eye.
    features.push({ type: "Feature", id, geometry, properties: { table: "link", mode: grows ? "rail" : "sea", partner: otherEnd(pair, country) } });
    paints.set(id, { colour: (grows ? growsColour : shrinksColour)(look), width: widthOf(Math.abs(moved(pair)), most), opacity: own ? STRONG : PALE });
    for (const end of [pair.exporter, pair.importer]) sums.set(end, (sums.get(end) ?? 0) + moved(pair));
  }
  const ranked = [...sums].toSorted(([one, a], [other, b]) => Math.abs(b) - Math.abs(a) || one.localeCompare(other));
  for (const [n, [id, musd]] of ranked.entries()) {
    const named = n < NAMED || id === country || id === partner;
    const geometry: Point = { type: "Point", coordinates: [...at.get(id)!] };
    features.push({ type: "Feature", id, geometry, properties: { table: "place", name: `${how.name(id)} ${how.short(musd)}`, partner: id } });
    paints.set(id, { radius: id === country ? 7 : 4, colour: (musd >= 0 ? growsColour : shrinksColour)(look), named, opacity: named ? 1 : 0.7 });
  }
  return { data: { type: "FeatureCollection", features }, paints, most, pairs: drawn };
}
