/** The way of an option as one line, and points along it. */
import type { Position } from "geojson";
import type { Option } from "./answer";

const EARTH_KM = 6371;
const RADIANS = Math.PI / 180;

/** Great-circle distance, km (haversine). */
export function apart(one: Position, other: Position): number {
  const [lon1, lat1, lon2, lat2] = [one[0]!, one[1]!, other[0]!, other[1]!].map((degrees) => degrees * RADIANS) as [number, number, number, number];
  const h = Math.sin((lat2 - lat1) / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin((lon2 - lon1) / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

export interface Route {
  points: readonly Position[];
  /** Kilometres from the start to each point; never falls. */
  km: readonly number[];
  /** Which leg each point is on, from 0. */
  leg: readonly number[];
}

/** All rides one after the other; a longitude that leaps over the antimeridian goes on beyond 180. */
export function routeOf(option: Option): Route {
  const points: Position[] = [];
  const km: number[] = [];
  const leg: number[] = [];
  option.legs.forEach(({ geometry }, at) => {
    if (!geometry) return;
    const parts = geometry.type === "LineString" ? [geometry.coordinates] : geometry.coordinates;
    for (const [lon, lat] of parts.flat()) {
      const before = points.at(-1);
      const turns = before ? Math.round((before[0]! - lon!) / 360) : 0;
      const point = [lon! + 360 * turns, lat!];
      points.push(point);
      km.push(before ? km.at(-1)! + apart(before, point) : 0);
      leg.push(at);
    }
  });
  return { points, km, leg };
}

export interface Spot {
  at: [number, number];
  leg: number;
}

/** Where one is after `gone` km; before the start and beyond the end it is the end itself. Null for a route of no points. */
export function spot(route: Route, gone: number): Spot | null {
  const { points, km, leg } = route;
  if (points.length === 0) return null;
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (km[middle]! < gone) low = middle + 1;
    else high = middle;
  }
  const next = points[low]!;
  const before = points[Math.max(0, low - 1)]!;
  const step = km[low]! - km[Math.max(0, low - 1)]!;
  const share = step > 0 ? Math.min(1, Math.max(0, (gone - km[low - 1]!) / step)) : 1;
  return { at: [before[0]! + (next[0]! - before[0]!) * share, before[1]! + (next[1]! - before[1]!) * share], leg: leg[low]! };
}

/** When one is at a point of a leg: hours since the departure, at an even pace over its ride, the wait before it. */
export function hoursAt(option: Option, route: Route, place: Spot, gone: number): number {
  const depart = Date.parse(option.depart);
  const leg = option.legs[place.leg]!;
  const [first, last] = [route.leg.indexOf(place.leg), route.leg.lastIndexOf(place.leg)];
  const length = route.km[last]! - route.km[first]!;
  const share = length > 0 ? Math.min(1, Math.max(0, (gone - route.km[first]!) / length)) : 1;
  const hour = 3_600_000;
  const start = (Date.parse(leg.depart) - depart) / hour;
  return start + share * ((Date.parse(leg.arrive) - Date.parse(leg.depart)) / hour);
}

const EASED = 0.12; // of a flight, at each end, goes from the view of the whole way to the near one, or back

/** How near the camera is after a share of a flight: 0 for the view of the whole way, 1 for the near one (smoothstep). */
export function nearness(share: number): number {
  const edge = Math.max(0, Math.min(1, Math.min(share, 1 - share) / EASED));
  return edge * edge * (3 - 2 * edge);
}

/** Which share of the way is done after a share of a flight: none while the camera comes near, all while it goes away. */
export const gone = (share: number): number => Math.max(0, Math.min(1, (share - EASED) / (1 - 2 * EASED)));
