/** How links, places and facilities are drawn: by mode, by what they carry, by how full they are. */
import { modeColour, SERIES, type Look } from "$lib/colours";
import type { Paint } from "$lib/map/features";
import type { Corridor, Thing } from "./model";
import type { Load, Loads } from "./loads";

export const COLOURS = ["mode", "use"] as const;
export type ColourBy = (typeof COLOURS)[number];
export const WIDTHS = ["tonnes", "teu", "even"] as const;
export type WidthBy = (typeof WIDTHS)[number];

/** Classes of use, from free to full: blue to red by way of orange, which eyes without red or green tell apart too. */
export const USE_FROM = [0, 0.5, 0.8, 0.95] as const;
const USE: Record<Look, readonly string[]> = {
  light: ["#8fb3c6", "#2f78a8", "#d98200", "#a8261a"],
  dark: ["#5f8296", "#5db3ee", "#f0b04e", "#ff7a66"],
};
export const useColours = (look: Look): readonly string[] => USE[look];

/** The colour of a share of use; grey where it is not known. */
export function useColour(use: number | undefined, look: Look): string {
  if (use === undefined) return look === "light" ? "#a9b2b8" : "#5b6a75";
  return USE[look][USE_FROM.findLastIndex((from) => use >= from)] ?? USE[look][0]!;
}

const KINDS = ["border", "gauge_change", "transshipment", "berth", "yard", "terminal_gate"];
/** The colour of a kind of facility, where no run says how full it is. */
export const kindColour = (kind: string, look: Look): string => SERIES[look][[1, 3, 0, 5, 4, 2][KINDS.indexOf(kind)] ?? 6]!;
export { KINDS };

/** Pixels of a circle for so many that wait. */
export const queueRadius = (queue: number | undefined): number => (queue === undefined ? 4 : 4 + 3.6 * Math.log10(1 + Math.max(0, queue)));

const WIDEST = 7;

/** Widths by the root of what is carried, so that area goes with it; `most` has the widest. */
export const loadWidth = (carried: number | undefined, most: number): number =>
  carried === undefined || most <= 0 ? 0.8 : 0.8 + (WIDEST - 0.8) * Math.sqrt(Math.max(0, carried) / most);

export interface Painting {
  look: Look;
  colour: ColourBy;
  width: WidthBy;
  loads: Loads;
  /** Whether there is a run that tells loads. */
  loaded: boolean;
  /** The most that any link carries, in what widths are by. */
  most: number;
  wanted: (thing: Thing) => boolean;
  /** Links that stand out, all others are faint: of the service that is looked at. */
  only: ReadonlySet<string> | null;
}

const FAINT = 0.13;

/** How each link is drawn, by its id. */
export function linkPaints(corridor: Corridor, how: Painting): Map<string, Paint> {
  const paints = new Map<string, Paint>();
  for (const thing of corridor.things) {
    if (thing.table !== "link") continue;
    const load = how.loads.get(thing.key);
    const shown = how.only ? how.only.has(thing.id) : how.wanted(thing);
    const planned = thing.state === "planned";
    const colour = how.colour === "use" && how.loaded ? useColour(load?.use, how.look) : modeColour(thing.kind, how.look);
    const width = how.loaded && how.width !== "even" ? loadWidth(load?.[how.width], how.most) : thing.kind === "air" ? 0.8 : 1.6;
    paints.set(thing.id, { colour, width: how.only && shown ? Math.max(width, 2.5) : width, opacity: !shown ? FAINT : planned ? 0.5 : 0.85 });
  }
  return paints;
}

/** What stands for a place when one is far: the longest queue and the highest use of its facilities. */
export function worst(facilities: readonly Thing[], loads: Loads): Load {
  const told = facilities.map(({ key }) => loads.get(key)).filter((load) => load !== undefined);
  const most = (name: "queue" | "use"): number | undefined => {
    const values = told.map((load) => load[name]).filter((value) => value !== undefined);
    return values.length ? Math.max(...values) : undefined;
  };
  const [queue, use] = [most("queue"), most("use")];
  return { ...(queue === undefined ? {} : { queue }), ...(use === undefined ? {} : { use }) };
}

/** How each place, and each facility about it, is drawn, by its id. */
export function pointPaints(corridor: Corridor, how: Painting, near: boolean): Map<string, Paint> {
  const paints = new Map<string, Paint>();
  for (const thing of corridor.things) {
    if (thing.table !== "place" && thing.table !== "facility") continue;
    const shown = how.wanted(thing);
    const opacity = shown ? (thing.state === "planned" ? 0.55 : 1) : FAINT;
    if (thing.table === "facility") {
      const load = how.loads.get(thing.key);
      const colour = how.loaded ? useColour(load?.use, how.look) : kindColour(thing.kind, how.look);
      paints.set(thing.id, { colour, radius: Math.min(15, queueRadius(load?.queue) + 1), opacity });
    } else {
      const load = near ? {} : worst((corridor.facilitiesOf.get(thing.id) ?? []).filter(how.wanted), how.loads);
      const paint: Paint = { radius: near ? 3 : queueRadius(load.queue) + (load.use === undefined ? -0.8 : 1), opacity };
      paints.set(thing.id, load.use === undefined ? paint : { ...paint, colour: useColour(load.use, how.look) });
    }
  }
  return paints;
}
