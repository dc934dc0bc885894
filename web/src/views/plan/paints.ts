/** How the map draws an answer: the chosen option by its modes, the others thin, all else faint. */
import { modeColour, type Look } from "$lib/colours";
import type { MapData, Paint } from "$lib/map/features";
import { HANDLING, linksOf, stops, type Option } from "./answer";

const OTHER: Record<Look, string> = { light: "#5f7280", dark: "#8ea3b1" };
const UNDER: Record<Look, string> = { light: "#b8410a", dark: "#ffb37a" };

/** Which options go over each link and by each place, in the order in which they are shown. */
export function users(options: readonly Option[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const option of options)
    for (const id of new Set([...linksOf(option), ...option.legs.flatMap((leg) => leg.passes)])) found.set(id, [...(found.get(id) ?? []), option.id]);
  return found;
}

export function paints(options: readonly Option[], selected: Option | null, hovered: string, look: Look): Map<string, Paint> {
  const found = new Map<string, Paint>();
  const put = (option: Option, paint: Paint): void => linksOf(option).forEach((link) => found.set(link, paint));
  for (const option of options) put(option, { colour: OTHER[look], width: 1.3, opacity: 0.7 });
  for (const option of options) if (option.id === hovered && option !== selected) put(option, { colour: UNDER[look], width: 2.6, opacity: 1 });
  for (const leg of selected?.legs ?? []) {
    if (leg.mode === HANDLING) continue;
    for (const link of leg.links ?? []) found.set(link.replace(/^-/, ""), { colour: modeColour(leg.mode, look), width: 3.6, opacity: 1 });
  }
  for (const place of selected ? stops(selected) : []) found.set(place, { radius: 5 });
  return found;
}

/** What is drawn: all links, but only those places where some option changes vehicles. */
export function shownOf(data: MapData | null, options: readonly Option[]): MapData | null {
  if (!data) return null;
  const kept = new Set(options.flatMap(stops));
  const features = data.features.filter(({ id, properties }) => properties.table === "link" || (properties.table === "place" && kept.has(String(id))));
  return { ...data, features };
}
