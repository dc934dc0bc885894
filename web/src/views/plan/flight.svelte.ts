/** The camera's flight along an option: from its start to its end, with a mark that shows how far the load is. */
import type { Map as MapLibreMap } from "maplibre-gl";
import type { Option } from "./answer";
import { gone, hoursAt, nearness, routeOf, spot, type Route } from "./route";

const SECONDS = 9;
const CLOSE = 4.2; // the zoom on the way
const INTERRUPTS = ["mousedown", "touchstart", "wheel"] as const;

const state = $state<{ option: string; leg: number; hours: number }>({ option: "", leg: 0, hours: 0 });
let end: (() => void) | null = null;

/** What is flown along now: the option's id (empty: nothing), the leg from 0, the hours since the departure. */
export const flight = (): { option: string; leg: number; hours: number } => state;

/** Stop where it is. */
export function land(): void {
  end?.();
}

/**
 * Fly along an option; resolves when it is over, to whether it came to the end. `frame` is called with where the mark
 * is. Any touch of the map or Escape ends it.
 */
export function fly(map: MapLibreMap, option: Option, frame: (at: [number, number] | null) => void): Promise<boolean> {
  land();
  const route = routeOf(option);
  const length = route.km.at(-1) ?? 0;
  if (length === 0) return Promise.resolve(false);
  const wide = map.getZoom();
  const near = Math.max(CLOSE, wide);
  const middle = map.getCenter();
  state.option = option.id;
  return new Promise((resolve) => {
    const began = performance.now();
    let next = 0;
    const over = (whole: boolean): void => {
      cancelAnimationFrame(next);
      for (const name of INTERRUPTS) map.off(name, land);
      removeEventListener("keydown", escape);
      end = null;
      state.option = "";
      frame(null);
      resolve(whole);
    };
    end = () => over(false);
    const escape = (event: KeyboardEvent): void => {
      if (event.key === "Escape") land();
    };
    for (const name of INTERRUPTS) map.on(name, land);
    addEventListener("keydown", escape);
    const step = (now: number): void => {
      const share = Math.min(1, (now - began) / (1000 * SECONDS));
      const here = at(option, route, gone(share) * length);
      frame(here);
      const away = nearness(share);
      map.jumpTo({
        zoom: wide + (near - wide) * away,
        center: [middle.lng + (here[0] - middle.lng) * away, middle.lat + (here[1] - middle.lat) * away],
      });
      if (share >= 1) over(true);
      else next = requestAnimationFrame(step);
    };
    next = requestAnimationFrame(step);
  });
}

function at(option: Option, route: Route, km: number): [number, number] {
  const here = spot(route, km)!;
  state.leg = here.leg;
  state.hours = hoursAt(option, route, here, km);
  return here.at;
}
