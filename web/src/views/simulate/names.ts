/** What things are called by people: places and parts of the system, out of the corridor's own tables. */
import type { MapData } from "$lib/map/features";

export interface Names {
  /** The name of a place; its id where it has none. */
  place(id: string): string;
  /** A part as people say it: the queue of a service at a stop, a facility, a line one way. */
  part(part: string): string;
  points: ReadonlyMap<string, readonly [number, number]>;
  lines: ReadonlyMap<string, readonly (readonly [number, number])[]>;
  /** The place of each facility. */
  facilities: ReadonlyMap<string, string>;
}

const QUEUE = /^(.*?)( \(back\))? at \d+ (\S+)$/;
const WAY = /^(.*) (there|back)$/;

export function namesOf(ground: MapData | null): Names {
  const names = new Map<string, string>();
  const points = new Map<string, readonly [number, number]>();
  const lines = new Map<string, readonly (readonly [number, number])[]>();
  const ends = new Map<string, readonly [string, string]>();
  const facilities = new Map<string, string>();
  for (const { id, geometry, properties } of ground?.features ?? []) {
    const key = String(id);
    if (properties.table === "place" && geometry.type === "Point") {
      names.set(key, String(properties.name ?? key));
      points.set(key, geometry.coordinates as [number, number]);
    } else if (properties.table === "facility") {
      facilities.set(key, String(properties.place ?? ""));
    } else if (properties.table === "link") {
      ends.set(key, [String(properties.from_place), String(properties.to_place)]);
      if (geometry.type === "LineString") lines.set(key, geometry.coordinates as [number, number][]);
    }
  }
  const place = (id: string): string => names.get(id) ?? id;

  function part(name: string): string {
    const queue = QUEUE.exec(name);
    if (queue) return `${queue[1]}${queue[2] ? " ←" : ""} · ${place(queue[3]!)}`;
    const way = WAY.exec(name);
    const of = way && ends.get(way[1]!);
    if (of) return way[2] === "there" ? `${place(of[0])} → ${place(of[1])}` : `${place(of[1])} → ${place(of[0])}`;
    const line = ends.get(name);
    if (line) return `${place(line[0])} – ${place(line[1])}`;
    const at = facilities.get(name);
    return at ? `${place(at)} · ${name.startsWith(`${at}-`) ? name.slice(at.length + 1) : name}` : name;
  }

  return { place, part, points, lines, facilities };
}
