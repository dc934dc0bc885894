/** How links and places are drawn on either map, and in their difference. */
import type { Look } from "$lib/colours";
import type { MapData, MapFeature, Paint } from "$lib/map/features";
import type { Moved } from "./changes";

/** From much less to much more: blue by way of grey to orange, which stay apart for every eye; the ends are the darkest. */
const STEPS: Record<Look, readonly string[]> = {
  light: ["#0b4f8a", "#5d9fce", "#a3abb0", "#e08f4a", "#a83a06"],
  dark: ["#7cc8ff", "#3f7fae", "#6b7882", "#b9783c", "#ffa45c"],
};
export const stepColours = (look: Look): readonly string[] => STEPS[look];

/** Shares of the largest difference from which on one is large, and from which on it is anything at all. */
export const LARGE = 0.25;
export const SMALL = 0.01;

/** 0 (much less) to 4 (much more). */
export function step(difference: number, most: number): number {
  const share = most > 0 ? Math.abs(difference) / most : 0;
  if (share < SMALL) return 2;
  const far = share >= LARGE ? 2 : 1;
  return 2 + (difference > 0 ? far : -far);
}

const WIDEST = 9;
const THIN = 0.8;
const FAINT = 0.28;
/** Widths and radii by the root, so that area goes with what they stand for. */
const root = (value: number, most: number): number => (most > 0 ? Math.sqrt(Math.max(0, value) / most) : 0);

export interface Drawing {
  look: Look;
  /** Which map: the base's, the scenario's, or what differs. */
  side: "before" | "after" | "difference";
  /** What differs, of links or of places. */
  moved: ReadonlyMap<string, Moved>;
  table: "link" | "place";
  /** The largest load, and the largest difference, of either. */
  load: number;
  difference: number;
}

/** Links by load, or places by waiting: as wide as it is, and by colour more or less than on the base. */
export function paints(data: MapData, how: Drawing): Map<string, Paint> {
  const found = new Map<string, Paint>();
  for (const { id, properties } of data.features) {
    if (properties.table === "facility") continue;
    const key = String(id);
    const moved = properties.table === how.table ? how.moved.get(key) : undefined;
    if (properties.state === "planned" && !moved) continue;
    found.set(key, properties.table === "link" ? linkPaint(moved, how) : placePaint(moved, how));
  }
  return found;
}

function linkPaint(moved: Moved | undefined, how: Drawing): Paint {
  const grey = STEPS[how.look][2]!;
  if (!moved) return { colour: grey, width: THIN, opacity: FAINT };
  const at = step(moved.difference, how.difference);
  if (how.side === "difference") {
    const width = THIN + (WIDEST - THIN) * root(Math.abs(moved.difference), how.difference);
    return { colour: STEPS[how.look][at]!, width: at === 2 ? THIN : Math.max(2, width), opacity: at === 2 ? FAINT : 0.9 };
  }
  const width = THIN + (WIDEST - THIN) * root(moved[how.side], how.load);
  return { colour: how.side === "before" ? neutral(how.look) : STEPS[how.look][at]!, width, opacity: 0.85 };
}

const RADIUS = 16;

function placePaint(moved: Moved | undefined, how: Drawing): Paint {
  if (!moved) return { radius: 2, opacity: how.table === "place" ? 0.35 : 0.8 };
  const at = step(moved.difference, how.difference);
  const colour = how.side === "before" ? neutral(how.look) : STEPS[how.look][at]!;
  const size = how.side === "difference" ? root(Math.abs(moved.difference), how.difference) : root(moved[how.side], how.load);
  const radius = 2.2 + RADIUS * size;
  return { colour, radius, opacity: at === 2 && how.side === "difference" ? 0.4 : 0.92, named: radius > 7 };
}

/** What the base is drawn with. */
export const neutral = (look: Look): string => (look === "light" ? "#4f6b7a" : "#a9bfcc");

/** What a scenario builds, and what it makes another, where no run says more. */
const BUILT: Record<Look, string> = { light: "#0f7d5c", dark: "#45c79b" };
const CHANGED: Record<Look, string> = { light: "#c2570c", dark: "#f19c53" };
export const builtColour = (look: Look): string => BUILT[look];
export const changedColour = (look: Look): string => CHANGED[look];

export interface Differs {
  built: MapFeature[];
  changed: MapFeature[];
}

/** What only the second map has, or has other cells of, by what the service sends of both. */
export function differs(one: MapData, other: MapData): Differs {
  const there = (feature: MapFeature): boolean => feature.properties.state !== "planned";
  const cells = ({ properties }: MapFeature): string => {
    const { state: _, changed: __, projects: ___, ...rest } = properties;
    return JSON.stringify(rest);
  };
  const key = ({ id, properties }: MapFeature): string => `${properties.table}/${id}`;
  const before = new Map(one.features.filter(there).map((feature) => [key(feature), cells(feature)]));
  const built: MapFeature[] = [];
  const changed: MapFeature[] = [];
  for (const feature of other.features.filter(there)) {
    const was = before.get(key(feature));
    if (was === undefined) built.push(feature);
    else if (was !== cells(feature)) changed.push(feature);
  }
  return { built, changed };
}

/** The same, drawn: a facility stands for its place. */
export function changePaints({ built, changed }: Differs, look: Look): Map<string, Paint> {
  const found = new Map<string, Paint>();
  const put = (features: readonly MapFeature[], colour: string): void => {
    for (const { id, properties } of features) {
      const { table, place } = properties;
      if (table === "link") found.set(String(id), { colour, width: 4.5, opacity: 0.95 });
      else found.set(table === "facility" ? String(place) : String(id), { colour, radius: 6, opacity: 1, named: true });
    }
  };
  put(changed, changedColour(look));
  put(built, builtColour(look));
  return found;
}
