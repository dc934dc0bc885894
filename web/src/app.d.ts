import type { Map as MapLibreMap } from "maplibre-gl";

declare global {
  interface Window {
    /** For tests only. */
    __karvan?: { map: MapLibreMap; maps: MapLibreMap[]; frames?: { count: number; ms: number; moving: number } };
  }
}
