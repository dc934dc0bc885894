/** Where the facilities of a place are drawn when one is near: in a ring about it, so that each can be pressed. */
import type { Position } from "geojson";
import type { MapFeature } from "$lib/map/features";
import type { Thing } from "./model";

/** From this zoom on facilities stand about their place; farther away a place stands for its worst. */
export const NEAR = 6.2;
/** From this zoom on they are named. */
export const NAMED = 7.6;
const GAP_PX = 17;
const LEAST_PX = 19;

/** Degrees of longitude a pixel at a zoom: the world is 512 pixels at 0. */
const degrees = (zoom: number): number => 360 / (512 * 2 ** zoom);

/** Facilities of one place in a ring about it, the first at the top, clockwise. */
export function ring(at: Position, facilities: readonly Thing[], zoom: number): MapFeature[] {
  const radius = Math.max(LEAST_PX, (facilities.length * GAP_PX) / (2 * Math.PI)) * degrees(zoom);
  const [lon = 0, lat = 0] = at;
  return facilities.map((facility, i) => {
    const angle = (2 * Math.PI * i) / facilities.length;
    const point = [lon + radius * Math.sin(angle), lat + radius * Math.cos(angle) * Math.cos((lat * Math.PI) / 180)];
    const words = facility.name.slice(facility.name.indexOf(": ") + 2);
    return {
      type: "Feature",
      id: facility.id,
      geometry: { type: "Point", coordinates: point },
      properties: { ...facility.cells, table: "facility", ...(zoom >= NAMED ? { name: words } : {}) },
    };
  });
}
