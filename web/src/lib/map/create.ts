/** A MapLibre map with our ground and nothing else. A file of its own, so that the page stands before it is fetched. */
import "maplibre-gl/dist/maplibre-gl.css";
import { AttributionControl, Map as MapLibreMap, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Look } from "../colours";
import type { Camera } from "./bounds";
import { style } from "./style";

setWorkerUrl(workerUrl);

/** Letters of every alphabet that a font file of ours holds; each file is fetched when a letter of it is asked for. */
const LETTERS = "Aaəğşж";

/** Pixels. */
const NARROW = 560;

export interface Making {
  container: HTMLElement;
  look: Look;
  camera: Camera;
  notice: string;
  /** MapLibre's names of things that are read aloud. */
  words: Record<string, string>;
}

export async function createMap({ container, look, camera, notice, words }: Making): Promise<MapLibreMap> {
  // The map draws letters on a canvas with the page's fonts, and would draw them with another before these are there.
  await Promise.all(["Noto Sans", "Noto Sans SemiBold"].map((font) => document.fonts.load(`16px "${font}"`, LETTERS)));
  const map = new MapLibreMap({
    container,
    style: style(look),
    center: [camera.lon, camera.lat],
    zoom: camera.zoom,
    minZoom: 1,
    maxZoom: 11,
    pitchWithRotate: false,
    dragRotate: false,
    attributionControl: false,
    locale: words,
    fadeDuration: 150,
    canvasContextAttributes: { preserveDrawingBuffer: true }, // so that a picture of the map can be saved
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new AttributionControl({ compact: true, customAttribution: notice }), "bottom-right");
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-right");
  if (container.clientWidth < NARROW) map.once("load", () => fold(container));
  return map;
}

/** Where the notice would cover the map, it waits behind its sign. */
function fold(container: HTMLElement): void {
  const notice = container.querySelector(".maplibregl-ctrl-attrib");
  notice?.classList.remove("maplibregl-compact-show");
  notice?.removeAttribute("open");
}
