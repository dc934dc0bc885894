/** deck.gl over the map. A file of its own, so that it is fetched only where layers are shown. */
import type { Layer } from "@deck.gl/core";
import { MapLibreOverlay } from "@deck.gl/maplibre";
import type { Map as MapLibreMap } from "maplibre-gl";

export interface Overlay {
  show(layers: readonly Layer[]): void;
  remove(): void;
}

export function overlay(map: MapLibreMap): Overlay {
  const control = new MapLibreOverlay({ interleaved: false, layers: [] });
  map.addControl(control);
  return {
    show: (layers) => control.setProps({ layers: [...layers] }),
    remove: () => void map.removeControl(control),
  };
}
